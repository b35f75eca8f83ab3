import type { Shielding } from '../model/job.ts'
import type { AtomClass } from './molecule-info.ts'

/** What one conformer gives to the average. */
export interface WeightedShieldings {
  /** Weights of all conformers sum to 1. */
  readonly weight: number
  readonly shieldings: readonly Shielding[]
}

/**
 * The shielding of each class: sigma averaged over the conformers for each atom, then over the atoms of the class. Null
 * where a conformer with weight has no shielding for one of the atoms.
 */
export function averageShieldings(
  conformers: readonly WeightedShieldings[],
  classes: readonly AtomClass[],
): readonly (number | null)[] {
  const tables = conformers.map(({ weight, shieldings }) => ({
    weight,
    sigma: new Map(shieldings.map(({ atom, sigma_ppm }) => [atom, sigma_ppm])),
  }))
  function ofAtom(atom: number): number {
    return tables.reduce((sum, { weight, sigma }) => sum + weight * (sigma.get(atom) ?? Number.NaN), 0)
  }
  return classes.map(({ atoms }) => {
    const mean = atoms.reduce((sum, atom) => sum + ofAtom(atom), 0) / atoms.length
    return tables.length > 0 && Number.isFinite(mean) ? mean : null
  })
}
