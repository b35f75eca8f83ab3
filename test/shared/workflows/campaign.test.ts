import { describe, expect, test } from 'vitest'
import { planRun } from '../../../electron/engine/plan.ts'
import type { RunId } from '../../../shared/ids.ts'
import { knownOf } from '../../../shared/model/known.ts'
import { localMachine } from '../../../shared/model/machine.ts'
import type { Run } from '../../../shared/model/run.ts'
import { draftOf } from '../../../shared/model/table.ts'
import { delta50 } from '../../../shared/nmr/delta50.ts'
import { orThrow } from '../../../shared/result.ts'
import { remainingText } from '../../../shared/show/duration.ts'
import { statusOf } from '../../../shared/show/status.ts'
import {
  type CampaignArguments,
  type CampaignSet,
  delta50Set,
  estimateText,
  factorFiles,
  lengthOf,
  readOwnSet,
  resolveCampaign,
  statisticsRows,
  workflows,
} from '../../../shared/workflows/index.ts'
import { fakeRun, ref, shieldings } from './fake-run.ts'

const context = {
  machine: { ...localMachine, settings: { ...localMachine.settings, cores: 50 } },
  resources: { ranks: 1, memory_mb: 2000, seconds: 3600 },
  refOf: (text: string) => ref(text.slice(0, 40)),
}
const resolve = (args: CampaignArguments = {}, set: CampaignSet = delta50Set) => resolveCampaign(args, set, context)
const paramsOf = (args: CampaignArguments = {}, set?: CampaignSet) => orThrow(resolve(args, set)).params
const start = (args: CampaignArguments = {}) => fakeRun(workflows.campaign, paramsOf(args) as never)
const refusal = (args: CampaignArguments) => {
  const resolved = resolve(args)
  return resolved.ok ? null : resolved.fault
}

