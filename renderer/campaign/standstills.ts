/** A time in which no calculation ended, far longer than the usual. */
export interface Standstill {
  /** ms. */
  readonly from: number
  readonly to: number
}

const MINUTE = 60_000
/** As a stall: max(10 min, so many times the usual). */
const LEAST = 10 * MINUTE
const TIMES = 6
/** So many, the longest, are named. */
const NAMED = 2

/**
 * The longest times between two ends, and since the last one up to `now`, where they are longer than 10 minutes and than
 * six times the median. None of fewer than five ends: then nothing is usual yet.
 */
export function standstillsOf(ends: readonly number[], now: number): readonly Standstill[] {
  if (ends.length < 5) return []
  const gaps = [...ends.slice(1), now].map((to, i) => ({ from: ends[i] ?? to, to }))
  const lengths = gaps
    .slice(0, -1)
    .map(({ from, to }) => to - from)
    .toSorted((a, b) => a - b)
  const usual = lengths[lengths.length >> 1] ?? 0
  return gaps
    .filter(({ from, to }) => to - from > Math.max(LEAST, TIMES * usual))
    .toSorted((a, b) => b.to - b.from - (a.to - a.from))
    .slice(0, NAMED)
}
