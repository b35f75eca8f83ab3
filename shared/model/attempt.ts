import type { Instant } from '../ids.ts'
import type { AttemptFact, AttemptRef } from './events.ts'
import type { Attempt, EndRecord, Phase, ProcessIdentity, Waiting } from './job.ts'

type Each<Fact> = Fact extends { readonly type: infer Type; readonly jobs: readonly (infer Item)[] }
  ? { readonly type: Type } & Item
  : Fact

/** One fact about one attempt: what a plural event says of each of its jobs. */
export type SingleFact = Each<AttemptFact>

/** `changed`: as it is now. `known`: nothing new. `forbidden`: cannot be true of this attempt, and why. */
export type Step =
  | { readonly is: 'changed'; readonly attempt: Attempt }
  | { readonly is: 'known' }
  | { readonly is: 'forbidden'; readonly why: string }

const known: Step = { is: 'known' }

/** The compiler holds that none is missing. */
const ATTEMPT_FACTS: Readonly<Record<AttemptFact['type'], true>> = {
  'jobs.staged': true,
  'submit.intended': true,
  'submit.doubted': true,
  'jobs.adopted': true,
  'jobs.submitted': true,
  'jobs.waiting': true,
  'jobs.recorded': true,
  'jobs.gone': true,
  'jobs.running': true,
  'jobs.ended': true,
  'jobs.fetched': true,
  'jobs.parsed': true,
  'jobs.refused': true,
  'jobs.lost': true,
  'cancel.wished': true,
  'jobs.cancelled': true,
  'jobs.withdrawn': true,
  'calculation.reused': true,
}

/** Whether an event says something of attempts that the table below decides. */
export function isAttemptFact<Body extends { readonly type: string }>(event: Body): event is Body & AttemptFact {
  return Object.hasOwn(ATTEMPT_FACTS, event.type)
}

/** The facts of an event, one for each attempt it speaks of. */
export function singleFacts(fact: AttemptFact): readonly SingleFact[] {
  if (!('jobs' in fact)) return [fact]
  return fact.jobs.map(item => ({ type: fact.type, ...item }) as SingleFact)
}

/** Same fact, other attempts: what `admit` keeps of a plural event. */
export function withJobs(fact: AttemptFact, jobs: readonly AttemptRef[]): AttemptFact {
  return 'jobs' in fact ? ({ ...fact, jobs } as AttemptFact) : fact
}

/**
 * What a fact does to an attempt: the whole transition table, by which `admit` judges and `reduce` applies.
 * Facts may come late, twice and in any order; a phase never goes back.
 */
