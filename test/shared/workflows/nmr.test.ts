import { describe, expect, test } from 'vitest'
import { decide } from '../../../shared/model/decide.ts'
import { localMachine } from '../../../shared/model/machine.ts'
import type { EnsembleResult, SelectInput } from '../../../shared/nmr/ensemble.ts'
import { type Reference, resolveReferences, shiftOf } from '../../../shared/nmr/references.ts'
import { orThrow } from '../../../shared/result.ts'
import { KCAL_PER_HARTREE } from '../../../shared/units.ts'
import { type NmrArguments, resolveNmr, workflows } from '../../../shared/workflows/index.ts'
import type { Plan } from '../../../shared/workflows/workflow.ts'
import { methanol } from '../nmr/methanol.ts'
import { fakeRun, ref, shieldings } from './fake-run.ts'

/** Methanol with two made-up conformers, so that every figure can be followed by hand. */
const ensemble: EnsembleResult = {
  molecule: {
    ...methanol,
    classes: [
      { element: 'C', atoms: [1], comparable: true, why: null },
      { element: 'O', atoms: [2], comparable: true, why: null },
      { element: 'H', atoms: [3, 4, 5], comparable: true, why: null },
      { element: 'H', atoms: [6], comparable: false, why: 'OH' },
    ],
  },
  conformers: [
    { id: 'c-aaaaaa', geometry: ref('a'), ff_energy_kcal: 1, degeneracy: 1 },
    { id: 'c-bbbbbb', geometry: ref('b'), ff_energy_kcal: 2, degeneracy: 2 },
  ],
  dropped: [],
  warnings: ['from the task'],
}

function start(args: Partial<NmrArguments> = {}) {
  const resolved = resolveNmr(
    { input: 'CO', ...args },
    { format: 'smiles', text: 'CO' },
    { machine: localMachine, refOf: text => ref(text.slice(0, 20)) },
  )
  return fakeRun(workflows.nmr, orThrow(resolved).params)
}

const low = -115.7
const high = low + 1 / KCAL_PER_HARTREE
const optimised = (name: string, energy_hartree: number) => ({ energy_hartree, geometry: ref(name) })
const sigma = (carbon: number, proton: number) => ({
  shieldings: shieldings(methanol.elements, [carbon, 320, proton, proton + 1, proton - 1, 31]),
  energy_hartree: low,
})
const both = [
  { id: 'c-aaaaaa', degeneracy: 1 },
  { id: 'c-bbbbbb', degeneracy: 1 },
]

/** The label and `done/total` of each step, with what failed beside it. */
function steps(plan: Plan): readonly string[] {
  return plan.steps.map(({ label, done, settled, total }) => {
    const failed = settled - done
    return `${label} ${done}/${total}${failed > 0 ? `, ${failed} failed` : ''}`
  })
}

function states(run: ReturnType<typeof start>): readonly unknown[] {
  return (run.show().conformers as unknown as { state: string }[]).map(({ state }) => state)
}

/** Until both optimisations are there. */
function optimise(args: Partial<NmrArguments> = {}) {
  const run = start(args)
  run.plan()
  run.doneTask('conformers', ensemble)
  run.plan()
  run.complete('c-aaaaaa/opt', optimised('a1', low))
  run.complete('c-bbbbbb/opt', optimised('b1', high))
  run.plan()
  return run
}

function selectKey(run: ReturnType<typeof start>): string {
  return run.taskKeys().findLast(key => key.startsWith('select-')) ?? 'no select task'
}

function toShieldings(args: Partial<NmrArguments> = {}) {
  const run = optimise(args)
  run.doneTask(selectKey(run), { kept: both, filtered: [] })
  run.plan()
  return run
}

