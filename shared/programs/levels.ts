import type { Result } from '../result.ts'
import type { Level } from './nwchem/input.ts'
import { checkMolecule, findLevel } from './nwchem/levels.ts'
import { checkOrcaMolecule, findOrcaLevel } from './orca/levels.ts'

/** The programs that have levels: functional and basis set. */
export type LevelProgram = 'nwchem' | 'orca'

/** A level as a program has it. */
interface FoundLevel {
  /** Its label in this program, e.g. `B3LYP/6-31G*`. */
  readonly label: string
  /** Whether its shieldings run. */
  readonly shieldings: boolean
  /** What must be said of it, e.g. that WP04 is put together from its components. */
  readonly note: string | null
}

/** The level in this program; a fault names the field and lists what is known. */
export function findLevelOf(program: LevelProgram, level: Level): Result<FoundLevel> {
  return program === 'orca' ? findOrcaLevel(level) : findLevel(level)
}

/** Whether the program has functions for every element at this level, and the electrons fit. Faults name `basis`, `mult`. */
export function checkMoleculeOf(
  program: LevelProgram,
  elements: readonly string[],
  level: Level,
  charge: number,
  multiplicity: number,
): Result<void> {
  return (program === 'orca' ? checkOrcaMolecule : checkMolecule)(elements, level, charge, multiplicity)
}
