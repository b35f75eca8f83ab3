import { expect, test } from 'vitest'
import { localMachine } from '../../../shared/model/machine.ts'
import type { EnsembleResult } from '../../../shared/nmr/ensemble.ts'
import { programs } from '../../../shared/programs/index.ts'
import { orThrow } from '../../../shared/result.ts'
import { type NmrArguments, resolveNmr, workflows } from '../../../shared/workflows/index.ts'
import { fakeRun, ref } from './fake-run.ts'

const ensemble: EnsembleResult = {
  molecule: {
    elements: ['C', 'O', 'H', 'H'],
    bonds: [],
    charge: 0,
    classes: [],
    stereocentres: [],
    own_mirror_image: true,
  },
  conformers: ['a', 'b', 'c'].map(name => ({
    id: `c-${name.repeat(6)}`,
    geometry: ref(name),
    ff_energy_kcal: 1,
    degeneracy: 1,
  })),
  dropped: [],
  warnings: [],
}

const resolve = (args: Partial<NmrArguments> = {}) =>
  resolveNmr(
    { input: 'C=O', pre: 'xtb', ...args },
    { format: 'smiles', text: 'C=O' },
    { machine: localMachine, refOf: text => ref(text.slice(0, 20)) },
  )

const pre = ['c-aaaaaa/pre', 'c-bbbbbb/pre', 'c-cccccc/pre']

test('conformers go through xtb first: optimised, ranked, those alike counted once', () => {
  const run = fakeRun(workflows.nmr, orThrow(resolve()).params)
  run.plan()
  run.doneTask('conformers', ensemble)
  const jobs = run.plan().jobs
  expect(jobs.map(({ key, program }) => [key, program])).toEqual(pre.map(key => [key, 'xtb']))
  for (const { input, resources } of jobs) expect(programs.xtb.check(input, resources).ok).toBe(true)

  run.complete('c-aaaaaa/pre', { geometry: ref('xa'), energy_hartree: -1 })
  run.complete('c-bbbbbb/pre', { geometry: ref('xb'), energy_hartree: -1 })
  expect(run.plan().jobs).toHaveLength(3)
  run.end('c-cccccc/pre', 'failed', 'no')
  const rank = run.plan().tasks.find(({ kind }) => kind === 'select')
  expect(rank?.input).toMatchObject({ window_kcal: 6, conformers: [{ id: 'c-aaaaaa' }, { id: 'c-bbbbbb' }] })

  run.doneTask(rank?.key ?? '', {
    kept: [{ id: 'c-aaaaaa', degeneracy: 2 }],
    filtered: [{ id: 'c-bbbbbb', reason: 'the same as c-aaaaaa' }],
  })
  const opt = run.plan().jobs.filter(({ key }) => key.endsWith('/opt'))
  expect(opt.map(({ key, input }) => [key, (input as { readonly geometry: unknown }).geometry])).toEqual([
    ['c-aaaaaa/opt', ref('xa')],
    // xtb failed on it: it goes on as it was made.
    ['c-cccccc/opt', ref('c')],
  ])
  const shown = run.show()
  expect(shown.dropped).toEqual([{ reason: expect.stringContaining('GFN2-xTB'), count: 1 }])
  expect(String(shown.warnings)).toContain('xtb did not optimise 1 of 3')
})

test('without being asked for, nothing changes', () => {
  const { params } = orThrow(resolve({ pre: undefined }))
  expect(params).not.toHaveProperty('pre')
  const run = fakeRun(workflows.nmr, params)
  run.plan()
  run.doneTask('conformers', ensemble)
  expect(run.plan().jobs.every(({ program }) => program === 'nwchem')).toBe(true)
})

test.each([
  ['another program', { pre: 'crest' }],
  ['no program after it', { program: 'none' }],
])('refused: %s', (_, args) => {
  const result = resolve(args)
  expect(result.ok ? null : result.fault.field).toBe('pre')
})
