/** A span as a person says it: `40 s`, `12 min`, `1 h 10`, `2 days 4 h`; a dash for what is not known. */
export function spanText(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return '–'
  if (seconds < 90) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')}`
  const hours = Math.round(minutes / 60)
  return `${Math.floor(hours / 24)} days ${hours % 24} h`
}

/** A shorter wait in a queue is none. */
const WORTH_SAYING_S = 60

/** What is left of a run, in one sentence; null where there is nothing to say. `clock` says a time, in UTC by itself. */
export function remainingText(
  {
    state,
    left,
    left_shared,
    computing_s,
    waiting_s,
    eta,
  }: {
    readonly state: string
    readonly left: number
    readonly left_shared: number
    readonly computing_s: number | null
    readonly waiting_s: number | null
    readonly eta: { readonly low_s: number; readonly high_s: number; readonly finish_median: string } | null
  },
  clock: (at: string) => string = at => `${at.slice(0, 16).replace('T', ' ')} UTC`,
): string | null {
  if (left + left_shared === 0) return null
  const shared = left_shared === 0 ? '' : ` and ${left_shared} optimisation${left_shared === 1 ? '' : 's'} for them`
  const computing = computing_s === null ? [] : [`about ${spanText(computing_s)} of computing`]
  if (state === 'paused') return [`paused: ${left} left${shared}`, ...computing].join(', ')
  if (state !== 'running') return null
  if (eta === null) return null
  const waited =
    waiting_s === null || waiting_s < WORTH_SAYING_S
      ? ''
      : `; ${[...computing, `a job waits ${spanText(waiting_s)} in the queue (median)`].join(', ')}`
  return `${left} left${shared}: ${spanText(eta.low_s)} to ${spanText(eta.high_s)} (8 of 10 times), about ${clock(eta.finish_median)}${waited}`
}
