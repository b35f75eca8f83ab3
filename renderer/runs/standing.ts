import type { Job } from '../../shared/model/job.ts'
import { type Attempt, contradictionOf, doubtOf, lastAttempt } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import type { Run } from '../../shared/model/run.ts'
import type { Look } from '../ui/badge.tsx'

/** Where a job stands, in the window's words; the order is that of the bars and of the filter. */
export const standings = [
  'finished',
  'running',
  'unknown',
  'check',
  'failed',
  'held',
  'sending',
  'waiting',
  'pending',
  'stopped',
] as const
export type Standing = (typeof standings)[number]

export const standingLooks: { readonly [S in Standing]: Look } = {
  finished: { word: 'Finished', shape: 'disc check', tone: 'done' },
  running: { word: 'Running', shape: 'half disc', tone: 'run' },
  unknown: { word: 'Unknown', shape: 'question', tone: 'attention' },
  check: { word: 'Check', shape: 'diamond', tone: 'attention' },
  failed: { word: 'Failed', shape: 'octagon', tone: 'fail' },
  held: { word: 'Held', shape: 'bars', tone: 'neutral' },
  sending: { word: 'Sending', shape: 'arrow ring', tone: 'neutral' },
  waiting: { word: 'Waiting', shape: 'clock', tone: 'neutral' },
  pending: { word: 'Pending', shape: 'dashed ring', tone: 'neutral' },
  stopped: { word: 'Stopped', shape: 'slash', tone: 'neutral' },
}

/** Beside `running`, where a job computes far longer than was predicted. */
export const stalledLook: Look = { word: 'Stalled', shape: 'hourglass', tone: 'attention' }
/** A standing, or the one that only the clock tells. */
export type ShownStanding = Standing | 'stalled'
export const shownLooks: { readonly [S in ShownStanding]: Look } = { ...standingLooks, stalled: stalledLook }
/** Nothing is stopped by itself: a person looks. */
export const STALLED = 'runs far longer than expected: look at its output, or ask the scheduler'

/** What a job's standing depends on besides the job. */
export interface Surroundings {
  /** Its run is paused. */
  readonly held: boolean
  /** Its machine answers. Unreachable is no evidence of anything: what was alive there is unknown now. */
  readonly reached: boolean
}

export function surroundingsOf(run: Run | undefined, machine: Machine | undefined): Surroundings {
  return {
    held: run?.phase.is === 'open' && run.phase.hold === 'paused',
    reached: machine === undefined || machine.reach.is === 'ok',
  }
}

export function standingOf(job: Job, { held, reached }: Surroundings): Standing {
  const attempt = lastAttempt(job)
  switch (attempt.outcome) {
    case 'completed':
      return attempt.warning === null ? 'finished' : 'check'
    case 'failed':
    case 'timeout':
      return 'failed'
    case 'cancelled':
      return 'stopped'
    case 'lost':
      return 'unknown'
    case null:
      return aliveStanding(attempt, held, reached)
  }
}

function aliveStanding(attempt: Attempt, held: boolean, reached: boolean): Standing {
  const { phase } = attempt
  if (doubtOf(attempt)) return 'unknown'
  switch (phase.is) {
    case 'planned':
      return held ? 'held' : 'pending'
    case 'staged':
      return 'sending'
    case 'submitting':
      return reached ? 'sending' : 'unknown'
    case 'queued':
      if (!reached) return 'unknown'
      return phase.waiting === null ? 'waiting' : phase.waiting.is === 'held' ? 'held' : 'check'
    case 'running':
    case 'ended':
    case 'fetched':
    case 'parsed':
      // Ended is not finished: its output has the word, and until that is read the job is still at work.
      return reached ? 'running' : 'unknown'
  }
}

/** Ended badly, is contradicted, or nobody knows. What a person cancelled is no failure. */
export function wantsALook(job: Job): boolean {
  const attempt = lastAttempt(job)
  if (attempt.outcome === null) return doubtOf(attempt) !== null
  return attempt.outcome === 'completed' ? attempt.warning !== null : attempt.outcome !== 'cancelled'
}

/** One plain phrase beside the badge, or null where the badge says it all. */
export function reasonOf(job: Job, { reached }: Surroundings): string | null {
  const { phase, outcome, reason, cancel_wished } = lastAttempt(job)
  if (outcome === 'completed') return contradictionOf(job) ?? reason
  if (outcome === 'timeout') return reason ?? 'the time limit was reached'
  if (outcome !== null) return reason
  const doubt = doubtOf(lastAttempt(job))
  if (doubt) return `${doubt.about}? not known: ${doubt.text}`
  if (!reached && phase.is !== 'planned' && phase.is !== 'staged') return `was ${LAST_SEEN[phase.is]} when last seen`
  if (cancel_wished !== null) return 'cancel was asked for; not known yet whether it still runs'
  if (phase.is === 'queued' && phase.waiting) return phase.waiting.text
  if (phase.is === 'ended') return 'ended, its output is being fetched'
  if (phase.is === 'fetched' || phase.is === 'parsed') return 'ended, its output is being read'
  return null
}

const LAST_SEEN = {
  submitting: 'being submitted',
  queued: 'waiting',
  running: 'running',
  ended: 'ended',
  fetched: 'ended',
  parsed: 'ended',
} as const
