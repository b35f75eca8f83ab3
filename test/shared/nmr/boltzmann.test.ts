import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boltzmannWeights, populations } from '../../../shared/nmr/boltzmann.ts'

const pair = (energy_kcal: number, degeneracy = 1) => [
  { energy_kcal: 0, degeneracy: 1 },
  { energy_kcal, degeneracy },
]

describe('weights g exp(-E/RT)', () => {
  test.each([
    [1, 0.844],
    [2, 0.967],
    [3, 0.994],
  ])('two conformers %i kcal/mol apart at 298.15 K: %f', (kcal, weight) => {
    expect(boltzmannWeights(pair(kcal), 298.15)[0]).toBeCloseTo(weight, 3)
  })

  test('a degeneracy of 2 is worth RT ln 2, 0.41 kcal/mol', () => {
    expect(boltzmannWeights(pair(0.4107, 2), 298.15)[0]).toBeCloseTo(0.5, 3)
  })

  test('they sum to 1 and fall with energy, wherever zero is and however far apart', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }), energies => {
        const weights = boltzmannWeights(
          energies.map(energy_kcal => ({ energy_kcal, degeneracy: 1 })),
          298.15,
        )
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9)
        for (const [i, a] of energies.entries()) {
          for (const [j, b] of energies.entries()) if (a < b) expect(weights[i]).toBeGreaterThanOrEqual(weights[j] ?? 1)
        }
      }),
    )
  })
})

test('the population table: sorted, cumulative, with what 1 kcal/mol would change', () => {
  const table = populations([{ energy_kcal: 5, degeneracy: 1 }, ...pair(1)], 298.15)
  expect(table.map(({ index }) => index)).toEqual([1, 2, 0])
  expect(table.at(-1)?.cumulative).toBeCloseTo(1, 12)
  expect(table[0]?.weight_low).toBeCloseTo(0.5, 2)
  expect(table[0]?.weight_high).toBeCloseTo(0.967, 2)
  expect(table.map(({ relative_kcal_mol }) => relative_kcal_mol)).toEqual([0, 1, 5])
})
