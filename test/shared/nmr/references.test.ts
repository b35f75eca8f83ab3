import { describe, expect, test } from 'vitest'
import factors from '../../../resources/delta50/factors.json' with { type: 'json' }
import type { Nucleus } from '../../../shared/nmr/nuclei.ts'
import { needsTms, type Reference, resolveReferences, shiftOf } from '../../../shared/nmr/references.ts'
import { orThrow } from '../../../shared/result.ts'

const H: Nucleus = { nucleus: '1H', element: 'H' }
const C: Nucleus = { nucleus: '13C', element: 'C' }
const F: Nucleus = { nucleus: '19F', element: 'F' }
const draft = { program: 'nwchem', level: 'B3LYP/6-31G*', geometry: 'B3LYP/6-31G*', solvent: 'cdcl3' }
const production = { ...draft, level: 'B3LYP/6-311+G(2d,p)' }
const elsewhere = { ...production, solvent: 'dmso' }

const kinds = (references: readonly Reference[]) => references.map(({ kind }) => kind)

describe('which reference a run gets, before anything runs', () => {
  test("draft in chloroform: Larmor's own fit at that level; TMS as it was computed, for who asks for it", () => {
    const own = orThrow(resolveReferences('auto', draft, [H, C]))
    expect(kinds(own)).toEqual(['own', 'own'])
    expect(own[0]?.expected_error_ppm).toBeLessThan(0.13)
    expect(own[1]?.expected_error_ppm).toBeLessThan(2.6)
    // TMS itself is at 0 to within what the lines are off by.
    expect(Math.abs(shiftOf(own[0] as Reference, 32.15, null) ?? 9)).toBeLessThan(0.4)
    const [proton, carbon] = orThrow(resolveReferences('tms', draft, [H, C]))
    expect([proton?.kind, carbon?.kind]).toEqual(['tms', 'tms'])
    expect(shiftOf(proton as Reference, 32.15, null)).toBeCloseTo(0, 9)
    expect(shiftOf(carbon as Reference, 140, null)).toBeCloseTo(50.34, 9)
    expect(carbon?.source).toMatch(/NWChem 7\.0\.2/)
    // Nobody has measured what TMS is off by at this level.
    expect([proton?.expected_error_ppm, carbon?.expected_error_ppm]).toEqual([null, null])
  })

  test("production in chloroform: Larmor's own fit; the experiment has methanol at 3.49 and 50.8 ppm", () => {
    const [proton, carbon] = orThrow(resolveReferences('auto', production, [H, C]))
    expect([proton?.kind, carbon?.kind]).toEqual(['own', 'own'])
    expect(Math.abs((shiftOf(proton as Reference, 28.159, null) ?? 0) - 3.49)).toBeLessThan(0.1)
    expect(Math.abs((shiftOf(carbon as Reference, 128.279, null) ?? 0) - 50.8)).toBeLessThan(1)
    // Enough molecules are in the fit on Larmor's own geometries: it is the one that is offered, and says which they are.
    const exact = factors.fits.find(({ nearness, level }) => nearness === 'exact' && level === production.level)
    expect(exact?.molecules.length).toBeGreaterThanOrEqual(20)
    expect(proton?.source).toMatch(
      `exact: Larmor's own fit on ${exact?.molecules.length} molecules of DELTA50 (numbers 1-50; Cohen`,
    )
    expect(proton?.expected_error_ppm).toBeLessThan(0.1)
    expect(carbon?.expected_error_ppm).toBeLessThan(2.6)
  })

  test('the published fit is there for who asks for it, direct form: methanol 3.52 and 50.86 ppm', () => {
    const [proton, carbon] = orThrow(resolveReferences('published', production, [H, C]))
    expect([proton?.kind, carbon?.kind]).toEqual(['published', 'published'])
    expect(shiftOf(proton as Reference, 28.159, null)).toBeCloseTo(3.52, 2)
    expect(shiftOf(carbon as Reference, 128.279, null)).toBeCloseTo(50.86, 2)
    expect(proton?.source).toMatch(/near, not exact/)
  })

  test('any other solvent or level: TMS, computed by the run', () => {
    const references = orThrow(resolveReferences('auto', elsewhere, [H, C]))
    expect(kinds(references)).toEqual(['tms', 'tms'])
    expect(needsTms(references)).toBe(true)
    expect(shiftOf(references[0] as Reference, 28, null)).toBeNull()
    expect(shiftOf(references[0] as Reference, 28, 31.8)).toBeCloseTo(3.8, 9)
    expect(references.map(each => each.expected_error_ppm)).toEqual([null, null])
  })

  test('published at a level that has none is refused; tms at the production level is computed', () => {
    const refused = resolveReferences('published', elsewhere, [H])
    expect(refused).toMatchObject({ ok: false, fault: { code: 'bad-input', field: 'reference' } })
    expect(needsTms(orThrow(resolveReferences('tms', production, [H])))).toBe(true)
    expect(needsTms(orThrow(resolveReferences('tms', draft, [H])))).toBe(false)
  })

  test('none, and nuclei that TMS does not hold: shieldings only', () => {
    expect(kinds(orThrow(resolveReferences('none', draft, [H, C])))).toEqual(['none', 'none'])
    const [fluorine] = orThrow(resolveReferences('auto', draft, [F]))
    expect(fluorine).toMatchObject({ kind: 'none', line: null })
    expect(shiftOf(fluorine as Reference, 200, 31)).toBeNull()
  })
})

