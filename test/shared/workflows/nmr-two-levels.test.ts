import { describe, expect, test } from 'vitest'
import { previewNmr } from '../../../shared/compose/preview-nmr.ts'
import type { Json, RunId } from '../../../shared/ids.ts'
import type { JobSpec } from '../../../shared/model/job.ts'
import { localMachine } from '../../../shared/model/machine.ts'
import type { EnsembleResult } from '../../../shared/nmr/ensemble.ts'
import type { FactorText } from '../../../shared/nmr/references.ts'
import { orThrow } from '../../../shared/result.ts'
import { type NmrArguments, resolveNmr, type ShownShift, workflows } from '../../../shared/workflows/index.ts'
import { methanol } from '../nmr/methanol.ts'
import { fakeRun, ref, shieldings } from './fake-run.ts'

/** The shieldings of each nucleus from a level of its own, whose factors the person's campaigns have fitted. */
const ensemble: EnsembleResult = {
  molecule: { ...methanol, classes: methanol.classes.filter(({ comparable }) => comparable) },
  conformers: [{ id: 'c-aaaaaa', geometry: ref('a'), ff_energy_kcal: 1, degeneracy: 1 }],
  dropped: [],
  warnings: [],
}

function factors(level: string, nucleus: string, intercept: number): FactorText {
  const text = JSON.stringify({
    program: 'nwchem',
    level,
    geometry: 'B3LYP/6-31G*',
    solvent: 'cdcl3',
    source: `a fit at ${level}`,
    molecules: Array.from({ length: 12 }, (_, i) => `m${i}`),
    factors: [{ nucleus, slope: -1, intercept, expected_error_ppm: 0.1 }],
  })
  return { file: `${nucleus}.json`, text }
}
const fitted = [factors('B1LYP/6-311+G(2d,p)', '1H', 32), factors('PBE0/6-311+G(2d,p)', '13C', 190)]
const args = { input: 'CO', preset: 'production', xc: '1H=B1LYP,13C=PBE0//B3LYP' }
const resolve = (more: Partial<NmrArguments> = {}, known = fitted) =>
  resolveNmr(
    { ...args, ...more },
    { format: 'smiles', text: 'CO' },
    { machine: localMachine, fitted: known, refOf: text => ref(text.slice(0, 20)) },
  )
const start = () => fakeRun(workflows.nmr, orThrow(resolve()).params)

/** Until the conformer is optimised and selected. */
function optimised() {
  const run = start()
  run.plan()
  run.doneTask('conformers', ensemble)
  run.plan()
  run.complete('c-aaaaaa/opt', { energy_hartree: -115, geometry: ref('o') })
  const [task] = run.plan().tasks.slice(-1)
  run.doneTask(task?.key ?? '', { kept: [{ id: 'c-aaaaaa', degeneracy: 1 }], filtered: [] })
  return run
}
const keys = (run: ReturnType<typeof start>) => run.plan().jobs.map(({ key }) => key)

test('one optimisation, and shieldings at both levels on it; each nucleus by the factors of its own', () => {
  const run = optimised()
  expect(keys(run)).toEqual(['c-aaaaaa/opt', 'c-aaaaaa/nmr', 'c-aaaaaa/nmr-C'])
  const inputs = new Map(run.plan().jobs.map(({ key, input }) => [key, input]))
  expect(inputs.get('c-aaaaaa/nmr')).toMatchObject({ geometry: ref('o'), shielding: { xc: 'B1LYP' } })
  expect(inputs.get('c-aaaaaa/nmr-C')).toMatchObject({ geometry: ref('o'), shielding: { xc: 'PBE0' } })

  run.complete('c-aaaaaa/nmr', { shieldings: shieldings(methanol.elements, [111, 0, 28, 29, 30, 0]) })
  const state = () => (run.show().conformers as unknown as { state: string }[]).map(each => each.state)
  expect(run.plan().end).toBeUndefined()
  expect(run.show().shifts).toEqual([])
  expect(state()).toEqual(['nmr_running'])
  run.complete('c-aaaaaa/nmr-C', { shieldings: shieldings(methanol.elements, [140, 0, 1, 1, 1, 1]) })
  expect(state()).toEqual(['nmr_complete'])
  expect(run.plan().end).toEqual({ outcome: 'completed', reason: null })
  const shown = run.show() as unknown as { level: string; shifts: readonly ShownShift[] }
  expect(shown.level).toBe('1H B1LYP/6-311+G(2d,p), 13C PBE0/6-311+G(2d,p)//B3LYP/6-31G*')
  expect(shown.shifts.map(({ nucleus, delta_ppm, reference }) => [nucleus, delta_ppm, reference.source])).toEqual([
    ['1H', 3, 'a fit at B1LYP/6-311+G(2d,p)'],
    ['13C', 50, 'a fit at PBE0/6-311+G(2d,p)'],
  ])
})