describe('what a campaign calculates', () => {
  test('without flags: 50 molecules x B3LYP and WP04 x chcl3 and dmso = 200', () => {
    const params = paramsOf()
    expect(params.molecules).toHaveLength(50)
    expect(params.levels.map(({ label }) => label)).toEqual(['B3LYP/6-311+G(2d,p)', 'WP04/6-311+G(2d,p)'])
    expect(params.solvents.map(({ name }) => name)).toEqual(['chcl3', 'dmso'])
    expect(params.max_failures).toBe(5)
    expect(start().show()).toMatchObject({ total: 200, completed: 0, failed: 0 })
    expect(params.warnings).toMatchObject([/WP04 by its components/].map(() => expect.stringMatching(/components/)))
  })

  test('a pilot of five: across the sizes, 20 calculations, one molecule may fail', () => {
    const params = paramsOf({ pilot: 5 })
    const atoms = params.molecules.map(({ elements }) => elements.length).toSorted((a, b) => a - b)
    expect(params.max_failures).toBe(1)
    expect(params.molecules.map(({ id }) => id)).toContain('compound_05')
    expect(params.molecules.map(({ id }) => id)).toContain('compound_44')
    expect(atoms[0]).toBeLessThan(8)
    expect(atoms.at(-1)).toBeGreaterThan(13)
    expect(start({ pilot: 5 }).show().total).toBe(20)
  })

  test('one optimisation for each molecule and solvent, shared by the levels', () => {
    const run = start({ molecules: '5,6', solvents: 'chcl3,dmso' })
    const keys = run.plan().jobs.map(({ key }) => key)
    expect(keys).toEqual([
      'compound_05/opt_chcl3',
      'compound_05/opt_dmso',
      'compound_06/opt_chcl3',
      'compound_06/opt_dmso',
    ])
    run.complete('compound_05/opt_chcl3', { geometry: ref('o') })
    const next = run.plan().jobs.filter(({ key }) => !keys.includes(key))
    expect(next.map(({ key }) => key)).toEqual([
      'compound_05/B3LYP-6-311+G(2d,p)_chcl3',
      'compound_05/WP04-6-311+G(2d,p)_chcl3',
    ])
    expect(next[0]?.input).toMatchObject({ geometry: ref('o'), task: 'nmr', solvent: 'cdcl3', autoz: false })
  })

  test('what is left counts its calculations; the optimisations that they share are told beside them', () => {
    const run = start({ molecules: '5,6', solvents: 'chcl3' })
    run.plan()
    const left = () => statusOf(run.state(), run.run())
    expect(left()).toMatchObject({ total: 4, left: 4, left_shared: 2 })
    run.complete('compound_05/opt_chcl3', { geometry: ref('o') })
    run.plan()
    expect(left()).toMatchObject({ left: 4, left_shared: 1 })
    expect(remainingText({ ...left(), state: 'paused' })).toMatch(/^paused: 4 left and 1 optimisation for them/)
    run.complete('compound_05/B3LYP-6-311+G(2d,p)_chcl3', { shieldings: [] })
    expect(left()).toMatchObject({ completed: 1, left: 3, left_shared: 1 })
    // Of a failed optimisation both its calculations are over.
    run.end('compound_06/opt_chcl3', 'failed')
    expect(left()).toMatchObject({ failed: 2, left: 1, left_shared: 0 })
    expect(remainingText({ ...left(), state: 'paused' })).toMatch(/^paused: 1 left(,|$)/)
  })

  test('each waits in the queue once more for an optimisation, as long as one is left', () => {
    const params = paramsOf({ molecules: '5,6', levels: 'HF/STO-3G', solvents: 'chcl3' })
    const times = ['HF/STO-3G', 'B3LYP/6-31G*', 'B3LYP/6-31G*//B3LYP/6-31G*'].flatMap(level =>
      [20, 30, 40, 50, 60].map(functions => ({
        functions,
        terms: [`level:nwchem ${level}`],
        molecule: `m${functions}`,
        seconds: 100,
        run: 'rbefore' as RunId,
        waited_s: null,
        bytes: 1000,
      })),
    )
    const steps = (...found: readonly string[]) => lengthOf(params, times, new Set(found), 4)?.steps
    expect(steps()).toBe(2)
    expect(steps('compound_05/opt_chcl3')).toBe(2)
    expect(steps('compound_05/opt_chcl3', 'compound_06/opt_chcl3')).toBe(1)
  })

  test('interleaved by size: any beginning holds small and large ones', () => {
    const sizes = paramsOf().molecules.map(({ elements }) => elements.length)
    const mean = (of: readonly number[]) => of.reduce((sum, size) => sum + size, 0) / of.length
    expect(Math.abs(mean(sizes.slice(0, 8)) - mean(sizes))).toBeLessThan(1.5)
    const file = paramsOf({ order: 'file' }).molecules.map(({ id }) => id)
    expect(file).toEqual(delta50.molecules.map(({ id }) => id))
    const bySize = paramsOf({ order: 'size' }).molecules
    expect(bySize[0]?.id).toBe('compound_05')
  })

  test.each([
    ['an unknown molecule', { molecules: 'benzol' }, 'molecules', /no molecule "benzol"/],
    ['an unknown level', { levels: 'B4LYP' }, 'levels', /Unknown functional: B4LYP/],
    ['a level that only ORCA has', { levels: 'wB97X-D' }, 'levels', /NWChem does not have wB97X-D/],
    ['a level that only NWChem has', { program: 'orca', levels: 'WP04' }, 'levels', /ORCA does not have WP04/],
    ['another program', { program: 'xtb' }, 'program', /No campaign is computed by "xtb"/],
    [
      'a solvent that the program has not',
      { program: 'orca', levels: 'PBE0', solvents: 'd2o,gas,heptane' },
      'solvents',
      /solvent/,
    ],
    ['a level without shieldings', { levels: 'M06-L' }, 'levels', /no shieldings/],
    ['an unknown solvent', { solvents: 'cdcl4' }, 'solvents', /Unknown solvent/],
    ['a negative threshold', { max_failures: -1 }, 'max-failures', /whole number from 0/],
    ['half a failure', { max_failures: 0.5 }, 'max-failures', /whole number/],
    ['a pilot of none', { pilot: 0 }, 'pilot', /from 1 to 50/],
    ['a pilot beside names', { pilot: 2, molecules: '5' }, 'pilot', /chooses molecules/],
    ['an unknown order', { order: 'random' }, 'order', /Unknown order/],
    ['a cavity that is none', { levels: 'B3LYP@Bondi' }, 'levels', /no cavity "Bondi"/],
    [
      'a cavity in the gas phase',
      { levels: 'B3LYP@UFF', solvents: 'chcl3,gas' },
      'solvents',
      /gas phase has no cavity/,
    ],
    ['a cavity of ORCA', { program: 'orca', levels: 'PBE0@UFF' }, 'levels', /cavities of its own/],
    ['a level twice', { levels: 'B3LYP,b3lyp/6-311+g(2d,p)' }, 'levels', /named twice/],
    ['no geometry', { geometry: 'B3LYP' }, 'geometry', /basis/],
  ])('%s is refused before anything starts', (_, args, field, message) => {
    const fault = refusal(args)
    expect(fault).toMatchObject({ code: 'bad-input', field })
    expect(fault?.message).toMatch(message)
  })
})

