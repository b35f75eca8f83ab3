import type { Instant } from '../../shared/ids.ts'

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' })

/** `14:02`, or with its day when that is not the day of `now`. */
export function clockTime(at: Instant, now: Date = new Date()): string {
  const then = new Date(at)
  const time = clock.format(then)
  return then.toDateString() === now.toDateString() ? time : `${day.format(then)}, ${time}`
}

/** `0:38`, `172:05`: hours and minutes. */
export function hoursMinutes(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`
}

/** `12 s`, `22 min`, beyond an hour the clock time. */
export function age(at: Instant, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  return clockTime(at, new Date(now))
}
