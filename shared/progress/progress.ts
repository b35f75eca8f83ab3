import { lastAttempt } from '../model/job.ts'
import type { Known, Plan, PlanStep } from '../workflows/workflow.ts'
import type { Unit } from './unit.ts'

/** Seconds of a job beside its computing, as its weight in the bar has them: sending, waiting, fetching and reading. */
const AROUND = { staging: 1, queue: 2, fetching: 1 }
/** A job that computes has at most this share of its computing done: when it will end is not known. */
const MOST_RUNNING = 0.9

/**
 * How much of a run is done, 0..1: predicted seconds of what is processed over those of everything. A failed part is
 * processed, and so is one that can never be; a job that computes has what it has computed over what was predicted, at
 * most nine tenths. The last phase carries no weight of its own.
 */
export function progressOf(plan: Pick<Plan, 'steps' | 'units'>, known: Known, now: string): number {
  if (!plan.units) return bySteps(plan.steps)
  let whole = 0
  let done = 0
  for (const unit of plan.units) {
    const weight = unit.seconds + AROUND.staging + AROUND.queue + AROUND.fetching
    whole += weight
    done += weight * Math.min(1, Math.max(0, doneSeconds(unit, known, now) / weight))
  }
  return whole > 0 ? Math.min(1, done / whole) : 0
}

function doneSeconds(unit: Unit, known: Known, now: string): number {
  const { seconds } = unit
  const job = known.job(unit.key)
  const task = known.task(unit.key)
  if (unit.dead || (task && task.state.is !== 'planned')) return Number.POSITIVE_INFINITY
  if (!job) return 0
  const { phase, outcome } = lastAttempt(job)
  if (outcome !== null) return Number.POSITIVE_INFINITY
  const begun = AROUND.staging + AROUND.queue
  switch (phase.is) {
    case 'planned':
      return 0
    case 'staged':
    case 'submitting':
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

/** Seconds from then to now; none where a clock was set back between them. */
export function elapsed(then: string, now: string): number {
  return Math.max(0, (Date.parse(now) - Date.parse(then)) / 1000) || 0
}

function bySteps(steps: readonly PlanStep[]): number {
  const whole = steps.reduce((sum, { weight }) => sum + weight, 0)
  const done = steps.reduce((sum, { weight, settled, total }) => sum + (total > 0 ? (weight * settled) / total : 0), 0)
  return whole > 0 ? Math.min(1, done / whole) : 0
}
