import { expect, test } from 'vitest'
import { compareShifts, meanAbsolute, shownDifference } from '../../renderer/results/compare-rows.ts'
import type { ShownShift } from '../../shared/workflows/index.ts'

const shift = (atoms: readonly number[], delta_ppm: number | null, more: Partial<ShownShift> = {}): ShownShift =>
  ({ element: 'H', nucleus: '1H', atoms, delta_ppm, experiment_ppm: null, comparable: true, ...more }) as ShownShift

test('signals are matched by their atoms, and what only one has is not compared', () => {
  const a = [shift([4, 5, 6], 1.4, { experiment_ppm: 1.42 }), shift([7], 4.31), shift([9], 2.5, { nucleus: '13C' })]
  const b = [shift([7], 4.38), shift([4, 5, 6], 1.46), shift([8], 3.02, { comparable: false })]
  const rows = compareShifts(a, b, '1H')
  expect(rows.map(({ name, a, b }) => [name, a, b])).toEqual([
    ['H-7', 4.31, 4.38],
    ['H-8', null, 3.02],
    ['H-4, 5, 6', 1.4, 1.46],
  ])
  const [first, second, third] = rows
  expect(first?.difference).toBeCloseTo(-0.07)
  expect([second?.difference, second?.comparable, first?.a_error]).toEqual([null, false, null])
  expect([third?.a_error, third?.b_error].map(error => error?.toFixed(2))).toEqual(['-0.02', '0.04'])
  expect(meanAbsolute(rows.map(row => row.a_error))).toBeCloseTo(0.02)
  expect(meanAbsolute([null])).toBeNull()
})

test('a row adds up as it is shown', () => {
  expect(shownDifference(2.5951, 2.5949, 2)?.toFixed(2)).toBe('0.01')
  expect(shownDifference(2.6049, 2.5951, 2)?.toFixed(2)).toBe('0.00')
  expect(shownDifference(null, 2.59, 2)).toBeNull()
})
