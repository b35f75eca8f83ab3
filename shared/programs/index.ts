import { command } from './command.ts'
import { nwchem } from './nwchem/nwchem.ts'
import { orca } from './orca/orca.ts'
import type { Program } from './program.ts'
import { xtb } from './xtb/xtb.ts'

export { type Category, needsEdit } from './categories.ts'
export type { GivenFile, JsonRef } from './files.ts'
export {
  checkMoleculeOf,
  findLevelOf,
  inOwnCavity,
  isSameLevel,
  type LevelProgram,
  levelAlone,
  readLevel,
  splitOutsideBrackets,
} from './levels.ts'
export { checkSpin } from './molecule.ts'
export type { Level, NwchemCalculation, NwchemTask } from './nwchem/input.ts'
export { checkMolecule, findLevel, knownBases, knownFunctionals } from './nwchem/levels.ts'
export type { OrcaCalculation, OrcaTask } from './orca/input.ts'
export type { EditPlace } from './places.ts'
export type * from './program.ts'
export { unread } from './program.ts'
export { type Recognised, recognisingReader, unknownOutput } from './recognise.ts'
export type { XtbCalculation } from './xtb/input.ts'
export { checkElements, checkOptions, isStructureOfXtb, taskOptions, xtbSolvents } from './xtb/options.ts'
export { readXyz, writeXyz } from './xyz.ts'

/** Every program that Larmor can run, by its name in `--program`. */
export const programs = { nwchem, orca, xtb, command } satisfies Record<string, Program>

/** The program of this name; a name that was planned is always known, so another one is a defect. */
export function programOf(name: string): Program {
  const program = programs[name as keyof typeof programs]
  if (!program) throw new Error(`there is no program ${name}`)
  return program
}