test('a conformer says which of its completed jobs a witness contradicts', () => {
  const checks = (of: ReturnType<typeof start>) =>
    (of.show().conformers as unknown as { check: string | null }[]).map(({ check }) => check)
  const run = toShieldings()
  expect(checks(run)).toEqual([null, null])
  run.complete('c-aaaaaa/opt', optimised('a1', low), 'Check: its exit status was 9')
  run.complete('c-bbbbbb/nmr', sigma(120, 29), 'Check: it was ended by signal KILL')
  expect(checks(run)).toEqual(['of its optimisation: its exit status was 9', 'it was ended by signal KILL'])
  run.end('c-aaaaaa/nmr', 'failed', 'the SCF did not converge')
  expect(checks(run)[0]).toBeNull()

  const one = start({ one_job: true })
  one.plan()
  one.doneTask('conformers', ensemble)
  one.plan()
  one.complete('c-aaaaaa/opt+nmr', { ...optimised('a1', low), ...sigma(130, 28) }, 'Check: its exit status was 9')
  expect(checks(one)).toEqual(['its exit status was 9', null])
})

describe('the phases of a run', () => {
  test('conformers, an optimisation each, a selection, a shielding each, the end', () => {
    const run = start()
    const first = run.plan()
    expect(first.tasks.map(({ kind }) => kind)).toEqual(['conformers'])
    expect(first.jobs).toEqual([])
    expect(first.tasks[0]?.input).toMatchObject({ max_conformers: 8, window_kcal: 6, seed: 1, charge: 0 })
    expect(steps(first)).toEqual(['conformers 0/1', 'optimisation 0/8', 'shieldings 0/8'])

    run.doneTask('conformers', ensemble)
    const second = run.plan()
    expect(second.jobs.map(({ key }) => key)).toEqual(['c-aaaaaa/opt', 'c-bbbbbb/opt'])
    expect(second.jobs[0]).toMatchObject({
      machine: 'local',
      program: 'nwchem',
      input: { kind: 'calculation', task: 'opt', geometry: ref('a'), xc: 'B3LYP', basis: '6-31G*', solvent: 'cdcl3' },
    })
    expect(states(run)).toEqual(['pending', 'pending'])

    run.running('c-aaaaaa/opt')
    expect(states(run)).toEqual(['optimizing', 'pending'])
    run.complete('c-aaaaaa/opt', optimised('a1', low))
    expect(steps(run.plan())).toContain('optimisation 1/2')
    expect(states(run)).toEqual(['optimized', 'pending'])
    expect(run.taskKeys()).toEqual(['conformers'])

    run.complete('c-bbbbbb/opt', optimised('b1', high))
    const third = run.plan()
    const select = third.tasks[1]
    expect(select?.kind).toBe('select')
    const input = select?.input as unknown as SelectInput | undefined
    expect(input?.conformers.map(({ id, start }) => [id, start])).toEqual([
      ['c-aaaaaa', ref('a')],
      ['c-bbbbbb', ref('b')],
    ])

    run.doneTask(selectKey(run), { kept: both, filtered: [] })
    const fourth = run.plan()
    expect(fourth.jobs.slice(2).map(({ key, input }) => [key, (input as { geometry: unknown }).geometry])).toEqual([
      ['c-aaaaaa/nmr', ref('a1')],
      ['c-bbbbbb/nmr', ref('b1')],
    ])
    run.running('c-bbbbbb/nmr')
    expect(states(run)).toEqual(['optimized', 'nmr_running'])
    run.complete('c-aaaaaa/nmr', sigma(130, 28))
    expect(steps(run.plan())).toContain('shieldings 1/2')
    expect(run.plan().end).toBeUndefined()
    expect(run.show().shifts).toEqual([])
    run.complete('c-bbbbbb/nmr', sigma(120, 29))
    expect(run.plan().end).toEqual({ outcome: 'completed', reason: null })
    expect(states(run)).toEqual(['nmr_complete', 'nmr_complete'])
    expect(steps(run.plan())).toEqual(['conformers 1/1', 'optimisation 2/2', 'shieldings 2/2'])
  })

  test('the same facts give the same plan', () => {
    const run = toShieldings()
    expect(run.plan()).toEqual(run.plan())
  })

  test('one conformer shows 0/1 and 1/1', () => {
    const run = start()
    run.plan()
    run.doneTask('conformers', { ...ensemble, conformers: ensemble.conformers.slice(0, 1) })
    expect(steps(run.plan())).toContain('optimisation 0/1')
    run.complete('c-aaaaaa/opt', optimised('a1', low))
    expect(steps(run.plan())).toContain('optimisation 1/1')
  })

  test('the bar only grows on the way', () => {
    const share = ({ steps }: Plan) => {
      const whole = steps.reduce((sum, { weight }) => sum + weight, 0)
      return (
        steps.reduce((sum, { weight, settled, total }) => sum + (total ? (weight * settled) / total : 0), 0) / whole
      )
    }
    const run = start()
    const seen = [share(run.plan())]
    const look = () => seen.push(share(run.plan()))
    run.doneTask('conformers', ensemble)
    look()
    run.complete('c-aaaaaa/opt', optimised('a1', low))
    look()
    run.end('c-bbbbbb/opt', 'failed')
    look()
    run.doneTask(selectKey(run), { kept: both.slice(0, 1), filtered: [] })
    look()
    run.complete('c-aaaaaa/nmr', sigma(130, 28))
    look()
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBeCloseTo(1, 12)
  })

  test('optimisation and shieldings in one job', () => {
    const run = start({ one_job: true })
    run.plan()
    run.doneTask('conformers', ensemble)
    expect(run.plan().jobs.map(({ key }) => key)).toEqual(['c-aaaaaa/opt+nmr', 'c-bbbbbb/opt+nmr'])
    run.complete('c-aaaaaa/opt+nmr', { ...optimised('a1', low), shieldings: sigma(130, 28).shieldings })
    run.complete('c-bbbbbb/opt+nmr', { ...optimised('b1', high), shieldings: sigma(120, 29).shieldings })
    expect(run.plan().end).toBeUndefined()
    run.doneTask(selectKey(run), {
      kept: both.slice(0, 1),
      filtered: [{ id: 'c-bbbbbb', reason: 'duplicate of c-aaaaaa' }],
    })
    expect(run.plan().end?.outcome).toBe('completed')
    expect(states(run)).toEqual(['nmr_complete', 'filtered'])
  })
})

