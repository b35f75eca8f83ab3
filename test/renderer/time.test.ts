import { expect, test } from 'vitest'
import { clockTime } from '../../renderer/ui/time.ts'

const now = new Date(2026, 10, 12, 14, 4)
const at = (day: number, hour: number) => new Date(2026, 10, day, hour, 30).toISOString()

test('a time of today is a time, one of this week has its weekday, one beyond its date', () => {
  expect(clockTime(at(12, 0), now)).toBe('00:30')
  expect(clockTime(at(12, 23), now)).toBe('23:30')
  expect(clockTime(at(13, 8), now)).toMatch(/^\S+ 08:30$/)
  expect(clockTime(at(6, 8), now)).toMatch(/^\S+ 08:30$/)
  // The same weekday a week away is not this one.
  expect(clockTime(at(19, 8), now)).toMatch(/19.*, 08:30$/)
  expect(clockTime(at(5, 8), now)).toMatch(/5.*, 08:30$/)
})
