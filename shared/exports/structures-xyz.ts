import type { ContentRef } from '../ids.ts'
import { completedResult } from '../model/job.ts'
import { knownOf } from '../model/known.ts'
import type { Run } from '../model/run.ts'
import type { State } from '../model/state.ts'
import { readXyz, writeXyz } from '../programs/index.ts'
import { orThrow } from '../result.ts'
import { jobsOf } from '../show/status.ts'
import { type ShownConformer, workflowOf } from '../workflows/index.ts'

/**
 * The geometries of a run as one multi-XYZ (angstrom): for nmr its conformers, most populated first, with energy and
 * weight in the comment line; otherwise the last geometry of each completed job.
 */
export async function structuresXyz(
  state: State,
  run: Run,
  read: (ref: ContentRef) => Promise<string>,
): Promise<string> {
  const known = knownOf(state, run)
  const shown = workflowOf(run.workflow).show(known).conformers as unknown as readonly ShownConformer[] | undefined
  const geometries = shown
    ? shown
        .toSorted((a, b) => (b.weight ?? -1) - (a.weight ?? -1))
        .map(conformer => [commentOf(conformer), conformer.geometry] as const)
    : jobsOf(state, run).map(job => [job.id, completedResult(job)?.geometry ?? null] as const)
  const texts: string[] = []
  for (const [comment, ref] of geometries) {
    if (ref) texts.push(writeXyz(orThrow(readXyz(await read(ref))), comment))
  }
  return texts.join('')
}

function commentOf({ key, weight, energy_hartree }: ShownConformer): string {
  return [
    key,
    energy_hartree === null ? null : `energy=${energy_hartree} Eh`,
    weight === null ? null : `weight=${weight}`,
  ]
    .filter(Boolean)
    .join(' ')
}