describe('what is shown at the end', () => {
  function ended() {
    const run = toShieldings()
    run.complete('c-aaaaaa/nmr', sigma(130, 28))
    run.complete('c-bbbbbb/nmr', sigma(120, 29))
    return run
  }

  test('weights from the optimisation energies; sigma over conformers, then over atoms, then delta', () => {
    const shown = ended().show()
    const conformers = shown.conformers as unknown as { weight: number; relative_kcal_mol: number }[]
    expect(conformers[0]?.weight).toBeCloseTo(0.844, 3)
    expect(conformers[1]?.relative_kcal_mol).toBeCloseTo(1, 6)
    const shifts = shown.shifts as unknown as { nucleus: string; sigma_ppm: number; delta_ppm: number }[]
    expect(shifts.map(({ nucleus }) => nucleus)).toEqual(['1H', '1H', '13C'])
    const w = conformers[0]?.weight ?? 0
    expect(shifts[0]?.sigma_ppm).toBeCloseTo(w * 28 + (1 - w) * 29, 9)
    const at = { program: 'nwchem', level: 'B3LYP/6-31G*', geometry: 'B3LYP/6-31G*', solvent: 'cdcl3' }
    const nuclei = [
      { nucleus: '1H', element: 'H' },
      { nucleus: '13C', element: 'C' },
    ]
    const [proton, carbon] = orThrow(resolveReferences('auto', at, nuclei)) as [Reference, Reference]
    expect(shifts[0]?.delta_ppm).toBeCloseTo(shiftOf(proton, w * 28 + (1 - w) * 29, null) ?? 0, 9)
    expect(shifts[2]?.delta_ppm).toBeCloseTo(shiftOf(carbon, w * 130 + (1 - w) * 120, null) ?? 0, 9)
  })

  test('the keys of its document are all there, and JSON', () => {
    const shown = ended().show()
    expect(Object.keys(shown)).toEqual(
      expect.arrayContaining([
        'level',
        'solvent',
        'temperature_K',
        'weights_from',
        'conformers',
        'shifts',
        'warnings',
        'populations',
      ]),
    )
    expect(shown).toMatchObject({ level: 'B3LYP/6-31G*//B3LYP/6-31G*', solvent: 'CDCl3', temperature_K: 298.15 })
    expect(JSON.parse(JSON.stringify(shown))).toEqual(shown)
    const [conformer] = shown.conformers as unknown as object[]
    expect(Object.keys(conformer ?? {})).toEqual(
      expect.arrayContaining(['key', 'state', 'energy_hartree', 'relative_kcal_mol', 'weight', 'degeneracy', 'reason']),
    )
    const [shift] = shown.shifts as unknown as object[]
    expect(Object.keys(shift ?? {})).toEqual(
      expect.arrayContaining(['element', 'nucleus', 'atoms', 'sigma_ppm', 'delta_ppm', 'reference', 'comparable']),
    )
  })

  test('every shift says where its reference is from, what it may be off by, and what 1 kcal/mol would change', () => {
    const [methyl, hydroxyl] = ended().show().shifts as unknown as {
      reference: { kind: string; source: string; expected_error_ppm: number | null; calibrated: boolean }
      interval_ppm: [number, number]
      delta_ppm: number
      comparable: boolean
    }[]
    expect(methyl?.reference).toMatchObject({ kind: 'own', calibrated: true })
    expect(methyl?.reference.expected_error_ppm).toBeGreaterThan(0.05)
    expect(methyl?.reference.source).toMatch(/DELTA50/)
    expect(methyl?.interval_ppm[0]).toBeLessThan(methyl?.delta_ppm ?? 0)
    expect(methyl?.interval_ppm[1]).toBeGreaterThan(methyl?.delta_ppm ?? 9)
    expect(hydroxyl?.comparable).toBe(false)
  })
})

