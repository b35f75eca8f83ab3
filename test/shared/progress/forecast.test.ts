import { expect, test } from 'vitest'
import { chance } from '../../../shared/chance.ts'
import { forecast, type Queue } from '../../../shared/progress/forecast.ts'

/** Six that took ten minutes each, and some that wait. */
function said(doneSizes: readonly number[], waitingSize: number, n: number, slots = 1, queue?: Queue) {
  const terms = ['level:b3lyp']
  return forecast({
    done: doneSizes.map((functions, i) => ({ molecule: `done-${i}`, functions, terms, seconds: 600 })),
    waiting: Array.from({ length: n }, (_, i) => ({
      key: `key-${i}`,
      molecule: `waits-${i}`,
      functions: waitingSize,
      terms,
      elapsed_s: null,
      after: null,
    })),
    slots,
    queue,
    random: chance(7),
  })
}

test('thousands of jobs as large as those that are done take thousands of times as long, and no rounding error more', () => {
  const { low_s, median_s, high_s } = said([100, 100, 100, 100, 100, 100], 100, 9994) ?? expect.fail('nothing said')
  expect(median_s / (600 * 9994)).toBeGreaterThan(0.8)
  expect(median_s / (600 * 9994)).toBeLessThan(1.25)
  expect(high_s / low_s).toBeLessThan(2)
})

test('of sizes far outside of those that are done, nearly alike, the range is wide but finite', () => {
  const { low_s, high_s } = said([100, 101, 100, 101, 100, 101], 2000, 10) ?? expect.fail('nothing said')
  expect(high_s / low_s).toBeGreaterThan(5)
  expect(high_s).toBeLessThan(1e11)
})

test.each([
  [3, 4],
  [4, 3],
  [9, 2],
  [10, 1],
  [1000, 1],
])('of ten that take the same, dealt to %i slots, the slowest slot has %i', (slots, most) => {
  const alike = [100, 100, 100, 100, 100, 100]
  const one = said(alike, 100, 10)?.median_s ?? Number.NaN
  expect((said(alike, 100, 10, slots)?.median_s ?? Number.NaN) / one).toBeCloseTo(most / 10, 6)
})

test.each([
  [2, 5],
  [10, 1],
  [Number.POSITIVE_INFINITY, 1],
])(
  'of ten that wait six times as long as they compute, with %f places in the queue, the last ends after %i rounds of both',
  (places, rounds) => {
    const alike = [100, 100, 100, 100, 100, 100]
    const one = said(alike, 100, 1)?.median_s ?? Number.NaN
    const { median_s, computing_s } =
      said(alike, 100, 10, 10, { waits: [6 * one], places }) ?? expect.fail('nothing said')
    expect(median_s / one).toBeCloseTo(7 * rounds, 1)
    // Computing is told apart.
    expect(computing_s / one).toBeCloseTo(10, 1)
  },
)