test('through ORCA: its own levels, wB97X-D by its refit and labelled so, and jobs of that program alone', () => {
  const args = { program: 'orca', molecules: '5', levels: 'wB97X-D,B3LYP/G,PBE0/def2-TZVP', solvents: 'chcl3' }
  expect(paramsOf(args)).toMatchObject({
    program: 'orca',
    levels: [
      { label: 'wB97X-D3/6-311+G(2d,p)', xc: 'wB97X-D3', note: expect.stringContaining('stands for wB97X-D') },
      { label: 'B3LYP/G/6-311+G(2d,p)', xc: 'B3LYP/G', basis: '6-311+G(2d,p)' },
      { label: 'PBE0/def2-TZVP' },
    ],
    geometry: { label: 'B3LYP/G/6-31G*' },
  })
  const run = start(args)
  expect(new Set(run.plan().jobs.map(({ program }) => program))).toEqual(new Set(['orca']))
})

/** A campaign of `count` molecules on given geometries, one level: each job is a molecule. */
function simple(count: number, args: CampaignArguments = {}) {
  const molecules = delta50.molecules.slice(0, count).map(({ id }) => id)
  return start({ molecules: molecules.join(','), levels: 'B3LYP', solvents: 'chcl3', geometry: 'given', ...args })
}
const keyOf = (number: number) => `compound_${String(number).padStart(2, '0')}/B3LYP-6-311+G(2d,p)_chcl3`

