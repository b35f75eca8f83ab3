import { expect, test } from 'vitest'
import { localMachine, type Machine } from '../../../shared/model/machine.ts'
import { get } from '../../../shared/model/table.ts'
import { HELD } from '../../../shared/schedulers/index.ts'
import { jobsOf, runStateText } from '../../../shared/show/status.ts'
import { hasBegun, waitsFor, waitsForTheSame } from '../../../shared/show/waits-for.ts'
import { batchScript } from '../../renderer/batch-script.ts'
import { cluster } from '../../renderer/lab.ts'
import { scriptedEngine } from '../../serve/scripted-engine.ts'

function lab(machine: Machine, keys: readonly string[] = ['one', 'two']) {
  const engine = scriptedEngine()
  engine.happen({ type: 'machine.changed', machine })
  const script = batchScript(engine, { id: 'rscan', name: 'scan', machine: machine.name, keys })
  script.start()
  const run = () => {
    const found = get(engine.state().runs, 'rscan')
    if (!found) throw new Error('there is no run')
    return found
  }
  return {
    engine,
    script,
    run,
    waits: () => waitsFor(engine.state(), run()),
    begun: () => hasBegun(run(), jobsOf(engine.state(), run())),
  }
}

test('of what is stopped goes on what runs, and on a cluster what waits in its queue', () => {
  const stopping = (machine: Machine) => {
    const { engine, script, run } = lab(machine)
    script.queues('one')
    engine.happen({ type: 'run.stopping', run: run().id })
    return runStateText(engine.state(), run())
  }
  expect(stopping(localMachine)).toBe('stopping: what runs is finished first')
  expect(stopping(cluster('helix'))).toBe('stopping: what runs, or waits in the queue of helix, is finished first')
})

test('what is not sent waits for its machine: for a login, for an answer, for a place', () => {
  expect(lab(cluster('helix')).waits()).toBeNull() // it is about to be sent
  expect(lab(cluster('helix', 'wants-login')).waits()).toBe('for a login on helix')
  expect(lab(cluster('helix', 'unreachable')).waits()).toBe('for helix, which does not answer')
  const small = cluster('helix')
  const { engine, waits } = lab({ ...small, settings: { ...small.settings, max_jobs: 1 } })
  const other = batchScript(engine, { id: 'rother', name: 'other', machine: 'helix', keys: ['long'] })
  other.start()
  other.queues('long')
  expect(waits()).toBe('for one of the 1 places for jobs on helix')
})

test('what is in the queue waits for its turn, or for what the scheduler names; it has not begun until it runs', () => {
  const { engine, script, waits, begun } = lab(cluster('helix'))
  script.queues('one', 'two')
  expect(waits()).toBe('for its turn in the queue of helix')
  const text = 'held by its owner: scontrol release lets it go (JobHeldUser)'
  for (const key of ['one', 'two']) {
    const job = `rscan.${key}`
    const ref = { job: job as never, attempt: 1, label: `${job}.1` as never, waiting: { is: 'held', text } as const }
    script.happen({ type: 'jobs.waiting', run: script.run, jobs: [ref] })
  }
  expect(waits()).toBe(`until it is let go: ${text}`)
  expect(begun()).toBe(false)
  script.runs('one')
  expect([waits(), begun()]).toEqual([null, true])
  script.completes('one')
  expect([waits(), begun()]).toEqual([`until it is let go: ${text}`, true])
  engine.happen({ type: 'run.paused', run: script.run })
  expect(waits()).toBeNull() // a person holds it
})

test('what can never start waits in vain, and what has left the queue does not wait', () => {
  const { script, waits } = lab(cluster('helix'), ['one'])
  script.queues('one')
  const one = { job: 'rscan.one' as never, attempt: 1, label: 'rscan.one.1' as never }
  const waiting = { is: 'never', text: 'it can never start: too long (PartitionTimeLimit)' } as const
  script.happen({ type: 'jobs.waiting', run: script.run, jobs: [{ ...one, waiting }] })
  expect(waits()).toBe('in vain: it can never start: too long (PartitionTimeLimit)')
  script.happen({ type: 'jobs.gone', run: script.run, jobs: [{ ...one, text: 'it has left the queue' }] })
  expect(waits()).toBeNull()
})

test('what another run computes is waited for by name, also while nobody knows how it ended, and no longer once that is cancelled', () => {
  const engine = scriptedEngine()
  engine.happen({ type: 'machine.changed', machine: cluster('helix') })
  const batch = (id: string, name: string) =>
    batchScript(engine, { id, name, machine: 'helix', keys: ['one'], input: { kind: 'calculation', title: name } })
  const first = batch('rfirst', 'first')
  first.start()
  first.queues('one')
  first.runs('one')
  batch('rsecond', 'second').start()
  const said = () => {
    const [run, job] = [get(engine.state().runs, 'rsecond'), get(engine.state().jobs, 'rsecond.one')]
    if (!run || !job) throw new Error('there is no run')
    return [waitsFor(engine.state(), run), waitsForTheSame(engine.state(), job)]
  }
  expect(said()).toEqual(['for the same calculation of first', 'waits for the same calculation of first, rfirst.one'])
  const one = { job: 'rfirst.one' as never, attempt: 1, label: 'rfirst.one.1' as never }
  // The accounts of the cluster are silent: it may be over, and its result there. It is not computed twice for that.
  first.happen({ type: 'jobs.gone', run: first.run, jobs: [{ ...one, text: 'it has left the queue' }] })
  const way = ' (whether that has ended is not known; larmor cancel rfirst.one ends the waiting)'
  expect(said()).toEqual([
    `for the same calculation of first${way}`,
    `waits for the same calculation of first, rfirst.one${way}`,
  ])
  first.happen({ type: 'cancel.wished', run: first.run, ...one })
  expect(said()).toEqual([null, null])
})

test('here, jobs wait for cores; what may be running on a silent machine is not said to wait', () => {
  const { engine, script, waits } = lab(cluster('helix'))
  script.queues('one', 'two')
  engine.happen({ type: 'machine.changed', machine: cluster('helix', 'unreachable') })
  expect(waits()).toBeNull()
  const silent = { since: '2026-03-02T09:00:00.000Z' as never, text: 'Slurm did not answer.' }
  engine.happen({ type: 'machine.changed', machine: { ...cluster('helix'), silent } })
  expect(waits()).toBeNull()
  const here = scriptedEngine()
  const local = batchScript(here, { id: 'rhere', name: 'here', keys: ['one'] })
  local.start()
  local.queues('one')
  const run = get(here.state().runs, 'rhere')
  expect(run && waitsFor(here.state(), run)).toBe('for free cores on local') // Held by a pause that is over, it is let go as there is a place.
  const ref = { job: 'rhere.one' as never, attempt: 1, label: 'rhere.one.1' as never }
  local.happen({ type: 'jobs.waiting', run: local.run, jobs: [{ ...ref, waiting: HELD }] })
  const held = get(here.state().runs, 'rhere')
  expect(held && waitsFor(here.state(), held)).toBe('for free cores on local')
})
