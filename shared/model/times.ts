import type { MachineName, RunId } from '../ids.ts'
import { elapsed } from '../progress/elapsed.ts'
import { quantile } from '../progress/quantile.ts'
import { type Duration, fitTimes, type TimeFit } from '../progress/time-model.ts'
import { type Job, lastAttempt } from './job.ts'
import type { Machine } from './machine.ts'

/** What a finished job took on its machine: remembered when its run has long been archived. */
export interface RememberedTime extends Duration {
  readonly run: RunId
  /** Seconds between submission and start; null where that was not seen. */
  readonly waited_s: number | null
  /** Of the files that it left. */
  readonly bytes: number
}

/** More would not make a forecast better. */
const MOST = 200

export type Times = Readonly<Record<MachineName, readonly RememberedTime[]>>

/** With what this job took, where it completed and really ran; the oldest are forgotten. */
export function withTimeOf(times: Times | undefined, job: Job): Times | undefined {
  const took = timeOf(job)
  if (!took) return times
  return { ...times, [job.machine]: [...(times?.[job.machine] ?? []), took].slice(-MOST) }
}

function timeOf(job: Job): RememberedTime | null {
  const { phase, outcome } = lastAttempt(job)
  if (!job.work || outcome !== 'completed' || phase.is !== 'parsed' || phase.reused !== null || phase.started === null)
    return null
  // A clock that was set back meanwhile tells nothing.
  const seconds = elapsed(phase.started, phase.ended)
  if (seconds <= 0) return null
  const waited_s = phase.submitted === null ? null : elapsed(phase.submitted, phase.started)
  const bytes = phase.files.reduce((sum, file) => sum + file.bytes, 0)
  return { ...job.work, seconds, run: job.run, waited_s, bytes }
}

/** What is expected of a run's jobs by what was known at its start: the weights of its bar, the same for ever. */
export type Expected = TimeFit & {
  /** Seconds that a job waits in the machine's queue. */
  readonly queue_s: number
}

/** Fewer waits than these mean nothing. */
export const LEAST_WAITS = 5

/**
 * Seconds that jobs of Larmor waited in a machine's queue: in 8 of 10 cases between low and high, and the median; null
 * where that is not known, or there is none.
 */
export function queueWait(times: Times | undefined, machine: Machine): Spread | null {
  const waits = waitsOf(times?.[machine.name] ?? [], machine)
  if (waits.length < LEAST_WAITS) return null
  const [low_s, median_s, high_s] = [0.1, 0.5, 0.9].map(share => quantile(waits, share)) as [number, number, number]
  return { low_s, median_s, high_s }
}

/** A time that is not known exactly, in seconds: its 80 % range and its median. */
export type Spread = { readonly low_s: number; readonly median_s: number; readonly high_s: number }

function waitsOf(known: readonly RememberedTime[], { settings }: Machine): readonly number[] {
  return settings.scheduler === 'direct' ? [] : known.flatMap(({ waited_s }) => waited_s ?? [])
}

/**
 * From what is remembered of a machine; null where that is nothing. Where there is no scheduler a job waits for others of
 * Larmor's, which are computing meanwhile: that is no time of its own, and no more than QUEUE_S is expected.
 */
export function expectedOf(times: Times | undefined, machine: Machine): Expected | null {
  const known = times?.[machine.name] ?? []
  if (known.length === 0) return null
  const waits = waitsOf(known, machine)
  const fit = fitTimes(known)
  const short = (value: number) => Number(value.toFixed(4))
  return {
    constant: short(fit.constant),
    exponent: short(fit.exponent),
    terms: Object.fromEntries(Object.entries(fit.terms).map(([word, value]) => [word, short(value)])),
    queue_s: waits.length < LEAST_WAITS ? QUEUE_S : Math.max(QUEUE_S, Math.round(quantile(waits, 0.5))),
  }
}

/** Seconds in a queue where nothing is known of it. */
export const QUEUE_S = 2
