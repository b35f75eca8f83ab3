/** How many calculations ended in each span of a campaign's history. */
export interface Throughput {
  /** Length of a span, ms. */
  readonly span: number
  /** From the start on; the last one goes on still. */
  readonly counts: readonly number[]
  /** An hour, in the middle of the last spans that are over; null before the first is. */
  readonly median: number | null
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Spans that a person can name. */
const SPANS = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 12 * HOUR, 24 * HOUR, 7 * 24 * HOUR]
const MOST_BARS = 48
/** So many of the last spans tell how fast it is now. */
const LAST = 12

/** The ends (ms) counted from `from` to `now`, by the shortest span of which at most 48 are needed. */
export function throughputOf(ends: readonly number[], from: number, now: number): Throughput {
  const span = SPANS.find(each => (now - from) / each <= MOST_BARS) ?? Math.ceil((now - from) / MOST_BARS)
  const counts = new Array<number>(Math.max(1, Math.ceil((now - from) / span))).fill(0)
  for (const end of ends) {
    const at = Math.min(counts.length - 1, Math.max(0, Math.floor((end - from) / span)))
    counts[at] = (counts[at] ?? 0) + 1
  }
  const over = counts.slice(0, Math.floor((now - from) / span)).slice(-LAST)
  const sorted = over.toSorted((a, b) => a - b)
  const middle = ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2
  return { span, counts, median: over.length === 0 ? null : (middle * HOUR) / span }
}

/** `hour`, `15 min`: a span in words. */
export function spanText(span: number): string {
  const known: readonly (readonly [number, string, string])[] = [
    [7 * 24 * HOUR, 'week', 'weeks'],
    [24 * HOUR, 'day', 'days'],
    [HOUR, 'hour', 'h'],
  ]
  for (const [of, one, many] of known) if (span >= of) return span === of ? one : `${Math.round(span / of)} ${many}`
  return span === MINUTE ? 'minute' : `${Math.round(span / MINUTE)} min`
}