describe('the failures that a campaign stands', () => {
  test.each([
    [50, {}, 5],
    [5, {}, 1],
    [20, {}, 2],
    [20, { max_failures: 0 }, 0],
    [20, { max_failures: 3 }, 3],
  ])('%i molecules, %o: pauses at one more than %i, exactly', (count, args, limit) => {
    const run = simple(count, args)
    run.plan()
    for (let n = 1; n <= limit; n++) run.end(keyOf(n), 'failed')
    expect(run.plan().pause).toBeUndefined()
    run.end(keyOf(limit + 1), 'timeout')
    expect(run.plan().pause).toMatchObject({ mark: limit + 1, reason: expect.stringMatching(/paused to ask/) })
  })

  test('pauses the run once for each count, and resuming means something', () => {
    const run = simple(5)
    run.plan()
    run.end(keyOf(1), 'failed')
    run.end(keyOf(2), 'failed')
    const types = () => planRun(run.state(), run.run().id, () => false).map(({ type }) => type)
    expect(types()).toContain('run.paused')
    run.happen(...planRun(run.state(), run.run().id, () => false))
    expect(run.run().phase).toMatchObject({
      hold: 'paused',
      reason: '2 molecules failed, 1 may: paused to ask. Resume goes on; resubmit tries them again.',
    })
    run.happen({ type: 'run.resumed', run: run.run().id })
    expect(types()).not.toContain('run.paused')
    run.retry(keyOf(2))
    run.end(keyOf(2), 'failed')
    expect(types()).not.toContain('run.paused') // the same molecule, tried again
    run.end(keyOf(3), 'failed')
    expect(types()).toContain('run.paused')
  })

  test('pauses again for others that fail, once those for which it paused have completed', () => {
    const run = simple(5)
    run.plan()
    const step = () => run.happen(...planRun(run.state(), run.run().id, () => false))
    run.end(keyOf(1), 'failed')
    run.end(keyOf(2), 'failed')
    step()
    expect(run.run().phase).toMatchObject({ hold: 'paused' })
    run.happen({ type: 'run.resumed', run: run.run().id })
    for (const n of [1, 2]) {
      run.retry(keyOf(n))
      run.complete(keyOf(n), { shieldings: [] })
    }
    run.end(keyOf(3), 'failed')
    step()
    expect(run.run().phase).toMatchObject({ hold: null }) // one is failed: that many may
    run.end(keyOf(4), 'failed')
    step()
    expect(run.run().phase).toMatchObject({
      hold: 'paused',
      reason: expect.stringMatching(/^2 molecules failed, 1 may/),
    })
  })

  test('counts who is failed now; one that was lost and turns out completed is no failure, and makes room for no other', () => {
    const run = simple(5)
    run.plan()
    const step = () => run.happen(...planRun(run.state(), run.run().id, () => false))
    run.end(keyOf(1), 'lost')
    run.end(keyOf(2), 'failed')
    step()
    expect(run.run().phase).toMatchObject({ hold: 'paused' })
    run.happen({ type: 'run.resumed', run: run.run().id })
    run.found(keyOf(1), { shieldings: [] })
    step()
    expect(run.run().phase).toMatchObject({ hold: null }) // one is failed: that many may
    run.end(keyOf(3), 'failed')
    step()
    expect(run.run().phase).toMatchObject({
      hold: 'paused',
      reason: expect.stringMatching(/^2 molecules failed, 1 may/),
    })
  })

  test('pauses for none that it tries again by itself, before that has failed as well', () => {
    const run = simple(5, { max_failures: 0 })
    run.plan()
    const types = () => {
      const runs = draftOf<Run>(run.state().runs)
      runs.set(run.run().id, { ...run.run(), auto_resubmit: 1 })
      return planRun({ ...run.state(), runs: runs.done() }, run.run().id, () => false).map(({ type }) => type)
    }
    run.end(keyOf(1), 'failed', null, undefined, 'scf-not-converged')
    expect(types()).toContain('attempt.added')
    expect(types()).not.toContain('run.paused')
    run.retry(keyOf(1), 'policy')
    expect(types()).not.toContain('run.paused')
    run.end(keyOf(1), 'failed', null, undefined, 'scf-not-converged')
    expect(types()).toContain('run.paused')
  })

  test('a resubmission is a new version of the plan; what a stop takes out of its queue and plans again is none', () => {
    const run = simple(5)
    expect(run.plan().version).toBe(1)
    run.withdraw(keyOf(1))
    run.retry(keyOf(1))
    expect(run.plan().version).toBe(1)
    run.end(keyOf(1), 'failed')
    run.retry(keyOf(1))
    expect(run.plan().version).toBe(2)
  })

  test('what is finished while it stops counts; what is cancelled moves no bar', () => {
    const following = (wish: 'run.stopping' | 'run.cancelling', outcome: 'completed' | 'cancelled') => {
      const run = simple(3)
      run.plan()
      run.happen({ type: wish, run: run.run().id })
      run.end(keyOf(1), outcome)
      run.running(keyOf(2))
      return planRun(run.state(), run.run().id, () => false).map(({ type }) => type)
    }
    expect(following('run.stopping', 'completed')).toEqual(['run.progressed'])
    expect(following('run.cancelling', 'cancelled')).toEqual([])
  })

  test('cancelled by a person is no failure; a failed optimisation fails all its levels, once', () => {
    const cancelled = simple(5)
    cancelled.plan()
    cancelled.end(keyOf(1), 'cancelled')
    expect(cancelled.show()).toMatchObject({ failed: 0, failed_molecules: 0 })
    const run = start({ molecules: '5,6,3', solvents: 'chcl3' })
    run.plan()
    run.end('compound_05/opt_chcl3', 'failed')
    const shown = run.show()
    expect(shown).toMatchObject({ total: 6, failed: 2, failed_molecules: 1, max_failures: 1 })
    expect(shown.failures).toHaveLength(1)
    expect(run.plan().pause).toBeUndefined()
  })
})

test.each([
  [null, null, 'computing: unknown until the pilot; disk: unknown until the pilot'],
  [[12, 340], [210, 4200], 'computing: 12 to 340 core hours; disk: 0.21 to 4.2 GB'],
  [[0.4, 1.5], [0.8, 3.1], 'computing: 0.4 to 1.5 core hours; disk: 0.8 to 3.1 MB'],
  [[0.031, 0.05], [0.004, 0.041], 'computing: 1.9 to 3 core minutes; disk: 4 to 41 kB'],
  [[0.0001, 0.0002], [0, 0], 'computing: less than 1 core minute; disk: less than 1 kB'],
] as const)(
  'core hours %j and megabytes %j are told in units in which they are something',
  (core_hours, disk_mb, said) => {
    const reused = { calculations: 0, optimisations: 0 }
    expect(estimateText({ calculations: 20, optimisations: 10, reused, core_hours, disk_mb })).toBe(
      `20 calculations and 10 optimisations that they share; ${said}`,
    )
  },
)

