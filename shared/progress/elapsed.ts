/** Seconds from then to now; none where a clock was set back between them. */
export function elapsed(then: string, now: string): number {
  return Math.max(0, (Date.parse(now) - Date.parse(then)) / 1000) || 0
}