test('a conformer counts once both are there: one that failed is told, and what is in the bar is both', () => {
  const run = optimised()
  const plan = run.plan()
  expect(plan.units.map(({ key }) => key)).toEqual(expect.arrayContaining(plan.jobs.map(({ key }) => key)))
  run.complete('c-aaaaaa/nmr', { shieldings: shieldings(methanol.elements, [111, 0, 28, 29, 30, 0]) })
  run.end('c-aaaaaa/nmr-C', 'failed')
  expect(run.show()).toMatchObject({ conformers: [{ state: 'failed' }], shifts: [] })
  expect(run.plan().end).toMatchObject({ outcome: 'failed' })
})

test('its decks are shown as they are planned', () => {
  const { params, name } = orThrow(resolve())
  const { jobs } = previewNmr({ params, name }, localMachine, 'rpreview' as RunId, () => ensemble as unknown as Json)
  const run = optimised()
  const wordOf = ({ key, input }: JobSpec) => [key, { ...(input as object), title: '', geometry: null }]
  expect(jobs.map(wordOf)).toEqual(run.plan().jobs.map(wordOf))
})

test('of one nucleus alone, its level is that of the run', () => {
  const { params } = orThrow(resolve({ nuclei: '13C' }))
  expect(params).toMatchObject({
    shielding: { xc: 'PBE0' },
    level: 'PBE0/6-311+G(2d,p)//B3LYP/6-31G*',
  })
  expect(params.other).toBeUndefined()
})

test.each<[xc: string, shielding: object, other: object | undefined, geometry: object]>([
  [
    '1H=WP04/6-311+G(2d,p),13C=mPW1PW91/6-31G*//B3LYP',
    { xc: 'WP04', basis: '6-311+G(2d,p)' },
    { xc: 'mPW1PW91', basis: '6-31G*', elements: ['C'] },
    { xc: 'B3LYP', basis: '6-31G*' },
  ],
  [
    '1H=b3lyp,13C=B3LYP/def2-SVP',
    { xc: 'B3LYP', basis: '6-311+G(2d,p)' },
    { xc: 'B3LYP', basis: 'def2-SVP', elements: ['C'] },
    { xc: 'B3LYP', basis: '6-31G*' },
  ],
  ['1H=PBE0/6-31G*,13C=PBE0/6-31G(d)', { xc: 'PBE0', basis: '6-31G*' }, undefined, { xc: 'B3LYP', basis: '6-31G*' }],
  ['mPW1PW91/6-31G*//PBE0/def2-SVP', { xc: 'mPW1PW91', basis: '6-31G*' }, undefined, { xc: 'PBE0', basis: 'def2-SVP' }],
])('a functional may bring its basis set: %s', (xc, shielding, other, geometry) => {
  const { params } = orThrow(resolve({ xc, reference: 'none' }))
  expect({ shielding: params.shielding, other: params.other, geometry: params.geometry }).toEqual({
    shielding,
    other,
    geometry,
  })
})

test('levels whose factors are shipped need no campaign', () => {
  const { params } = orThrow(resolve({ xc: '1H=B3LYP,13C=CAM-B3LYP/def2-SVP//B3LYP' }, []))
  expect(params.references.map(({ nucleus, kind, source }) => [nucleus, kind, source.slice(0, 6)])).toEqual([
    ['1H', 'own', 'exact:'],
    ['13C', 'own', 'exact:'],
  ])
})

describe('refused before anything is started', () => {
  test.each<[what: string, more: Partial<NmrArguments>, known: readonly FactorText[], field: string, says: RegExp]>([
    ['a level without factors', {}, fitted.slice(0, 1), 'xc', /no factors for 13C at PBE0/],
    ['a nucleus without a level', { xc: '1H=B1LYP//B3LYP' }, fitted, 'xc', /no level for 13C/],
    ['an unknown functional', { xc: '1H=WP05,13C=B3LYP//B3LYP' }, fitted, 'xc', /WP05/],
    ['an unknown nucleus', { xc: '2D=B1LYP,13C=B3LYP' }, fitted, 'xc', /Unknown nucleus: 2D/],
    ['the same nucleus twice', { xc: '1H=B1LYP,1H=B3LYP' }, fitted, 'xc', /level for each nucleus/],
    ['nothing after the strokes', { xc: '1H=B1LYP,13C=B3LYP//' }, fitted, 'xc', /SHIELDING\/\/GEOMETRY/],
    ['an unknown basis set', { xc: '1H=B1LYP,13C=PBE0/6-31' }, fitted, 'basis', /6-31/],
    ['a file of factors', { reference: { file: 'f.json', text: '{}' } }, fitted, 'reference', /of one level/],
    ['TMS', { reference: 'tms' }, fitted, 'xc', /no factors/],
    ['one job', { one_job: true }, fitted, 'one-job', /at one level/],
  ])('%s', (_, more, known, field, says) => {
    const resolved = resolve(more, [...known])
    expect(resolved.ok ? null : resolved.fault).toMatchObject({ field, message: expect.stringMatching(says) })
  })

  test('without a reference shieldings of two levels are given as they are', () => {
    expect(orThrow(resolve({ reference: 'none' }, [])).params.references.map(({ kind }) => kind)).toEqual([
      'none',
      'none',
    ])
  })
})