describe("the fit of a person's own campaign", () => {
  const file = (molecules: number, solvent = 'dmso') => ({
    file: `c${molecules}.json`,
    text: JSON.stringify({
      ...elsewhere,
      solvent,
      source: `${molecules} molecules`,
      molecules: Array.from({ length: molecules }, (_, i) => `m${i}`),
      factors: [{ nucleus: '1H', slope: -0.95, intercept: 30.4, expected_error_ppm: 0.1 }],
    }),
  })

  test('is found by its level; of several that with most molecules, never of few', () => {
    const [proton, carbon] = orThrow(resolveReferences('auto', elsewhere, [H, C], [file(12), file(20), file(15)]))
    expect(proton).toMatchObject({ kind: 'own', source: '20 molecules' })
    expect(carbon?.kind).toBe('tms')
    expect(kinds(orThrow(resolveReferences('auto', elsewhere, [H], [file(5)])))).toEqual(['tms'])
    expect(kinds(orThrow(resolveReferences('auto', elsewhere, [H], [file(20, 'd2o')])))).toEqual(['tms'])
    expect(kinds(orThrow(resolveReferences('none', elsewhere, [H], [file(20)])))).toEqual(['none'])
    const damaged = { file: 'x.json', text: '{' }
    expect(kinds(orThrow(resolveReferences('auto', elsewhere, [H], [damaged, file(20)])))).toEqual(['own'])
  })
})

test("a fit of a person's own goes before the shipped one only with more molecules", () => {
  const mine = (n: number) => ({
    file: 'own.json',
    text: JSON.stringify({
      ...production,
      source: `mine, of ${n}`,
      molecules: Array.from({ length: n }, (_, i) => `m${i}`),
      factors: [{ nucleus: '1H', slope: -0.95, intercept: 30.4, expected_error_ppm: 0.1 }],
    }),
  })
  const source = (n: number) => orThrow(resolveReferences('auto', production, [H], [mine(n)]))[0]?.source
  expect(source(50)).toMatch(/^exact: Larmor's own fit/)
  expect(source(60)).toBe('mine, of 60')
})

describe('a file of factors', () => {
  const factors = [{ nucleus: '1H', slope: -0.95, intercept: 30.4, expected_error_ppm: 0.1 }]
  const good = { level: 'b3lyp/6-31g*', geometry: 'B3LYP/6-31G*', solvent: 'cdcl3', source: 'own fit', factors }
  const read = (json: unknown) => resolveReferences({ file: 'my.json', text: JSON.stringify(json) }, draft, [H, C])

  test('of the same level is taken; a nucleus it leaves out has shieldings only', () => {
    const [proton, carbon] = orThrow(read(good))
    expect(proton).toMatchObject({ kind: 'own', source: 'own fit', line: { slope: -0.95, intercept: 30.4 } })
    expect(carbon?.kind).toBe('none')
  })

  test.each([
    ['another level', { ...good, level: 'PBE0/6-31G*' }, /factors are for .*PBE0.*the run is/],
    ['another solvent', { ...good, solvent: 'dmso' }, /in dmso/],
    ['no factors', { level: good.level }, /no "factors"/],
    ['a slope of the wrong sign', { ...good, factors: [{ nucleus: '1H', slope: 1.05, intercept: 31 }] }, /negative/],
    ['a slope that is no number', { ...good, factors: [{ nucleus: '1H', slope: '-1', intercept: 31 }] }, /numbers/],
  ])('%s is refused', (_, json, message) => {
    const refused = read(json)
    expect(refused.ok ? '' : refused.fault.message).toMatch(message)
  })

  test('no JSON is refused', () => {
    expect(resolveReferences({ file: 'x', text: '{' }, draft, [H])).toMatchObject({ ok: false })
  })
})
