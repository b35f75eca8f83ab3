import { expect, test } from 'vitest'
import type { Json } from '../../../shared/ids.ts'
import { localMachine } from '../../../shared/model/machine.ts'
import type { EnsembleResult } from '../../../shared/nmr/ensemble.ts'
import { programs } from '../../../shared/programs/index.ts'
import { orThrow } from '../../../shared/result.ts'
import { type NmrArguments, resolveNmr, workflows } from '../../../shared/workflows/index.ts'
import { fakeRun, ref } from './fake-run.ts'

const xyz = '4\n\nC 0 0 0\nO 1.2 0 0\nH -0.5 0.9 0\nH -0.5 -0.9 0\n'
const ensemble: EnsembleResult = {
  molecule: {
    elements: ['C', 'O', 'H', 'H'],
    bonds: [
      [1, 2, 2],
      [1, 3, 1],
      [1, 4, 1],
    ],
    charge: 0,
    classes: [],
    stereocentres: [],
    own_mirror_image: true,
  },
  conformers: [{ id: 'c-aaaaaa', geometry: ref('a'), ff_energy_kcal: 1, degeneracy: 1 }],
  dropped: [],
  warnings: [],
}

const resolve = (args: Partial<NmrArguments> = {}) =>
  resolveNmr(
    { input: 'C=O', program: 'orca', ...args },
    { format: 'smiles', text: 'C=O' },
    { machine: localMachine, refOf: text => ref(text.slice(0, 20)) },
  )

test('an ensemble is computed by ORCA, referred to TMS at the same level', () => {
  const { params, warnings } = orThrow(resolve({ preset: 'production' }))
  expect(params).toMatchObject({
    program: 'orca',
    level: 'B3LYP/6-311+G(2d,p)//B3LYP/6-31G*',
    solvent_model: 'CPCM',
    references: [
      { nucleus: '1H', kind: 'tms', line: 'computed', source: expect.stringContaining('orca') },
      { nucleus: '13C', kind: 'tms', line: 'computed' },
    ],
    tms: { atoms: 17 },
  })
  expect(warnings.join()).toContain('untried')

  const run = fakeRun(workflows.nmr, params)
  run.plan()
  run.doneTask('conformers', ensemble)
  const jobs = run.plan().jobs
  expect(jobs.map(({ key, program }) => [key, program])).toEqual([
    ['reference-tms/opt', 'orca'],
    ['c-aaaaaa/opt', 'orca'],
  ])
  const { input, resources } = jobs[1] as (typeof jobs)[number]
  expect(programs.orca.check(input, resources).ok).toBe(true)
  const [deck, ...more] = programs.orca.files(input, resources, () => xyz)
  expect(more).toEqual([])
  expect(deck).toEqual({
    name: 'larmor.inp',
    text: [
      '# run c-aaaaaa/opt'.replace('run', deckTitle(input)),
      '# Memory: 2000 MB for the job / 1 rank * 75 % = 1500 MB a rank.',
      '%maxcore 1500',
      '! B3LYP 6-31G* Opt TightSCF CPCM(chloroform)',
      '%geom MaxIter 100 end',
      '* xyz 0 1',
      '  C      0.00000000     0.00000000     0.00000000',
      '  O      1.20000000     0.00000000     0.00000000',
      '  H     -0.50000000     0.90000000     0.00000000',
      '  H     -0.50000000    -0.90000000     0.00000000',
      '*',
      '',
    ].join('\n'),
  })
})

function deckTitle(input: Json): string {
  return (input as { readonly title: string }).title.replace(' c-aaaaaa/opt', '')
}

test.each([
  ['no published factor', { reference: 'published' as const }, 'reference'],
  ['a functional that ORCA does not have', { xc: 'WP04' }, 'xc'],
  ['a basis set that ORCA does not have', { basis: 'nonsense' }, 'basis'],
  ['too little memory', { memory_mb: 100 }, 'memory'],
  ['a program without shieldings', { program: 'xtb' }, 'program'],
])('refused: %s', (_, args, field) => {
  const result = resolve(args)
  expect(result.ok ? null : result.fault.field).toBe(field)
})
