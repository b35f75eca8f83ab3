import { basisFunctions } from '../progress/basis-size.ts'
import type { JobWork } from '../progress/time-model.ts'

interface Asked {
  readonly program: string
  readonly task: string
  /** `B3LYP/6-31G*`: the method whose steps take the time. */
  readonly level: string
  /** By which its size is reckoned. */
  readonly basis: string
  readonly elements: readonly string[]
  /** An id of shared/solvents.ts. */
  readonly solvent: string
  readonly ranks: number
  readonly molecule: string
}

/** What the time of a calculation goes with: in all workflows alike, so that each learns from the others. */
export function calculationWork({ program, task, level, basis, elements, solvent, ranks, molecule }: Asked): JobWork {
  // The cavity takes none: 1316.7 s of CPU for 13 molecules in NWChem's own, 1317.5 s in UFF's.
  const method = level.replaceAll('@UFF', '')
  return {
    functions: basisFunctions(elements, basis),
    terms: [`task:${task}`, `level:${program} ${method}`, `solvent:${solvent}`, `ranks:${ranks}`],
    molecule,
  }
}