describe('when something fails', () => {
  test('one of two optimisations: 1/2 and 1 failed, never 2/2; the rest is averaged and provisional', () => {
    const run = start()
    run.plan()
    run.doneTask('conformers', ensemble)
    run.plan()
    run.end('c-bbbbbb/opt', 'failed', 'the SCF did not converge')
    run.complete('c-aaaaaa/opt', optimised('a1', low))
    expect(steps(run.plan())).toContain('optimisation 1/2, 1 failed')
    expect(run.show().counts).toMatchObject({ optimisation: { done: 1, failed: 1, total: 2 } })
    run.doneTask(selectKey(run), { kept: both.slice(0, 1), filtered: [] })
    run.plan()
    run.complete('c-aaaaaa/nmr', sigma(130, 28))
    expect(run.plan().end).toEqual({ outcome: 'completed', reason: null })
    expect(states(run)).toEqual(['nmr_complete', 'failed'])
    const { provisional, warnings } = run.show()
    expect(provisional).toBe(true)
    // exp(-1/RT) with g = 2 against 1: 27 %.
    expect(String(warnings)).toMatch(/provisional: 1 of 2 .* 27 % .*c-bbbbbb failed \(the SCF did not converge\)/)
  })

  test('a rare one does not make it provisional, and is named all the same', () => {
    const rare = ensemble.conformers.map((each, i) => ({ ...each, ff_energy_kcal: 4 * i }))
    const run = start()
    run.plan()
    run.doneTask('conformers', { ...ensemble, conformers: rare })
    run.plan()
    run.end('c-bbbbbb/opt', 'timeout')
    const { provisional, warnings } = run.show()
    expect(provisional).toBe(false)
    expect(String(warnings)).toMatch(/1 of 2 conformers did not complete, 0 % .*c-bbbbbb timeout/)
  })

  test('one of two shieldings: weights are of what is left', () => {
    const run = toShieldings()
    run.complete('c-aaaaaa/nmr', sigma(130, 28))
    run.end('c-bbbbbb/nmr', 'lost')
    expect(steps(run.plan())).toContain('shieldings 1/2, 1 failed')
    expect(run.plan().end?.outcome).toBe('completed')
    expect(states(run)).toEqual(['nmr_complete', 'lost'])
    const [first] = run.show().conformers as unknown as { weight: number }[]
    expect(first?.weight).toBe(1)
  })

  test('all optimisations, all shieldings, no conformers, no selection: failed, with the reason', () => {
    const run = start()
    run.plan()
    run.doneTask('conformers', ensemble)
    run.plan()
    run.end('c-aaaaaa/opt', 'failed')
    run.end('c-bbbbbb/opt', 'cancelled')
    expect(run.plan().end).toEqual({ outcome: 'failed', reason: 'none of 2 optimisations completed' })

    const late = toShieldings()
    late.end('c-aaaaaa/nmr', 'failed')
    late.end('c-bbbbbb/nmr', 'failed')
    expect(late.plan().end).toEqual({ outcome: 'failed', reason: 'none of 2 shielding jobs completed' })

    const none = start()
    none.plan()
    none.failTask('conformers', 'no 3D structure')
    expect(none.plan().end).toEqual({ outcome: 'failed', reason: 'no conformers: no 3D structure' })

    const odd = optimise()
    odd.failTask(selectKey(odd), 'a defect')
    expect(odd.plan().end?.outcome).toBe('failed')
  })

  test('a job that completed without a geometry is a failed conformer', () => {
    const run = start()
    run.plan()
    run.doneTask('conformers', ensemble)
    run.plan()
    run.complete('c-aaaaaa/opt', { energy_hartree: low })
    expect(states(run)[0]).toBe('failed')
  })

  test('filtered ones show their reason and get no shieldings', () => {
    const run = optimise()
    run.doneTask(selectKey(run), {
      kept: both.slice(0, 1),
      filtered: [{ id: 'c-bbbbbb', reason: 'duplicate of c-aaaaaa' }],
    })
    run.plan()
    expect(run.keys()).not.toContain('c-bbbbbb/nmr')
    expect(states(run)).toEqual(['optimized', 'filtered'])
    const filtered = (run.show().conformers as unknown as { weight: number | null; reason: string }[])[1]
    expect(filtered).toMatchObject({ weight: null, reason: 'duplicate of c-aaaaaa' })
  })

  test('resubmitting one reopens the way: a new selection, the plan is longer and says so', () => {
    const run = start()
    run.plan()
    run.doneTask('conformers', ensemble)
    run.plan()
    run.end('c-bbbbbb/opt', 'failed')
    run.complete('c-aaaaaa/opt', optimised('a1', low))
    run.plan()
    const before = selectKey(run)
    run.doneTask(before, { kept: both.slice(0, 1), filtered: [] })
    run.plan()
    run.complete('c-aaaaaa/nmr', sigma(130, 28))
    expect(run.plan()).toMatchObject({ version: 1, end: { outcome: 'completed' } })
    run.retry('c-bbbbbb/opt')
    const reopened = run.plan()
    expect(reopened.version).toBe(2)
    expect(reopened.end).toBeUndefined()
    run.complete('c-bbbbbb/opt', optimised('b1', high))
    run.plan()
    expect(selectKey(run)).not.toBe(before)
    run.doneTask(selectKey(run), { kept: both, filtered: [] })
    run.plan()
    expect(run.keys()).toContain('c-bbbbbb/nmr')
  })

  test('shieldings of a geometry that a rerun has replaced are called stale', () => {
    const run = toShieldings()
    run.complete('c-aaaaaa/nmr', sigma(130, 28))
    run.complete('c-bbbbbb/nmr', sigma(120, 29))
    run.complete('c-aaaaaa/opt', optimised('a2', low))
    run.plan()
    run.doneTask(selectKey(run), { kept: both, filtered: [] })
    expect(String(run.show().warnings)).toMatch(/stale: the shieldings of c-aaaaaa/)
    // As it says: resubmitted, completed as it is, it is computed on what the plan knows now; the other one stays.
    run.plan()
    const jobs = [run.job('c-aaaaaa/nmr').id, run.job('c-bbbbbb/nmr').id]
    const decided = orThrow(decide(run.state(), { type: 'jobs.resubmit', jobs, fix: null }))
    expect(decided).toMatchObject([{ type: 'attempt.added', job: jobs[0], attempt: 2, input: { geometry: ref('a2') } }])
  })
})

