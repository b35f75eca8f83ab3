import type { Instant } from '../../shared/ids.ts'

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' })

/** `14:02`, or with its day when that is not the day of `now`. */
export function clockTime(at: Instant, now: Date = new Date()): string {
  const then = new Date(at)
  const time = clock.format(then)
  return then.toDateString() === now.toDateString() ? time : `${day.format(then)}, ${time}`
}
