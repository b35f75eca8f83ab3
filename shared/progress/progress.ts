import { lastAttempt } from '../model/job.ts'
import { QUEUE_S } from '../model/times.ts'
import type { Known, Plan } from '../workflows/workflow.ts'
import { elapsed } from './elapsed.ts'
import type { Unit } from './unit.ts'

/** Seconds of a job beside its computing and its queue, as its weight in the bar has them: sending, fetching and reading. */
const AROUND = { staging: 1, fetching: 1 }
/** A job that computes has at most this share of it done: when it will end is not known. */
const MOST_RUNNING = 0.9

/**
 * How much of a run is done, 0..1: predicted seconds of what is processed over those of everything. A failed part is
 * processed, and so is one that can never be; a job that computes has what it has computed over what was predicted, at
 * most nine tenths. The last phase carries no weight of its own.
 */
export function progressOf(plan: Pick<Plan, 'units'>, known: Known, now: string): number {
  let whole = 0
  let done = 0
  const queue = known.run.expected?.queue_s ?? QUEUE_S
  for (const unit of plan.units) {
    const weight = unit.seconds + (unit.is === 'task' ? 0 : AROUND.staging + queue + AROUND.fetching)
    whole += weight
    done += weight > 0 ? weight * Math.min(1, Math.max(0, doneSeconds(unit, queue, known, now) / weight)) : 0
  }
  return whole > 0 ? Math.min(1, done / whole) : 0
}

function doneSeconds(unit: Unit, queue: number, known: Known, now: string): number {
  const { seconds } = unit
  if (unit.dead) return Number.POSITIVE_INFINITY
  if (unit.is === 'task') {
    const task = known.task(unit.key)
    return task && task.state.is !== 'planned' ? Number.POSITIVE_INFINITY : 0
  }
  const job = known.job(unit.key)
  if (!job) return 0
  const { phase, outcome } = lastAttempt(job)
  if (outcome !== null) return Number.POSITIVE_INFINITY
  const begun = AROUND.staging + queue
  switch (phase.is) {
    case 'planned':
      return 0
    case 'staged':
    case 'submitting':
    // Waiting is no work: its time is behind it once the job begins.
    case 'queued':
      return AROUND.staging
    case 'running':
      return begun + Math.min(MOST_RUNNING * seconds, elapsed(phase.started, now))
    case 'ended':
      return begun + MOST_RUNNING * seconds
    case 'fetched':
    case 'parsed':
      return begun + MOST_RUNNING * seconds + AROUND.fetching
  }
}
