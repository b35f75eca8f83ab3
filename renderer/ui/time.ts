import type { Instant } from '../../shared/ids.ts'

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' })

/** `14:02`, or with its day when that is not the day of `now`. */
export function clockTime(at: Instant, now: Date = new Date()): string {
  const then = new Date(at)
  const time = clock.format(then)
  return then.toDateString() === now.toDateString() ? time : `${day.format(then)}, ${time}`
}

/** `12 s`, `4 min`, `2:05 h`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')} h`
}
