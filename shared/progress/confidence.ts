import { doubtOf, lastAttempt } from '../model/job.ts'
import type { Known, Plan } from '../workflows/workflow.ts'
import { elapsed } from './elapsed.ts'

/** How much a figure of progress may be believed; the rules stand in ARCHITECTURE.md. */
export type Confidence = 'live' | 'estimated' | 'stale' | 'stalled' | 'unknown'

/** The least that a job must compute before it is called stalled, and how many times as long as predicted. */
const STALL = { seconds: 600, times: 3 }

/** Whether a job that computes since `started` takes longer than max(10 min, 3 x predicted). */
function isStalled(started: string, now: string, predicted_s: number): boolean {
  return elapsed(started, now) > Math.max(STALL.seconds, STALL.times * predicted_s)
}

/** The running jobs, by key, that compute far longer than was predicted. */
export function stalledOf({ units }: Pick<Plan, 'units'>, known: Known, asOf: string): readonly string[] {
  return units.flatMap(({ key, seconds }) => {
    const job = known.job(key)
    if (!job) return []
    const { phase, outcome } = lastAttempt(job)
    return outcome === null && phase.is === 'running' && isStalled(phase.started, asOf, seconds) ? [key] : []
  })
}

/** The mark of an open run whose machine answers. */
export function confidenceOf({ units }: Pick<Plan, 'units'>, known: Known, asOf: string): Confidence {
  let mark: Confidence = 'live'
  for (const unit of units) {
    const job = known.job(unit.key)
    if (!job) continue
    const { phase, outcome } = lastAttempt(job)
    if (outcome === 'lost' || doubtOf(lastAttempt(job)) !== null) return 'unknown'
    if (outcome !== null || phase.is !== 'running') continue
    if (isStalled(phase.started, asOf, unit.seconds)) mark = 'stalled'
    else if (mark === 'live') mark = 'estimated'
  }
  return mark
}