describe('TMS, where the level has no factor of its own', () => {
  test('is optimised and shielded beside the conformers, and the run waits for it', () => {
    const run = toShieldings({ solvent: 'DMSO-d6' })
    expect(run.keys().slice(0, 1)).toEqual(['reference-tms/opt'])
    run.complete('c-aaaaaa/nmr', sigma(130, 28))
    run.complete('c-bbbbbb/nmr', sigma(130, 28))
    expect(run.plan().end).toBeUndefined()
    run.complete('reference-tms/opt', optimised('tms1', -449))
    const plan = run.plan()
    expect(plan.jobs.find(({ key }) => key === 'reference-tms/nmr')?.input).toMatchObject({
      geometry: ref('tms1'),
      atoms: 17,
      charge: 0,
      solvent: 'dmso',
    })
    run.complete('reference-tms/nmr', {
      shieldings: [
        { atom: 1, element: 'Si', sigma_ppm: 350 },
        { atom: 2, element: 'C', sigma_ppm: 190 },
        { atom: 3, element: 'H', sigma_ppm: 32 },
        { atom: 4, element: 'H', sigma_ppm: 32.2 },
      ],
    })
    expect(run.plan().end?.outcome).toBe('completed')
    const [methyl, , carbon] = run.show().shifts as unknown as { delta_ppm: number; reference: { kind: string } }[]
    expect(methyl?.delta_ppm).toBeCloseTo(32.1 - 28, 9)
    expect(carbon?.delta_ppm).toBeCloseTo(60, 9)
    expect(carbon?.reference.kind).toBe('tms')
  })

  test('its failure leaves the shieldings, says so, and the run completes', () => {
    const run = toShieldings({ solvent: 'DMSO-d6' })
    run.complete('c-aaaaaa/nmr', sigma(130, 28))
    run.complete('c-bbbbbb/nmr', sigma(130, 28))
    run.end('reference-tms/opt', 'failed', 'out of memory')
    expect(run.plan().end?.outcome).toBe('completed')
    const { shifts, warnings } = run.show()
    expect((shifts as unknown as { delta_ppm: number | null }[])[0]?.delta_ppm).toBeNull()
    expect(String(warnings)).toMatch(/TMS is failed \(out of memory\): shieldings only/)
  })
})