describe('what it finds', () => {
  test('is to be checked where a witness contradicts it, or the optimisation that it stands on', () => {
    const run = start({ molecules: '2,3', levels: 'HF', solvents: 'chcl3' })
    run.plan()
    const [one = '', other = ''] = run.keys()
    run.complete(one, { geometry: ref('one') }, 'Check: its exit code is 9')
    run.complete(other, { geometry: ref('other') })
    run.plan()
    expect(run.show()).toMatchObject({ completed: 0, to_check: 0 })
    for (const key of run.keys().slice(2)) run.complete(key, { shieldings: [] })
    expect(run.show()).toMatchObject({
      completed: 2,
      to_check: 1,
      tasks: [{ check: 'of its optimisation: its exit code is 9' }, { check: null }],
    })
  })

  test('statistics of what is there, labelled where the solvent is another', () => {
    const ids = delta50.molecules.slice(0, 8).map(({ id }) => id)
    const run = start({ molecules: ids.join(','), levels: 'B3LYP', geometry: 'given' })
    const jobs = run.plan().jobs
    for (const { key } of jobs) {
      const molecule = delta50.molecules.find(({ id }) => key.startsWith(id))
      const sigma = molecule?.elements.map((element, i) => {
        const delta = molecule.environments.find(({ atoms }) => atoms.includes(i + 1))?.delta_ppm ?? 0
        return element === 'C' ? 180 - 1.05 * delta : 32 - 1.05 * delta
      })
      run.complete(key, { shieldings: shieldings(molecule?.elements ?? [], sigma ?? []) })
    }
    const { statistics, completed, total } = run.show() as unknown as {
      statistics: readonly {
        level: string
        solvent: string
        nucleus: string
        slope: number
        rmsd_ppm: number
        note: string | null
      }[]
      completed: number
      total: number
    }
    expect([completed, total]).toEqual([16, 16])
    expect(statistics.map(({ solvent, nucleus }) => `${solvent} ${nucleus}`)).toEqual([
      'chcl3 1H',
      'chcl3 13C',
      'dmso 1H',
      'dmso 13C',
    ])
    for (const each of statistics) {
      expect(each.slope).toBeCloseTo(-1.05, 9)
      expect(each.rmsd_ppm).toBeCloseTo(0, 9)
      expect(each.note).toEqual(
        each.solvent === 'dmso' ? expect.stringMatching(/computed in DMSO-d6, measured in CDCl3/) : null,
      )
    }
    expect(run.plan().end).toEqual({ outcome: 'completed', reason: null })
    // The table holds the intervals of the line, the same as the factor file: of points on a line they have no width.
    const known = knownOf(run.state(), run.run())
    const [head, ...rows] = statisticsRows(known)
    const at = (name: string) => (head ?? []).indexOf(name)
    // The line in the other solvent is told, and is a factor for neither.
    expect(factorFiles(known).map(({ name, file: { solvent } }) => [name, solvent])).toEqual([
      ['factors-B3LYP-6-311+G(2d,p)_chcl3.json', 'cdcl3'],
    ])
    const [file] = factorFiles(known)
    expect(rows).toHaveLength(4)
    for (const [i, { sigma_on_delta }] of (file?.file.factors ?? []).entries()) {
      expect(rows[i]?.slice(at('slope_low_95'), at('intercept_high_95') + 1)).toEqual([
        ...(sigma_on_delta.slope_95 ?? []),
        ...(sigma_on_delta.intercept_95 ?? []),
      ])
      expect(sigma_on_delta.slope_95).toEqual([-1.05, -1.05])
    }
    expect(rows.every(row => row.length === head?.length)).toBe(true)
  })
})

