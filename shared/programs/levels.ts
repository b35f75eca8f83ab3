import { badInput, ok, type Result } from '../result.ts'
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

/**
 * A level in a person's words: a functional alone, of which `basis` is then the basis set, or with its basis set after
 * the last stroke (ORCA's B3LYP/G has one of its own); `@UFF` behind it names the solvent's cavity. The names come back
 * as the program's table writes them.
 */
export function readLevel(program: LevelProgram, word: string, basis: string | null): Result<FoundReading> {
  const [name = '', ...cavities] = word.split('@').map(part => part.trim())
  const [cavity] = cavities
  if (cavity === undefined) return readInCavity(program, name, basis, {})
  if (cavities.length > 1 || cavity.toUpperCase() !== 'UFF')
    return badInput('xc', `There is no cavity "${cavities.join('@')}".`, 'LEVEL@UFF, or LEVEL alone')
  if (program === 'orca') return badInput('xc', 'ORCA has cavities of its own.', 'Leave @UFF out')
  return readInCavity(program, name, basis, { cavity: 'UFF' })
}

/** The level alone, of what holds more. */
export function levelAlone({ xc, basis, cavity }: Level): Level {
  return cavity === undefined ? { xc, basis } : { xc, basis, cavity }
}

/** The level in the program's own cavity. */
export function inOwnCavity({ xc, basis }: Level): Level {
  return { xc, basis }
}

export function isSameLevel(one: Level, other: Level): boolean {
  return one.xc === other.xc && one.basis === other.basis && one.cavity === other.cavity
}

/** What is found, and the level by the names of the program's table. */
type FoundReading = { readonly found: FoundLevel; readonly level: Level }

function readInCavity(
  program: LevelProgram,
  word: string,
  usualBasis: string | null,
  cavity: Pick<Level, 'cavity'>,
): Result<FoundReading> {
  const find = (asked: Level): Result<FoundReading> => {
    const found = findLevelOf(program, asked)
    if (!found.ok) return found
    const [, xc = '', basis = ''] = /^(.*)\/([^/@]+)(@[^/]*)?$/.exec(found.value.label) ?? []
    return ok({ found: found.value, level: { xc, basis, ...cavity } })
  }
  const alone = usualBasis === null ? null : find({ xc: word, basis: usualBasis, ...cavity })
  if (alone?.ok) return alone
  const [, xc, after] = /^(.+)\/([^/]+)$/.exec(word) ?? []
  if (xc !== undefined && after !== undefined) return find({ xc: xc.trim(), basis: after.trim(), ...cavity })
  if (alone && !word.includes('/')) return alone
  return badInput('xc', `"${word}" is no functional with its basis set.`, 'A functional, or FUNCTIONAL/BASIS')
}

/** The names of a list with commas between; those in brackets, as in 6-311+G(2d,p), belong to a name. */
export function splitOutsideBrackets(list: string): readonly string[] {
  return list
    .split(/,(?![^()]*\))/)
    .map(part => part.trim())
    .filter(part => part !== '')
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
