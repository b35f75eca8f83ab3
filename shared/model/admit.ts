import type { Instant } from '../ids.ts'
import { type SingleFact, singleFacts, step, withJobs } from './attempt.ts'
import type { AttemptFact, AttemptRef, EventBody } from './events.ts'
import { type Job, lastAttempt } from './job.ts'
import type { State } from './state.ts'
import { get } from './table.ts'

const MOST_IGNORED = 20

/**
 * What is worth keeping of facts that were seen on a machine: the same facts without those that are known already.
 * One that cannot be true (backwards, of an old attempt) becomes `fact.ignored`, once. Facts about jobs that Larmor
 * does not know are dropped.
 */
export function admit(state: State, facts: readonly EventBody[], at: Instant): readonly EventBody[] {
  return facts.flatMap(fact => (isAttemptFact(fact) ? admitFact(state, fact, at) : [fact]))
}

function admitFact(state: State, fact: AttemptFact, at: Instant): readonly EventBody[] {
  const admitted: AttemptRef[] = []
  const ignored: EventBody[] = []
  for (const single of singleFacts(fact)) {
    const job = get(state.jobs, single.job)
    if (!job) continue
    const why = refusal(job, single, at)
    if (why === null) admitted.push('jobs' in fact ? withoutType(single) : single)
    else if (why !== '') ignored.push(...ignoredFact(job, fact, single, why))
  }
  if (admitted.length === 0) return ignored
  return [withJobs(fact, admitted), ...ignored]
}

/** Null when it is new, an empty string when it is known, otherwise why it cannot be true. */
function refusal(job: Job, fact: SingleFact, at: Instant): string | null {
  const last = lastAttempt(job)
  if (fact.attempt !== last.n || fact.label !== last.label)
    return `${fact.type} is of attempt ${fact.attempt}, now is ${last.n}`
  const next = step(last, fact, at)
  if (next.is === 'forbidden') return next.why
  return next.is === 'known' ? '' : null
}

function ignoredFact(job: Job, fact: AttemptFact, ref: AttemptRef, why: string): readonly EventBody[] {
  const attempt = job.attempts.find(({ n, label }) => n === ref.attempt && label === ref.label)
  if (!attempt || attempt.ignored.length >= MOST_IGNORED) return []
  if (attempt.ignored.some(known => known.fact === fact.type && known.why === why)) return []
  const { job: id, attempt: n, label } = ref
  return [{ type: 'fact.ignored', run: job.run, job: id, attempt: n, label, fact: fact.type, why }]
}

function withoutType({ type: _, ...item }: SingleFact): AttemptRef {
  return item
}

function isAttemptFact(event: EventBody): event is AttemptFact {
  return ATTEMPT_FACTS.has(event.type)
}

const ATTEMPT_FACTS: ReadonlySet<string> = new Set<AttemptFact['type']>([
  'jobs.staged',
  'submit.intended',
  'submit.doubted',
  'jobs.submitted',
  'jobs.running',
  'jobs.ended',
  'jobs.fetched',
  'jobs.parsed',
  'jobs.refused',
  'jobs.lost',
  'cancel.wished',
  'jobs.cancelled',
  'calculation.reused',
])
