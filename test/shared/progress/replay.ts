import { chance } from '../../../shared/chance.ts'
import { forecast, LEAST_DONE } from '../../../shared/progress/forecast.ts'
import type { Duration } from '../../../shared/progress/time-model.ts'

/** How well forecasts, made after each job of a replayed campaign, met the time that the rest then really took. */
export interface Replay {
  /** Mean of |forecast - truth| / truth, once a tenth is done. */
  readonly error: number
  /** Share of the forecasts whose 80 % range held the truth. */
  readonly covered: number
  /** The same error of the rolling mean of the last ten jobs. */
  readonly rollingError: number
}

/** Replays jobs one after the other, in the order given; a forecast after each third, until ten are left. */
export function replay(jobs: readonly Duration[], seed: number): Replay {
  const errors: number[] = []
  const rolling: number[] = []
  let covered = 0
  for (let n = Math.max(LEAST_DONE, Math.ceil(jobs.length / 10)); n <= jobs.length - 10; n += 3) {
    const done = jobs.slice(0, n)
    const rest = jobs.slice(n)
    const truth = rest.reduce((sum, { seconds }) => sum + seconds, 0)
    const waiting = rest.map((job, i) => ({ ...job, key: String(i), elapsed_s: null, after: null }))
    const said = forecast({ done, waiting, slots: 1, random: chance(seed + n), draws: 200 })
    if (!said) continue
    errors.push(Math.abs(said.median_s - truth) / truth)
    if (said.low_s <= truth && truth <= said.high_s) covered += 1
    const last = done.slice(-10)
    const mean = last.reduce((sum, { seconds }) => sum + seconds, 0) / last.length
    rolling.push(Math.abs(mean * rest.length - truth) / truth)
  }
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  return { error: meanOf(errors), covered: covered / errors.length, rollingError: meanOf(rolling) }
}