test('without a program, what the force field does not know is not optimised, and waits for nothing', () => {
  const run = start({ program: 'none' })
  run.plan()
  const unknown = { ...ensemble, conformers: ensemble.conformers.map(each => ({ ...each, ff_energy_kcal: null })) }
  run.doneTask('conformers', unknown)
  expect(run.plan().end).toEqual({ outcome: 'completed', reason: null })
  expect(states(run)).toEqual(['failed', 'failed'])
})

test('without a program: conformers, energies and populations of the force field, and a plain word', () => {
  const run = start({ program: 'none' })
  run.plan()
  run.doneTask('conformers', ensemble)
  const plan = run.plan()
  expect(plan.jobs).toEqual([])
  expect(plan.end).toEqual({ outcome: 'completed', reason: null })
  const shown = run.show()
  expect(states(run)).toEqual(['optimized', 'optimized'])
  expect(shown.shifts).toEqual([])
  expect(shown.weights_from).toMatch(/MMFF94s\+/)
  expect(String(shown.warnings)).toMatch(/no shieldings: they need NWChem/)
  const rows = shown.populations as unknown as { key: string; cumulative: number }[]
  expect(rows.map(({ key }) => key)).toEqual(['c-aaaaaa', 'c-bbbbbb'])
  expect(rows.at(-1)?.cumulative).toBeCloseTo(1, 12)
})