describe('a set of one’s own', () => {
  const methane = '5\n\nC 0 0 0\nH 0.63 0.63 0.63\nH -0.63 -0.63 0.63\nH -0.63 0.63 -0.63\nH 0.63 -0.63 -0.63\n'
  const files = (csv: string) => [
    { name: 'methane.xyz', text: methane },
    { name: 'shifts.csv', text: csv },
  ]
  const read = (csv: string) => readOwnSet('mine', files(csv))

  test('is a folder of structures and a CSV', () => {
    const set = orThrow(
      read('molecule,atoms,delta_ppm,solvent\nmethane,1,-2.3,DMSO\n"methane","2 3 4 5",0.23,DMSO-d6\n'),
    )
    expect(set).toMatchObject({
      id: 'mine',
      solvent: 'dmso',
      molecules: [
        {
          id: 'methane',
          environments: [
            { nucleus: '13C', atoms: [1], delta_ppm: -2.3 },
            { nucleus: '1H', atoms: [2, 3, 4, 5], delta_ppm: 0.23 },
          ],
        },
      ],
    })
    expect(paramsOf({ levels: 'HF/STO-3G', solvents: 'dmso' }, set).molecules).toHaveLength(1)
  })

  test.each([
    [
      'semicolons and decimal commas',
      'molecule;atoms;delta_ppm;solvent\r\nmethane;1;-2,3;DMSO\r\nmethane;2 3;0,23;\r\n',
    ],
    [
      'semicolons, and a comma in the name of another column',
      'molecule;atoms;delta_ppm;solvent;source (year, page)\nmethane;1;-2,3;DMSO;x\nmethane;2 3;0,23;;y\n',
    ],
    ['tabs', 'molecule\tatoms\tdelta_ppm\tsolvent\nmethane\t1\t-2,3\tDMSO\nmethane\t2,3\t0,23\t\n'],
  ])('may have %s, as spreadsheets write them', (_, csv) => {
    expect(orThrow(read(csv))).toMatchObject({
      solvent: 'dmso',
      molecules: [
        {
          environments: [
            { atoms: [1], delta_ppm: -2.3 },
            { atoms: [2, 3], delta_ppm: 0.23 },
          ],
        },
      ],
    })
  })

  test.each([
    [
      'a missing structure',
      'molecule,atoms,delta_ppm\nethane,1,5\n',
      /Line 2 of shifts.csv: there is no structure of "ethane"/,
    ],
    ['a shift without an atom', 'molecule,atoms,delta_ppm\nmethane,,5\n', /Line 2 .*has no atom/],
    ['an atom that is not there', 'molecule,atoms,delta_ppm\nmethane,6,5\n', /has no atom 6/],
    ['no number of an atom', 'molecule,atoms,delta_ppm\nmethane,C1,5\n', /Line 2 .*"C1" is not the number of an atom/],
    ['an atom twice', 'molecule,atoms,delta_ppm\nmethane,1,5\nmethane,1,6\n', /Line 3 .*already/],
    ['mixed elements', 'molecule,atoms,delta_ppm\nmethane,1 2,5\n', /different elements/],
    ['another nucleus', 'molecule,atoms,delta_ppm,nucleus\nmethane,1,5,1H\n', /is C, not 1H/],
    ['no number', 'molecule,atoms,delta_ppm\nmethane,1,high\n', /no number/],
    ['no column', 'molecule,delta_ppm\nmethane,5\n', /no column atoms/],
    ['nothing', 'molecule,atoms,delta_ppm\n', /no shift of methane/],
  ])('%s is refused, and the line is named', (_, csv, message) => {
    const set = read(csv)
    expect(set.ok ? '' : set.fault.message).toMatch(message)
  })

  test.each(['STOP', 'Stop', 'status.json', 'progress.jsonl'])(
    'a molecule called %s is refused: its folder would be in the place of a file of the campaign',
    name => {
      const csv = { name: 'shifts.csv', text: `molecule,atoms,delta_ppm\n${name},1,2\n` }
      const set = readOwnSet('mine', [{ name: `${name}.xyz`, text: methane }, csv])
      expect(set.ok ? '' : set.fault.message).toMatch(/is a file of the campaign's own/)
    },
  )

  test('without a CSV, or with a name that leaves its folder, it is refused', () => {
    expect(readOwnSet('mine', [{ name: 'a.xyz', text: methane }])).toMatchObject({ ok: false })
    const csv = { name: 'shifts.csv', text: 'molecule,atoms,delta_ppm\n..,1,2\n' }
    expect(readOwnSet('mine', [{ name: '...xyz', text: methane }, csv])).toMatchObject({ ok: false })
  })
})
