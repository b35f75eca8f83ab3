import { expect, test } from 'vitest'
import { spanText, throughputOf } from '../../renderer/campaign/spans.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

test('each end is counted once, in spans that a person can name, of which there are not too many', () => {
  for (const [hours, text] of [
    [0.5, 'minute'],
    [3, '5 min'],
    [12, '15 min'],
    [48, 'hour'],
    [100, '3 h'],
    [24 * 20, '12 h'],
    [24 * 40, 'day'],
    [24 * 300, 'week'],
  ] as const) {
    const now = hours * HOUR
    const ends = Array.from({ length: 200 }, (_, i) => (i / 199) * now)
    const { span, counts } = throughputOf(ends, 0, now)
    expect(spanText(span)).toBe(text)
    expect(counts.length).toBeLessThanOrEqual(48)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200)
  }
})

test('how fast it is lately is told of spans that are over, a standstill among them', () => {
  // Four an hour for ten hours, then nothing for three.
  const ends = Array.from({ length: 40 }, (_, i) => i * 15 * MINUTE)
  const { counts, median, span } = throughputOf(ends, 0, 13.2 * HOUR)
  expect([span, counts.length]).toEqual([HOUR, 14])
  expect(counts.slice(9)).toEqual([4, 0, 0, 0, 0])
  expect(median).toBe(4)
  expect(throughputOf([], 0, 1000)).toMatchObject({ counts: [0], median: null })
  // A clock that was set back puts an end before the start.
  expect(throughputOf([-HOUR], 0, 1000).counts).toEqual([1])
})
