import { fnv1a, type Json } from '../../ids.ts'
import type { Job, JobSpec } from '../../model/job.ts'
import { completedResult, lastAttempt } from '../../model/job.ts'
import type { TaskSpec } from '../../model/task.ts'
import type { EnsembleResult, SelectInput, SelectResult } from '../../nmr/ensemble.ts'
import { type XtbCalculation, xtbSolvents } from '../../programs/index.ts'
import type { Known } from '../workflow.ts'
import { nmrWork } from './jobs.ts'
import type { NmrParams } from './params.ts'

/** Conformers on their way through xtb: optimised, ranked by its energies, those alike counted once. */
export interface PreStage {
  readonly jobs: readonly JobSpec[]
  readonly elements: readonly string[]
  readonly known: readonly (Job | undefined)[]
  /** Null until every optimisation has settled. */
  readonly task: TaskSpec | null
  readonly failed: string | null
  /** The ensemble that goes on; null until it is known. */
  readonly ensemble: EnsembleResult | null
}

/**
 * Those that xtb could not optimise go on as they were made: it only helps. The window is that of the force field, for
 * it takes its place.
 */
export function preStage(known: Known, params: NmrParams, made: EnsembleResult): PreStage {
  const specs = made.conformers.map(conformer => preJob(known, params, made, conformer))
  const jobs = specs.map(({ key }) => known.job(key))
  if (!jobs.every(job => job && lastAttempt(job).outcome !== null)) {
    return { jobs: specs, elements: made.molecule.elements, known: jobs, task: null, failed: null, ensemble: null }
  }
  const done = made.conformers.flatMap((conformer, i) => {
    const result = completedResult(jobs[i])
    if (!result?.geometry || result.energy_hartree === null) return []
    const { sha256, bytes } = result.geometry
    const { id, geometry: start } = conformer
    return [{ id, start, geometry: { sha256, bytes }, energy_hartree: result.energy_hartree }]
  })
  // Nothing to rank.
  if (done.length === 0) {
    const warnings = [...made.warnings, 'xtb optimised none of the conformers: they go on as they were made']
    return {
      jobs: specs,
      elements: made.molecule.elements,
      known: jobs,
      task: null,
      failed: null,
      ensemble: { ...made, warnings },
    }
  }
  const input: SelectInput = { molecule: made.molecule, conformers: done, window_kcal: params.ff_window_kcal }
  const task = { key: `rank-${fnv1a(JSON.stringify(input))}`, kind: 'select', input: input as unknown as Json } as const
  const state = known.task(task.key)?.state
  const failed = state?.is === 'failed' ? state.reason : null
  if (state?.is !== 'done')
    return { jobs: specs, elements: made.molecule.elements, known: jobs, task, failed, ensemble: null }
  const { kept, filtered } = state.result as unknown as SelectResult
  const missing = made.conformers.length - done.length
  const conformers = made.conformers.flatMap(conformer => {
    const ranked = done.find(({ id }) => id === conformer.id)
    if (!ranked) return [conformer]
    const stays = kept.find(({ id }) => id === conformer.id)
    return stays ? [{ ...conformer, geometry: ranked.geometry, degeneracy: stays.degeneracy }] : []
  })
  const ensemble = {
    ...made,
    conformers,
    dropped: [
      ...made.dropped,
      ...(filtered.length > 0 ? [{ reason: 'by GFN2-xTB: alike, or above the window', count: filtered.length }] : []),
    ],
    warnings: [
      ...made.warnings,
      ...(missing > 0
        ? [`xtb did not optimise ${missing} of ${made.conformers.length} conformers: they go on as they were made`]
        : []),
    ],
  }
  return { jobs: specs, elements: made.molecule.elements, known: jobs, task, failed: null, ensemble }
}

function preJob(
  { run }: Known,
  params: NmrParams,
  { molecule }: EnsembleResult,
  { id, geometry }: EnsembleResult['conformers'][number],
): JobSpec {
  const key = `${id}/pre`
  const input: XtbCalculation = {
    kind: 'calculation',
    task: 'opt',
    geometry: { sha256: geometry.sha256, bytes: geometry.bytes },
    atoms: molecule.elements.length,
    title: `${run.name} ${key}`,
    charge: params.charge,
    multiplicity: 1,
    method: 'gfn2',
    // Where xtb does not have the solvent, the gas phase is near enough to begin with.
    solvent: Object.hasOwn(xtbSolvents, params.solvent) ? params.solvent : 'gas',
    max_cycles: 500,
  }
  return {
    key,
    machine: run.machine,
    program: 'xtb',
    input: input as unknown as Json,
    resources: params.resources,
    work: nmrWork(run, params, molecule.elements, 'pre'),
  }
}
