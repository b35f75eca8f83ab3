import type { ContentRef, Json } from '../ids.ts'
import { completedResult, lastAttempt } from '../model/job.ts'
import { knownOf } from '../model/known.ts'
import type { Run } from '../model/run.ts'
import type { State } from '../model/state.ts'
import { type GeometryAtom, readXyz } from '../programs/index.ts'
import { orThrow } from '../result.ts'
import { jobsOf } from '../show/status.ts'
import { type ShownConformer, workflowOf } from '../workflows/index.ts'

/** A geometry of a run, angstrom; `conformer`: whose it is, where the run is an ensemble. */
export interface Structure {
  readonly name: string
  readonly atoms: readonly GeometryAtom[]
  readonly energy_hartree: number | null
  /** Of the job that computed it; null where it is the run's, or nobody tells it. */
  readonly charge: number | null
  readonly conformer: ShownConformer | null
}

/**
 * The geometries of a run: of an ensemble its conformers, most populated first; otherwise the last geometry of each
 * completed job. What has no geometry is left out.
 */
export async function structuresOf(
  state: State,
  run: Run,
  read: (ref: ContentRef) => Promise<string>,
): Promise<readonly Structure[]> {
  const shown = workflowOf(run.workflow).show(knownOf(state, run)).conformers as unknown as
    | readonly ShownConformer[]
    | undefined
  const found = shown
    ? shown
        .toSorted((a, b) => (b.weight ?? -1) - (a.weight ?? -1))
        .map(conformer => ({ name: conformer.key, conformer, charge: null, ...conformer }))
    : jobsOf(state, run).map(job => {
        const result = completedResult(job)
        const energy_hartree = result?.energy_hartree ?? null
        const { charge } = (lastAttempt(job).input ?? {}) as { readonly charge?: Json }
        return {
          name: job.id,
          conformer: null,
          charge: typeof charge === 'number' ? charge : null,
          energy_hartree,
          geometry: result?.geometry ?? null,
        }
      })
  const structures: Structure[] = []
  for (const { name, conformer, charge, energy_hartree, geometry } of found) {
    if (!geometry) continue
    structures.push({ name, conformer, charge, energy_hartree, atoms: orThrow(readXyz(await read(geometry))) })
  }
  return structures
}
