import { describe, expect, test } from 'vitest'
import { refOf } from '../../../electron/engine/store/content-ref.ts'
import shipped from '../../../resources/delta50/sigma-own-geometries.json' with { type: 'json' }
import type { RunId } from '../../../shared/ids.ts'
import { localMachine } from '../../../shared/model/machine.ts'
import type { RememberedTime } from '../../../shared/model/times.ts'
import { delta50 } from '../../../shared/nmr/delta50.ts'
import { formatXyz } from '../../../shared/nmr/xyz.ts'
import { orThrow } from '../../../shared/result.ts'
import { type NmrArguments, nmrCostOf, nmrCostText, resolveNmr } from '../../../shared/workflows/index.ts'
import { nmrWork, TMS } from '../../../shared/workflows/nmr/jobs.ts'

/** What optimisations and shieldings at the production level really took: CPU seconds on one rank. */
const molecules = shipped.molecules.map(({ id, opt_cpu_s, cpu_s }) => {
  const molecule = delta50.molecules.find(each => each.id === id)
  if (!molecule) throw new Error(`no ${id}`)
  return { ...molecule, took: { opt: opt_cpu_s, nmr: cpu_s } }
})
type Measured = (typeof molecules)[number]

function paramsOf({ name, elements, geometry }: Measured, more: Partial<NmrArguments> = {}) {
  const structure = { format: 'xyz' as const, text: formatXyz(elements, geometry, name) }
  const args: NmrArguments = { input: `${name}.xyz`, preset: 'production', ...more }
  return orThrow(resolveNmr(args, structure, { machine: localMachine, refOf })).params
}

function timesOf(measured: readonly Measured[]): readonly RememberedTime[] {
  return measured.flatMap(molecule => {
    const run = molecule.id as RunId
    const time = { run, waited_s: null, bytes: 0 }
    return (['opt', 'nmr'] as const).map(step => ({
      ...time,
      ...nmrWork({ id: run }, paramsOf(molecule), molecule.elements, step),
      seconds: molecule.took[step],
    }))
  })
}

const [first, second, ...others] = molecules.toReversed() as [Measured, Measured, ...Measured[]]
const cost = (runs: Parameters<typeof nmrCostOf>[0], times = timesOf(others)) => {
  const known = nmrCostOf(runs, times)
  if (!known) throw new Error('unknown')
  return known
}
const middle = ([low, high]: readonly [number, number]) => Math.sqrt(low * high)

describe('what a run of conformers will take', () => {
  test('holds for most measured molecules, each forecast from the others, and is not off to one side', () => {
    const looks = molecules.map(molecule => {
      const { one } = cost([paramsOf(molecule)], timesOf(molecules.filter(each => each !== molecule)))
      const truth = molecule.took.opt + molecule.took.nmr
      return { holds: one[0] <= truth && truth <= one[1], off: Math.log(middle(one) / truth) }
    })
    expect(looks.filter(({ holds }) => holds).length).toBeGreaterThanOrEqual(0.8 * looks.length)
    expect(Math.abs(looks.reduce((sum, { off }) => sum + off, 0) / looks.length)).toBeLessThan(0.1)
  })

  test('is unknown before five calculations of these very levels, whatever else was computed there', () => {
    expect(nmrCostOf([paramsOf(first)], timesOf(others.slice(0, 2)))).toBeNull()
    expect(nmrCostOf([paramsOf(first)], timesOf(others.slice(0, 3)))).not.toBeNull()
    expect(
      nmrCostOf(
        [paramsOf(first, { preset: 'draft' })],
        timesOf(others)
          .slice(1)
          .filter((_, i) => i % 2 === 0),
      ),
    ).toBeNull()
    expect(nmrCostOf([paramsOf(first, { program: 'none' })], timesOf(others))).toBeNull()
  })

  test('counts the conformers that there can be, of all molecules of a form', () => {
    const alone = cost([paramsOf(first)])
    expect(alone).toMatchObject({ conformers: 1, all: alone.one, from: 2 * others.length })
    const eight = cost([paramsOf(first, { generate: true })])
    expect(eight.conformers).toBe(8)
    expect(middle(eight.all) / middle(eight.one)).toBeCloseTo(8, -0.5)
    expect(nmrCostText(eight)).toMatch(
      /^[\d.–]+ core min for a conformer, [\d.–]+ core (min|h) for all if there are 8, the most that are kept; 80 % ranges from \d+ finished calculations\.$/,
    )
    expect(nmrCostText(alone)).toMatch(/^[\d.–]+ core min for a conformer; 80 % ranges/)
    expect(nmrCostText(null)).toMatch(/^Cost unknown/)
    const both = cost([paramsOf(first), paramsOf(second)])
    expect(middle(both.all)).toBeGreaterThan(middle(alone.one) + 0.5 * middle(cost([paramsOf(second)]).one))
  })

  test('does not call four ranks four times as dear because only one was tried', () => {
    const one = cost([paramsOf(first)])
    const four = cost([paramsOf(first, { ranks: 4, memory_mb: 8000 })])
    expect(middle(four.one) / middle(one.one)).toBeGreaterThan(1)
    expect(middle(four.one) / middle(one.one)).toBeLessThan(2)
  })

  test('the reference compound costs once, and nothing where it was computed before', () => {
    const params = paramsOf(first, { reference: 'tms' })
    const without = cost(
      [params],
      [
        ...timesOf(others),
        ...(['opt', 'nmr'] as const).map(step => ({
          ...nmrWork({ id: TMS as RunId }, params, null, step),
          ...{ seconds: 100, run: 'r' as RunId, waited_s: null, bytes: 0 },
        })),
      ],
    )
    expect(without.all).toEqual(without.one)
    expect(middle(cost([params]).all)).toBeGreaterThan(1.2 * middle(without.all))
  })
})
