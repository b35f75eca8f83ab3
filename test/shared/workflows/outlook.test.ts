import { describe, expect, test } from 'vitest'
import { decide } from '../../../shared/model/decide.ts'
import { knownOf } from '../../../shared/model/known.ts'
import { get } from '../../../shared/model/table.ts'
import { showRun } from '../../../shared/show/run.ts'
import { outlookOf, type ShownNmr } from '../../../shared/workflows/index.ts'
import { nmrScript } from '../../renderer/nmr-script.ts'
import { scriptedEngine } from '../../serve/scripted-engine.ts'

function started() {
  const engine = scriptedEngine()
  const script = nmrScript(engine, 'rout')
  const run = () => {
    const found = get(engine.state().runs, script.run)
    if (!found) throw new Error('the run is not there')
    return found
  }
  return {
    engine,
    script,
    outlook: () => outlookOf(knownOf(engine.state(), run())),
    shown: () => showRun(engine.state(), run()) as unknown as ShownNmr,
  }
}

function toShieldings() {
  const all = started()
  all.script.start()
  all.script.found('c-one', 'c-two')
  for (const key of ['c-one/opt', 'c-two/opt']) {
    all.script.runs(key)
    all.script.completes(key)
  }
  all.script.selected()
  return all
}

describe('before all is in', () => {
  test('nothing is said before the conformers are known; then their shares by force field', () => {
    const { script, outlook } = started()
    script.start()
    expect(outlook()).toBeNull()
    script.found('c-one', 'c-two')
    // 0.5 kcal/mol at 298.15 K.
    expect(outlook()?.shares.get('c-one')).toBeCloseTo(1 / (1 + Math.exp(-0.5 / (0.001987204 * 298.15))), 6)
    expect(outlook()?.shifts).toEqual([])
    expect(outlook()?.completeness).toEqual({ in: 0, of: 2, population: 0, change: [] })
  })

  test('the average so far is of those that are in, and says how much of the population that is', () => {
    const { script, outlook, shown } = toShieldings()
    script.runs('c-one/nmr')
    script.completes('c-one/nmr')
    expect(shown().shifts).toEqual([])
    const so = outlook()
    // 1 mEh apart.
    const share = 1 / (1 + Math.exp(-0.627509474 / (0.001987204 * 298.15)))
    expect(so?.completeness).toMatchObject({ in: 1, of: 2, population: expect.closeTo(share, 6), change: [] })
    expect(so?.shifts.length).toBeGreaterThan(0)
    script.runs('c-two/nmr')
    script.completes('c-two/nmr')
    expect(outlook()?.shifts).toEqual(shown().shifts)
    expect(outlook()?.completeness).toMatchObject({ in: 2, of: 2, population: 1 })
    expect(outlook()?.completeness?.change.every(each => each.ppm === 0)).toBe(true)
  })
})

describe('what a person decides', () => {
  function whole() {
    const all = toShieldings()
    for (const key of ['c-one/nmr', 'c-two/nmr']) {
      all.script.runs(key)
      all.script.completes(key)
    }
    return all
  }
  test('a class is split, its measured value follows, and both are undone', async () => {
    const { engine, script, shown } = whole()
    const methyl = (atoms: readonly number[]) => shown().shifts.find(shift => shift.atoms.join() === atoms.join())
    expect(methyl([3, 4, 5])?.experiment_ppm).toBeNull()
    const experiment = { source: 'mine', shifts: [{ atoms: [3, 4, 5], delta_ppm: 3.49 }] }
    expect(await engine.send({ type: 'experiment.set', run: script.run, experiment })).toMatchObject({ ok: true })
    expect(methyl([3, 4, 5])?.experiment_ppm).toBe(3.49)
    expect(shown().agreement).toMatchObject([{ nucleus: '1H', n: 1, left_out: 0, worst: [3, 4, 5] }])
    expect(shown().experiment_source).toBe('mine')
    await engine.send({ type: 'classes.set', run: script.run, classes: [[3], [4], [5]] })
    expect(methyl([4])?.experiment_ppm).toBe(3.49)
    expect(shown().classes_from).toBe('person')
    expect(shown().agreement[0]?.n).toBe(3)
    await engine.send({ type: 'classes.set', run: script.run, classes: null })
    await engine.send({ type: 'experiment.set', run: script.run, experiment: null })
    expect(shown()).toMatchObject({ classes_from: 'symmetry', experiment_source: null, agreement: [] })
    expect(methyl([3, 4, 5])).toBeDefined()
  })
  test('an OH proton has its value and is left out of the statistics', async () => {
    const { engine, script, shown } = whole()
    const shifts = [
      { atoms: [3, 4, 5], delta_ppm: 3.49 },
      { atoms: [6], delta_ppm: 1.5 },
    ]
    await engine.send({ type: 'experiment.set', run: script.run, experiment: { source: '', shifts } })
    expect(shown().agreement).toMatchObject([{ n: 1, left_out: 1 }])
  })
  test('refused for what the molecule has not, before it is known, and for no run', () => {
    const { engine, script } = whole()
    const set = (classes: never) => decide(engine.state(), { type: 'classes.set', run: script.run, classes })
    expect(set([[3, 1]] as never)).toMatchObject({ ok: false, fault: { code: 'bad-input', field: 'classes' } })
    expect(set('<b>' as never)).toMatchObject({ ok: false, fault: { code: 'bad-input' } })
    const early = started()
    early.script.start()
    const none = { type: 'experiment.set', run: early.script.run, experiment: null } as const
    expect(decide(early.engine.state(), none)).toMatchObject({ ok: false, fault: { code: 'not-now' } })
    expect(decide(engine.state(), { ...none, run: 'rnot' as never })).toMatchObject({ fault: { code: 'not-found' } })
  })
})
