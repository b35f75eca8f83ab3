import type { RunId } from '../ids.ts'
import type { AttemptRef } from './events.ts'
import type { Attempt, Job, JobSpec } from './job.ts'

/** A job that was planned just now. */
export function plannedJob(run: RunId, spec: AttemptRef & JobSpec): Job {
  const { job: id, key, machine, program, work } = spec
  return { id, run, key, machine, program, ...(work ? { work } : {}), attempts: [newAttempt(spec, spec, null)] }
}

/** An attempt of which nothing has happened yet. */
export function newAttempt(ref: AttemptRef, spec: Pick<JobSpec, 'input' | 'resources'>, fix: string | null): Attempt {
  return {
    n: ref.attempt,
    label: ref.label,
    phase: { is: 'planned' },
    outcome: null,
    category: null,
    reason: null,
    warning: null,
    evidence: [],
    cancel_wished: null,
    ignored: [],
    fix,
    input: spec.input,
    resources: spec.resources,
  }
}
