import { expect, test } from 'vitest'
import type { Eta } from '../../../shared/progress/eta.ts'
import { steadyEta } from '../../../shared/progress/steady-eta.ts'

/** An hour is left, half of that to twice of it; `late` seconds later than that. */
function eta(late = 0, high = 7200): Eta {
  const at = (seconds: number) => new Date(seconds * 1000).toISOString()
  const [low_s, median_s, high_s] = [1800 + late, 3600 + late, high + late]
  return { low_s, median_s, high_s, finish_low: at(low_s), finish_median: at(median_s), finish_high: at(high_s) }
}
const shown = { eta: eta(), at: 0 }

test('a change by less than a tenth stays off the screen for a minute', () => {
  expect(steadyEta(shown, eta(170), 59_000)).toBe(shown)
  expect(steadyEta(shown, eta(170), 60_000)).toEqual({ eta: eta(170), at: 60_000 })
})
test('a tenth of what is left is shown at once, at either end of the range', () => {
  expect(steadyEta(shown, eta(180), 1000).eta).toEqual(eta(180))
  expect(steadyEta(shown, eta(0, 8000), 1000).eta).toEqual(eta(0, 8000))
  expect(steadyEta(shown, eta(-200), 1000).eta).toEqual(eta(-200))
})
test('a dash comes and goes at once', () => {
  expect(steadyEta(shown, null, 1000).eta).toBeNull()
  expect(steadyEta({ eta: null, at: 0 }, eta(), 1000).eta).toEqual(eta())
  expect(steadyEta(null, eta(), 1000).eta).toEqual(eta())
})
