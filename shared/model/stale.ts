import type { JobId, Json, RunId } from '../ids.ts'
import { workflowOf } from '../workflows/index.ts'
import { type Job, lastAttempt } from './job.ts'
import { knownOf } from './known.ts'
import type { State } from './state.ts'
import { get } from './table.ts'

/**
 * Of these jobs those that are stale, each with the input that the plan has for it now: a rerun of an earlier job has
 * changed the geometry that it was built on. A stale job is shown, and computed anew only when a person says so.
 */
export function staleInputs(state: State, jobs: readonly Job[]): ReadonlyMap<JobId, Json> {
  const stale = new Map<JobId, Json>()
  const planned = new Map<RunId, ReadonlyMap<string, Json>>()
  for (const job of jobs) {
    if (lastAttempt(job).outcome === null) continue
    const inputs = planned.get(job.run) ?? plannedInputs(state, job.run)
    planned.set(job.run, inputs)
    const input = inputs.get(job.key) ?? null
    const geometry = geometryOf(input)
    if (geometry !== null && !job.attempts.some(attempt => geometryOf(attempt.input) === geometry))
      stale.set(job.id, input)
  }
  return stale
}

/** By the keys of its plan; a run of thousands of jobs is planned once for all of them. */
function plannedInputs(state: State, id: RunId): ReadonlyMap<string, Json> {
  const run = get(state.runs, id)
  const { jobs } = run ? workflowOf(run.workflow).plan(knownOf(state, run)) : { jobs: [] }
  return new Map(jobs.map(({ key, input }) => [key, input]))
}

function geometryOf(input: Json): string | null {
  const { geometry } = (input ?? {}) as { readonly geometry?: { readonly sha256?: string } | null }
  return geometry?.sha256 ?? null
}
