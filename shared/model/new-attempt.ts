import { label, type RunId } from '../ids.ts'
import type { Change } from '../remedies/index.ts'
import type { AttemptRef, EventBody } from './events.ts'
import { type Attempt, type Job, type JobSpec, lastAttempt } from './job.ts'

/** A job of which nothing is known but its plan and its first attempt. */
export function newJob(run: RunId, spec: AttemptRef & JobSpec, first: Attempt = newAttempt(spec, spec, null)): Job {
  const { job: id, key, machine, program, work } = spec
  return { id, run, key, machine, program, ...(work ? { work } : {}), attempts: [first] }
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

/** The event that gives a job another attempt, whoever wants it. */
export function attemptAdded(
  job: Job,
  change: Change & { readonly fix: string },
): Extract<EventBody, { readonly type: 'attempt.added' }> {
  const n = lastAttempt(job).n + 1
  return { type: 'attempt.added', run: job.run, job: job.id, attempt: n, label: label(job.id, n), ...change }
}
