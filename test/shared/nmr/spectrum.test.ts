import { expect, test } from 'vitest'
import { lorentzian } from '../../../shared/nmr/spectrum.ts'

const sticks = [
  { delta_ppm: 1, intensity: 3 },
  { delta_ppm: 3.5, intensity: 2 },
]

test('each line has the area of its stick, and its height at its shift', () => {
  const { ppm, intensity } = lorentzian(sticks, { width_ppm: 0.01, points: 50_001, from: -25, to: 25 })
  const area = intensity.reduce((sum, value) => sum + value, 0) * (50 / 50_000)
  expect(area).toBeCloseTo(5, 1)
  const highest = intensity.indexOf(Math.max(...intensity))
  expect(ppm[highest]).toBeCloseTo(1, 3)
  expect(intensity[highest]).toBeCloseTo(3 / (Math.PI * 0.005), -1)
})

test('half the height is one width apart', () => {
  const one = [{ delta_ppm: 0, intensity: 1 }]
  const { intensity } = lorentzian(one, { width_ppm: 0.2, points: 3, from: -0.1, to: 0.1 })
  expect((intensity[0] ?? 0) / (intensity[1] ?? 1)).toBeCloseTo(0.5, 12)
})

test('nothing to show is an empty curve', () => {
  expect(lorentzian([], { width_ppm: 0.01, points: 100 })).toEqual({ ppm: [], intensity: [] })
})
