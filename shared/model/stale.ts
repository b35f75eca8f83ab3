import type { Json } from '../ids.ts'
import { workflowOf } from '../workflows/index.ts'
import { type Job, lastAttempt } from './job.ts'
import { knownOf } from './known.ts'
import type { State } from './state.ts'
import { get } from './table.ts'

/**
 * The input that the plan has for a job now, where a rerun of an earlier job has changed the geometry that it was built
 * on; null where it is built on what is known. A stale job is shown, and computed anew only when a person says so.
 */
export function staleInput(state: State, job: Job): Json | null {
  const run = get(state.runs, job.run)
  if (!run || lastAttempt(job).outcome === null) return null
  const planned = workflowOf(run.workflow)
    .plan(knownOf(state, run))
    .jobs.find(({ key }) => key === job.key)
  const geometry = planned && geometryOf(planned.input)
  if (!planned || !geometry) return null
  return job.attempts.some(({ input }) => geometryOf(input) === geometry) ? null : planned.input
}

function geometryOf(input: Json): string | null {
  const { geometry } = (input ?? {}) as { readonly geometry?: { readonly sha256?: string } | null }
  return geometry?.sha256 ?? null
}
