import { describe, expect, test } from 'vitest'
import sigma from '../../../resources/delta50/sigma-si-geometries.json' with { type: 'json' }
import { chance } from '../../../shared/chance.ts'
import { delta50 } from '../../../shared/nmr/delta50.ts'
import { comparisonsOf } from '../../../shared/nmr/factors.ts'
import {
  accuracyOf,
  bootstrapIntervals,
  type Comparison,
  directForm,
  leaveOneMoleculeOut,
  regress,
  residuals,
  shiftBy,
} from '../../../shared/nmr/statistics.ts'
import { quantile } from '../../../shared/progress/quantile.ts'

const points = delta50.molecules.flatMap(({ id, environments }) => {
  const of = sigma.molecules.find(each => each.id === id)?.sigma_ppm
  return of ? comparisonsOf(id, environments, atom => of[atom - 1]) : []
})
const of = (nucleus: string) => points.filter(each => each.nucleus === nucleus)

/**
 * Computed apart from Larmor, with numpy 2.4.6 (linalg.lstsq of sigma on delta, corrcoef; leave-one-molecule-out by
 * fitting anew without each molecule), from the same two files.
 */
const numpy = {
  '1H': {
    n: 74,
    slope: -1.0566257918356778,
    intercept: 31.877448629200213,
    rmsd: 0.07953736078856415,
    mae: 0.06526299985543953,
    max: 0.2420263259579718,
    worst: 'compound_33',
    r2: 0.9990719326391715,
    left: 0.08306769917858964,
  },
  '13C': {
    n: 93,
    slope: -1.056130698405959,
    intercept: 181.97898471858,
    rmsd: 2.1375797258919302,
    mae: 1.7423545726024199,
    max: 5.724165332733634,
    worst: 'compound_13',
    r2: 0.9988016480015095,
    left: 2.192318554596564,
  },
}

describe.each(['1H', '13C'] as const)('%s of 36 molecules of DELTA50', nucleus => {
  const known = numpy[nucleus]
  const digits = 10

  test('agrees with an independent calculation', () => {
    const accuracy = accuracyOf(of(nucleus))
    expect(accuracy?.n).toBe(known.n)
    expect(accuracy?.molecules).toBe(36)
    expect(accuracy?.line.slope).toBeCloseTo(known.slope, digits)
    expect(accuracy?.line.intercept).toBeCloseTo(known.intercept, digits)
    expect(accuracy?.rmsd_ppm).toBeCloseTo(known.rmsd, digits)
    expect(accuracy?.mae_ppm).toBeCloseTo(known.mae, digits)
    expect(accuracy?.max_ppm).toBeCloseTo(known.max, digits)
    expect(accuracy?.worst.molecule).toBe(known.worst)
    expect(accuracy?.r2).toBeCloseTo(known.r2, digits)
    expect(leaveOneMoleculeOut(of(nucleus))).toBeCloseTo(known.left, digits)
  })

  test('has intervals that hold the fit, and are the same for the same seed', () => {
    const intervals = bootstrapIntervals(of(nucleus), chance(1))
    expect(intervals).toEqual(bootstrapIntervals(of(nucleus), chance(1)))
    expect(intervals?.slope[0]).toBeLessThan(known.slope)
    expect(intervals?.slope[1]).toBeGreaterThan(known.slope)
    expect(intervals?.intercept[0]).toBeLessThan(known.intercept)
    expect(intervals?.intercept[1]).toBeGreaterThan(known.intercept)
  })
})

test('intervals are those of lines through all points of the molecules that were drawn', () => {
  const points = of('13C')
  const molecules = [...new Set(points.map(({ molecule }) => molecule))]
  const random = chance(3)
  const slopes = Array.from({ length: 200 }, () => {
    const drawn = molecules.map(() => molecules[Math.floor(random() * molecules.length)])
    return regress(drawn.flatMap(each => points.filter(({ molecule }) => molecule === each)))?.slope ?? Number.NaN
  })
  const found = bootstrapIntervals(points, chance(3), 200)
  expect(found?.slope[0]).toBeCloseTo(quantile(slopes, 0.025), 10)
  expect(found?.slope[1]).toBeCloseTo(quantile(slopes, 0.975), 10)
})

describe('a line', () => {
  const exact: readonly Comparison[] = [0, 10, 50, 100].map((delta_ppm, i) => ({
    molecule: `m${i}`,
    name: 'C1',
    delta_ppm,
    sigma_ppm: 180 - 1.05 * delta_ppm,
  }))

  test('through points on a line has no deviations, and its direct form gives the shifts back', () => {
    const line = regress(exact)
    if (!line) throw new Error('no line')
    expect(line.slope).toBeCloseTo(-1.05, 12)
    expect(residuals(exact, line).every(residual => Math.abs(residual) < 1e-10)).toBe(true)
    const direct = directForm(line)
    expect(direct.slope * 100 + direct.intercept).toBeCloseTo(shiftBy(line, 100), 10)
  })

  test('needs three points and two different shifts', () => {
    expect(regress(exact.slice(0, 2))).toBeNull()
    expect(regress(exact.map(point => ({ ...point, delta_ppm: 7 })))).toBeNull()
    expect(accuracyOf([])).toBeNull()
    expect(leaveOneMoleculeOut(exact.slice(0, 3))).toBeNull()
    expect(bootstrapIntervals(exact, chance(1))).toBeNull()
  })
})
