/** From and until, in ms. */
export type Span = readonly [from: number, until: number]

/** How much of the time some spans cover together, each moment counted once; ms. */
export function covered(spans: readonly Span[]): number {
  let sum = 0
  let until = Number.NEGATIVE_INFINITY
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    sum += Math.max(0, to - Math.max(from, until))
    until = Math.max(until, to)
  }
  return sum
}
