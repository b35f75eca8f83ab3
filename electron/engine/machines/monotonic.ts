/**
 * Milliseconds on a clock that nobody sets and that stands still while this computer sleeps: for how long something
 * takes or lasts, where the time of day may be set meanwhile. Times of events are the time of day.
 */
export function monotonic(): number {
  return performance.now()
}

/** Before all time: what has never been done is due. */
export const NEVER = Number.NEGATIVE_INFINITY

/** Milliseconds that are left of `ms` since `then`. */
export function left(then: number, ms: number): number {
  return Math.max(0, ms - (monotonic() - then))
}
