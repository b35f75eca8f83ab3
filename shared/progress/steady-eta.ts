import type { Eta } from './eta.ts'

/** What stands on a screen, and since when (ms). */
export interface ShownEta {
  readonly eta: Eta | null
  readonly at: number
}

/** A figure that changed by less than this share of what is left stays for so long. */
const SHARE = 0.1
const STAYS_MS = 60_000

/**
 * What is shown next: a forecast is drawn anew with each event, and its last digits would dance. It moves when an end
 * of the range moved by a tenth of what is left, or after a minute; a dash comes and goes at once.
 */
export function steadyEta(shown: ShownEta | null, next: Eta | null, now: number): ShownEta {
  const before = shown?.eta
  if (!shown || !before || !next || Math.abs(now - shown.at) >= STAYS_MS) return { eta: next, at: now }
  const moved = (from: string, to: string, left_s: number) =>
    Math.abs(Date.parse(to) - Date.parse(from)) >= SHARE * left_s * 1000
  const isOther =
    moved(before.finish_low, next.finish_low, before.low_s) ||
    moved(before.finish_median, next.finish_median, before.median_s) ||
    moved(before.finish_high, next.finish_high, before.high_s)
  return isOther ? { eta: next, at: now } : shown
}
