import { expect, test } from 'vitest'
import { accuracyDecimals, decimalsOf, lineDecimals } from '../../../shared/show/significant.ts'

test.each([
  [0.12, 2],
  [0.19, 2],
  [0.354, 1],
  [0.05, 2],
  [0.0012, 4],
  [1.2, 1],
  [8, 0],
  [40, 0],
  [0, 6],
  [Number.NaN, 6],
])('a figure that is known to within %d has %i decimals', (error, decimals) => {
  expect(decimalsOf(error)).toBe(decimals)
})

test('a pilot of six points says less of an RMSD and of R2 than the whole set', () => {
  expect(accuracyDecimals({ n: 6, rmsd_ppm: 0.0951, r2: 0.99612 })).toEqual({ ppm: 2, r2: 3 })
  expect(accuracyDecimals({ n: 6, rmsd_ppm: 2.19, r2: 0.99612 })).toEqual({ ppm: 1, r2: 3 })
  expect(accuracyDecimals({ n: 143, rmsd_ppm: 2.14, r2: 0.99884 })).toEqual({ ppm: 2, r2: 5 })
  expect(accuracyDecimals({ n: 114, rmsd_ppm: 0.0784, r2: 0.99812 })).toEqual({ ppm: 3, r2: 4 })
})

test('a line by its intervals, and by few decimals where there are none', () => {
  expect(lineDecimals({ slope_95: [-1.06, -1.02], intercept_95: [31.7, 32.1] })).toEqual([3, 2])
  expect(lineDecimals({ slope_95: [-1.052, -1.048], intercept_95: [31.9, 31.96] })).toEqual([4, 3])
  expect(lineDecimals({ slope_95: null, intercept_95: null })).toEqual([2, 1])
})
