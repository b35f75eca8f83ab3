import { doubtOf, lastAttempt, type PhaseName } from '../model/job.ts'
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

/** Its program is at work, as far as is known, or its output is being read. */
const AT_WORK: ReadonlySet<PhaseName> = new Set<PhaseName>(['running', 'ended', 'fetched', 'parsed'])

/** The running jobs, by key, that compute far longer than was predicted. */
export function stalledOf({ units }: Pick<Plan, 'units'>, known: Known, asOf: string): readonly string[] {
  return units.flatMap(({ key, seconds }) => {
    const job = known.job(key)
    if (!job) return []
    const attempt = lastAttempt(job)
    const { phase, outcome } = attempt
    if (outcome !== null || phase.is !== 'running' || doubtOf(attempt) !== null) return []
    return isStalled(phase.started, asOf, seconds) ? [key] : []
  })
}

/** Whether everything that runs is stalled: of such a run "running" would say more than is known. */
export function allStalled({ units }: Pick<Plan, 'units'>, known: Known, asOf: string): boolean {
  const running = units.filter(({ key }) => {
    const job = known.job(key)
    if (!job) return false
    const attempt = lastAttempt(job)
    return attempt.outcome === null && AT_WORK.has(attempt.phase.is) && doubtOf(attempt) === null
  })
  return running.length > 0 && stalledOf({ units }, known, asOf).length === running.length
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