export function step(attempt: Attempt, fact: SingleFact, at: Instant): Step {
  const { phase, outcome } = attempt

  function forbidden(): Step {
    const end = outcome === null ? '' : `, ${outcome}`
    return { is: 'forbidden', why: `${fact.type} does not follow ${phase.is}${end}` }
  }
  function to(next: Phase, change: Partial<Attempt> = {}): Step {
    return { is: 'changed', attempt: { ...attempt, ...change, phase: next } }
  }
  // The first true report of a job overturns what was concluded from its absence (lost, cancelled) or from the
  // scheduler's words (refused): nothing that runs is ever forgotten.
  const found = outcome === 'lost' ? { was_lost: true as const } : {}
  const alive = { outcome: null, category: null, reason: null, evidence: [], ...found }

  // Where a result was taken from another calculation, nothing was ever sent.
  if (phase.is === 'parsed' && phase.reused !== null)
    return fact.type === 'calculation.reused' && fact.calculation === phase.reused ? known : forbidden()

  switch (fact.type) {
    case 'jobs.staged':
      if (phase.is !== 'planned') return phase.dir === fact.dir ? known : forbidden()
      return outcome === null ? to({ is: 'staged', dir: fact.dir }) : forbidden()

    case 'jobs.adopted':
      if (phase.is !== 'planned' || outcome !== null) return forbidden()
      return to({ is: 'queued', dir: fact.dir, queue_id: fact.queue_id, submitted: at, waiting: null })

    case 'submit.intended':
      if (phase.is === 'planned') return forbidden()
      if (phase.is !== 'staged') return known
      return outcome === null ? to({ is: 'submitting', dir: phase.dir, since: at, doubt: null }) : forbidden()

    case 'submit.doubted':
      if (outcome !== null || phase.is !== 'submitting') return forbidden()
      return phase.doubt?.text === fact.text
        ? known
        : to({ ...phase, doubt: { since: phase.doubt?.since ?? at, text: fact.text } })

    case 'jobs.submitted':
      switch (phase.is) {
        case 'planned':
        case 'staged':
          return forbidden()
        case 'submitting':
          return to({ is: 'queued', dir: phase.dir, queue_id: fact.queue_id, submitted: at, waiting: null }, alive)
        default:
          if (phase.queue_id === fact.queue_id) return known
          return phase.queue_id === null ? to({ ...phase, queue_id: fact.queue_id, submitted: at }) : forbidden()
      }

    case 'jobs.waiting':
      if (phase.is !== 'queued' || outcome !== null) return forbidden()
      return sameWaiting(phase.waiting, fact.waiting) ? known : to({ ...phase, waiting: fact.waiting })

    case 'jobs.recorded':
      if (phase.is !== 'queued' && phase.is !== 'running') return isOver(phase) ? known : forbidden()
      if (sameRecord(attempt.recorded ?? null, fact.record)) return known
      return { is: 'changed', attempt: { ...attempt, recorded: fact.record } }

    case 'jobs.gone':
      if (phase.is !== 'queued' && phase.is !== 'running') return isOver(phase) ? known : forbidden()
      if ((attempt.gone?.text ?? null) === fact.text) return known
      return to(phase, { gone: fact.text === null ? null : { since: attempt.gone?.since ?? at, text: fact.text } })

    case 'jobs.running':
      switch (phase.is) {
        case 'submitting':
        case 'queued':
          return to({ ...submittedPart(phase), is: 'running', started: fact.started, ...identity(fact) }, alive)
        case 'planned':
        case 'staged':
          return forbidden()
        default:
          return known
      }

    case 'jobs.ended':
      switch (phase.is) {
        case 'planned':
        case 'staged':
          return forbidden()
        case 'submitting':
        case 'queued':
        case 'running':
          return to(
            {
              ...submittedPart(phase),
              is: 'ended',
              started: fact.started ?? (phase.is === 'running' ? phase.started : null),
              ended: fact.ended,
              exit: fact.exit,
              signal: fact.signal,
              ...identity(fact),
            },
            { ...alive, evidence: fact.evidence },
          )
        default:
          return phase.exit === fact.exit && phase.signal === fact.signal ? known : forbidden()
      }

    case 'jobs.fetched':
      switch (phase.is) {
        case 'ended':
          return to({
            ...phase,
            is: 'fetched',
            files: fact.files,
            ...(fact.unsettled ? { unsettled: fact.unsettled } : {}),
          })
        case 'fetched':
        case 'parsed':
          return known
        default:
          return forbidden()
      }

    case 'jobs.parsed':
      switch (phase.is) {
        case 'fetched':
          return to(
            { ...phase, is: 'parsed', result: fact.result, reused: null },
            {
              outcome: fact.outcome,
              category: fact.category,
              reason: fact.reason,
              warning: fact.warning ?? null,
              evidence: fact.evidence,
            },
          )
        case 'parsed':
          return known
        default:
          return forbidden()
      }

    case 'jobs.refused':
      if (phase.is !== 'planned' && phase.is !== 'staged' && phase.is !== 'submitting') return forbidden()
      if (outcome !== null) return outcome === 'failed' ? known : forbidden()
      return to(phase, { outcome: 'failed', category: fact.category, reason: fact.reason })

    case 'jobs.lost':
      if (outcome !== null) return outcome === 'lost' ? known : forbidden()
      if (phase.is !== 'submitting' && phase.is !== 'queued' && phase.is !== 'running') return forbidden()
      return to(phase, { outcome: 'lost', category: null, reason: fact.reason, evidence: fact.evidence })

    case 'cancel.wished':
      if (attempt.cancel_wished !== null) return known
      if (outcome !== null || isOver(phase)) return forbidden()
      return { is: 'changed', attempt: { ...attempt, cancel_wished: at } }

    case 'jobs.cancelled':
      if (outcome === 'cancelled') return known
      if (outcome !== null || attempt.cancel_wished === null || isOver(phase)) return forbidden()
      return to(phase, { outcome: 'cancelled', reason: fact.reason, evidence: fact.evidence })

    case 'jobs.withdrawn':
      if (phase.is !== 'queued') return forbidden()
      if (outcome !== null) return outcome === 'cancelled' ? known : forbidden()
      return to(phase, {
        outcome: 'cancelled',
        reason: fact.reason,
        // A person who wants it cancelled wants no other attempt.
        ...(attempt.cancel_wished === null ? { withdrawn: true } : {}),
      })

    case 'calculation.reused':
      if (outcome !== null || phase.is !== 'planned') return forbidden()
      return to(
        { is: 'parsed', ended: at, files: [], result: fact.result, reused: fact.calculation },
        { outcome: 'completed', reason: `taken from ${fact.from}, which did the same calculation` },
      )
  }
}

function sameWaiting(a: Waiting | null, b: Waiting | null): boolean {
  return a?.is === b?.is && a?.text === b?.text
}

function sameRecord(a: EndRecord | null, b: EndRecord | null): boolean {
  return a?.text === b?.text && a?.exit === b?.exit && a?.signal === b?.signal && a?.cause === b?.cause
}

function isOver(phase: Phase): boolean {
  return phase.is === 'ended' || phase.is === 'fetched' || phase.is === 'parsed'
}

function submittedPart(phase: Extract<Phase, { readonly is: 'submitting' | 'queued' | 'running' }>) {
  if (phase.is === 'submitting') return { dir: phase.dir, queue_id: null, submitted: null }
  return { dir: phase.dir, queue_id: phase.queue_id, submitted: phase.submitted }
}

function identity({ host, pid, pgid, boot_id }: ProcessIdentity): ProcessIdentity {
  return { host, pid, pgid, boot_id }
}
