import { chance } from '../chance.ts'
import { delta50 } from './delta50.ts'
import { comparisonsOf, type FactorFile, factorOf } from './factors.ts'

/** Computed shieldings of molecules of DELTA50, as resources/delta50 keeps them. */
export interface ComputedSet {
  readonly program: string
  readonly program_version: string
  readonly level: string
  readonly geometry: string
  readonly solvent: string
  readonly source: string
  readonly molecules: readonly { readonly id: string; readonly sigma_ppm: readonly number[] }[]
}

/** The seed of the intervals: the same numbers whenever the file is written. */
const SEED = 2449

/** The factors of a set: sigma regressed on delta over all environments of the molecules that are in it. */
export function fitOf(set: ComputedSet): FactorFile {
  const points = delta50.molecules.flatMap(({ id, environments }) => {
    const sigma = set.molecules.find(each => each.id === id)?.sigma_ppm
    return sigma ? comparisonsOf(id, environments, atom => sigma[atom - 1]) : []
  })
  const { program, program_version, level, geometry, solvent, source } = set
  return {
    program,
    program_version,
    level,
    geometry,
    solvent,
    source: `DELTA50 (${delta50.source}); shieldings: ${source}; ${set.molecules.length} of ${delta50.molecules.length} molecules`,
    molecules: set.molecules.map(({ id }) => id),
    corrections: delta50.corrections,
    factors: ['1H', '13C'].flatMap(
      nucleus =>
        factorOf(
          nucleus,
          points.filter(each => each.nucleus === nucleus),
          chance(SEED),
        ) ?? [],
    ),
  }
}
