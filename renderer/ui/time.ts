import type { Instant } from '../../shared/ids.ts'

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' })
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' })

/** `14:02` of the day of `now`, `Fri 14:02` less than a week from it, with the date beyond. */
export function clockTime(at: Instant, now: Date = new Date()): string {
  const then = new Date(at)
  const time = clock.format(then)
  // Rounded: a day of 23 or 25 hours is one, too.
  const days = Math.abs(Math.round((midnight(then) - midnight(now)) / 86_400_000))
  if (days === 0) return time
  return days < 7 ? `${weekday.format(then)} ${time}` : `${day.format(then)}, ${time}`
}

function midnight(at: Date): number {
  return new Date(at).setHours(0, 0, 0, 0)
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
