import type { Instant, JobId } from '../ids.ts'
import { isAttemptFact, type SingleFact, type Step, singleFacts, step, withJobs } from './attempt.ts'
import type { AttemptFact, AttemptRef, EventBody } from './events.ts'
import { type Job, lastAttempt } from './job.ts'
import { newJob } from './new-attempt.ts'
import type { State } from './state.ts'
import { get } from './table.ts'

const MOST_IGNORED = 20

/**
 * What is worth keeping of facts that were seen on a machine: the same facts without those that are known already, each
 * judged by what the ones before it leave. One that cannot be true (backwards, of an old attempt) becomes
 * `fact.ignored`, once. Facts about jobs that Larmor does not know are dropped.
 */
export function admit(state: State, facts: readonly EventBody[], at: Instant): readonly EventBody[] {
  const moved = new Map<JobId, Job>()
  const jobs: Jobs = { get: id => moved.get(id) ?? get(state.jobs, id), set: job => void moved.set(job.id, job) }
  return facts.flatMap(fact => {
    if (isAttemptFact(fact)) return admitFact(jobs, fact, at)
    // What is planned in one batch with its first facts is known to them.
    if (fact.type === 'jobs.planned') {
      for (const spec of fact.jobs) if (!jobs.get(spec.job)) jobs.set(newJob(fact.run, spec))
    }
    return [fact]
  })
}

/** The jobs as the facts admitted so far leave them. */
interface Jobs {
  get(id: JobId): Job | undefined
  set(job: Job): void
}

function admitFact(jobs: Jobs, fact: AttemptFact, at: Instant): readonly EventBody[] {
  const admitted: AttemptRef[] = []
  const ignored: EventBody[] = []
  for (const single of singleFacts(fact)) {
    const job = jobs.get(single.job)
    if (!job) continue
    const next = judge(job, single, at)
    if (next.is === 'changed') {
      jobs.set({ ...job, attempts: [...job.attempts.slice(0, -1), next.attempt] })
      admitted.push('jobs' in fact ? withoutType(single) : single)
    } else if (next.is === 'forbidden') {
      ignored.push(...ignoredFact(jobs, job, single, next.why))
    }
  }
  if (admitted.length === 0) return ignored
  return [withJobs(fact, admitted), ...ignored]
}

function judge(job: Job, fact: SingleFact, at: Instant): Step {
  const last = lastAttempt(job)
  return fact.attempt === last.n && fact.label === last.label
    ? step(last, fact, at)
    : { is: 'forbidden', why: `${fact.type} is of attempt ${fact.attempt}, now is ${last.n}` }
}

function ignoredFact(jobs: Jobs, job: Job, { type, attempt: n, label }: SingleFact, why: string): readonly EventBody[] {
  const attempt = job.attempts.find(known => known.n === n && known.label === label)
  if (!attempt || attempt.ignored.length >= MOST_IGNORED) return []
  if (attempt.ignored.some(known => known.fact === type && known.why === why)) return []
  const ignored = [...attempt.ignored, { fact: type, why }]
  jobs.set({ ...job, attempts: job.attempts.map(known => (known === attempt ? { ...attempt, ignored } : known)) })
  return [{ type: 'fact.ignored', run: job.run, job: job.id, attempt: n, label, fact: type, why }]
}

function withoutType({ type: _, ...item }: SingleFact): AttemptRef {
  return item
}
