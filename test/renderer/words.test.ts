import { expect, test } from 'vitest'
import { countConformers } from '../../renderer/ensemble/conformer-state.ts'
import { address, readRoute } from '../../renderer/route.ts'
import { axisRange } from '../../renderer/spectrum/axis-range.ts'
import { placeLabels } from '../../renderer/spectrum/peak-labels.ts'
import { fixed, percent } from '../../shared/show/number.ts'
import type { ConformerState, ShownConformer } from '../../shared/workflows/index.ts'

const of = (...states: readonly ConformerState[]): readonly ShownConformer[] =>
  states.map((state, i) => ({
    key: `c-${i}`,
    state,
    energy_hartree: null,
    relative_kcal_mol: null,
    weight: null,
    degeneracy: 1,
    reason: null,
    check: null,
    ff_energy_kcal: null,
    geometry: { sha256: '', bytes: 0 },
  }))

test.each([
  [of(), { complete: 0, total: 0, short: [] }],
  [of('pending'), { complete: 0, total: 1, short: [] }],
  [of('nmr_complete'), { complete: 1, total: 1, short: [] }],
  [of('nmr_complete', 'failed'), { complete: 1, total: 2, short: [{ word: 'failed', n: 1 }] }],
  [
    of('nmr_complete', 'timeout', 'lost'),
    {
      complete: 1,
      total: 3,
      short: [
        { word: 'failed', n: 1 },
        { word: 'unknown', n: 1 },
      ],
    },
  ],
  [of('nmr_complete', 'filtered', 'optimized', 'nmr_running'), { complete: 1, total: 3, short: [] }],
])('conformers are counted by what completed: case %#', (conformers, counts) => {
  expect(countConformers(conformers, 'nwchem')).toEqual(counts)
})

test('a conformer that a witness contradicts is to be checked, and no complete one', () => {
  const [one, two, three] = of('nmr_complete', 'optimized', 'filtered').map(each => ({
    ...each,
    check: 'its exit status was 9',
  }))
  const conformers = [one, two, three, ...of('nmr_complete')].filter(each => each !== undefined)
  expect(countConformers(conformers, 'nwchem')).toEqual({ complete: 1, total: 3, short: [{ word: 'to check', n: 2 }] })
})

test('without a program a conformer with its energy is complete', () => {
  expect(countConformers(of('optimized', 'optimized'), 'none')).toEqual({ complete: 2, total: 2, short: [] })
})

test.each([
  [-0.001, 2, '0.00'],
  [-1.005, 1, '−1.0'],
  [50.76, 1, '50.8'],
  [null, 2, '–'],
  [Number.NaN, 2, '–'],
])('%s with %s decimals is %s', (value, decimals, text) => {
  expect(fixed(value, decimals)).toBe(text)
})

test('a share is a percentage, an unknown one a dash', () => {
  expect([percent(0.4811), percent(null)]).toEqual(['48.1\u2009%', '–'])
})

test('an address names a screen and what of it, whatever the ids hold', () => {
  expect(readRoute(address('queue', 'r/1 %#', 'j'))).toEqual({ screen: 'queue', path: ['r/1 %#', 'j'] })
  expect(readRoute('#/ensembles/%zz')).toEqual({ screen: 'ensembles', path: ['%zz'] })
  expect(readRoute('#/new')).toEqual({ screen: 'new', path: [] })
  expect(readRoute('')).toEqual({ screen: 'queue', path: [] })
  expect(readRoute('#/nowhere/x')).toEqual({ screen: 'queue', path: [] })
})

test('the axis holds every signal with room beside it', () => {
  const [low, high] = axisRange([3.52], 2)
  expect(high - low).toBeCloseTo(2)
  const [from, to] = axisRange([0.9, 7.3], 2)
  expect(from).toBeLessThan(0.9)
  expect(to).toBeGreaterThan(7.3)
})

test('peak labels never cover each other and stay inside', () => {
  const line = 14
  const box = { left: 0, right: 600, ceiling: 0 }
  const labels = Array.from({ length: 12 }, (_, i) => ({
    name: `H-${i}`,
    shift: '1.00',
    x: 20 + i * 22,
    top: 60 + ((i * 37) % 90),
    width: 40,
  }))
  const placed = placeLabels(labels, line, box)
  expect(placed.length).toBeGreaterThan(6)
  for (const a of placed) {
    expect(a.at.x - a.width / 2).toBeGreaterThanOrEqual(box.left)
    expect(a.at.y - 2 * line).toBeGreaterThanOrEqual(box.ceiling)
    for (const b of placed) {
      if (a === b) continue
      const apart = Math.abs(a.at.x - b.at.x) >= (a.width + b.width) / 2 || Math.abs(a.at.y - b.at.y) >= 2 * line
      expect(apart).toBe(true)
    }
  }
})
