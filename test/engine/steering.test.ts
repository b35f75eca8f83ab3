import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, type TestContext, test } from 'vitest'
import type { MachineName, RemotePath, RunId } from '../../shared/ids.ts'
import { type Attempt, lastAttempt } from '../../shared/model/job.ts'
import { LOCAL, localMachine, type Machine, type MachineSettings } from '../../shared/model/machine.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { until } from '../until.ts'
import { begin, commandRun, type Witness, witness } from './living/command-run.ts'
import { attached, larmor, newHome, startEngineProcess } from './living/engine-process.ts'
import { blind, processesOf } from './living/processes.ts'
import { say } from './living/say.ts'
import { expectWhole, stateWhen } from './living/whole.ts'

if (blind) console.warn(`skipped steering.test.ts: ${blind}`)

const RUN = 'rsteered' as RunId
const NOWHERE = { work: '/proc/nowhere' as RemotePath }

async function living({ onTestFinished }: TestContext) {
  const home = await newHome(onTestFinished)
  const engine = startEngineProcess(home)
  const client = await attached(home, engine)
  if (!client) throw new Error(engine.said())
  const seenBy = witness(join(dirname(home), 'witness'))
  return {
    home,
    engine,
    client,
    witness: seenBy,
    /** A job begun now has run: by then its machine was looked at, and whatever was to go before it has gone. */
    anotherRuns: async () => {
      await begin(client, commandRun('rlater', { later: seenBy.script('later', 'true') }))
      await stateWhen(home, state => get(state.runs, 'rlater')?.phase.is === 'ended')
    },
    set: async (name: MachineName, settings: Partial<MachineSettings>) => {
      const machine: Machine = { ...localMachine, name, settings: { ...localMachine.settings, ...settings } }
      orThrow(await client.send({ type: 'machine.set', machine }))
    },
  }
}

function attempt(state: State, key: string): Attempt {
  const job = get(state.jobs, `${RUN}.${key}`)
  if (!job) throw new Error(`there is no job ${key}: ${say(state)}`)
  return lastAttempt(job)
}

/** Their scripts run: a job's own report comes before. */
async function begun(of: Witness, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await until(`the beginning of ${key}`, async () => (await of.seen())[key]?.began === 1)
}

const hasEnded = (state: State) => get(state.runs, RUN)?.phase.is === 'ended'
const isUnreachable = (state: State) => state.machines[LOCAL]?.reach.is === 'unreachable'

/** One job runs, and two wait for its place, while these commands are given; then the run goes on. */
async function stopAndResume(verbs: readonly string[], context: TestContext): Promise<void> {
  const { home, engine, client, witness, set } = await living(context)
  await set(LOCAL, { cores: 1 })
  const gate = join(dirname(home), 'gate')
  const work = `while ! [ -e '${gate}' ]; do sleep 0.1; done`
  const scripts = { a: witness.script('a', work), b: witness.script('b', 'true'), c: witness.script('c', 'true') }
  await begin(client, commandRun(RUN, scripts))
  await begun(witness, 'a')
  const waits = (state: State, key: string) => attempt(state, key).phase.is === 'queued'
  await stateWhen(home, state => waits(state, 'b') && waits(state, 'c'))
  for (const verb of verbs) expect((await larmor(home, [verb, RUN, '--json'])).code).toBe(0)
  await stateWhen(home, state => attempt(state, 'b').n === 2 && attempt(state, 'c').n === 2)
  writeFileSync(gate, '')
  const stopped = await stateWhen(home, hasEnded)
  expect(get(stopped.runs, RUN)?.phase).toMatchObject({ outcome: 'stopped' })
  expect([attempt(stopped, 'a').outcome, attempt(stopped, 'b').phase]).toEqual(['completed', { is: 'planned' }])
  const once = { began: 1, ended: 1 }
  expect(await witness.seen()).toEqual({ a: once })
  expect((await larmor(home, ['resume', RUN, '--json'])).code).toBe(0)
  const state = await stateWhen(home, hasEnded)
  expect(get(state.runs, RUN)?.phase).toMatchObject({ outcome: 'completed' })
  expect(await witness.seen()).toEqual({ a: once, b: once, c: once })
  await expectWhole(home, engine, client)
}

describe.skipIf(blind)('a person', () => {
  test('cancels a run: what runs is killed with all its children, what waits never begins, both with evidence', async context => {
    const { home, engine, client, witness, set } = await living(context)
    await set(LOCAL, { cores: 2 })
    const stubborn = "trap '' TERM; while :; do sleep 0.2; done"
    const family = '(sleep 300 & sh -c "sleep 300; true") & sleep 300'
    const waiting = Object.fromEntries(['c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map(key => [key, family]))
    const work = { a: family, b: stubborn, ...waiting }
    await begin(
      client,
      commandRun(RUN, Object.fromEntries(Object.entries(work).map(([key, text]) => [key, witness.script(key, text)]))),
    )
    await stateWhen(
      home,
      state => get(state.jobs, `${RUN}.b`) !== undefined && attempt(state, 'b').phase.is === 'running',
    )
    await begun(witness, 'a', 'b')
    expect((await larmor(home, ['cancel', RUN, '--json'])).json()).toEqual({ cancelling: [RUN] })
    const state = await stateWhen(home, hasEnded)

    expect(get(state.runs, RUN)?.phase).toMatchObject({ outcome: 'cancelled' })
    for (const key of Object.keys(work)) {
      expect(attempt(state, key)).toMatchObject({ outcome: 'cancelled', cancel_wished: expect.any(String) })
      expect(attempt(state, key).evidence.length, say(state)).toBeGreaterThan(0)
    }
    expect(await witness.seen()).toEqual({ a: { began: 1, ended: 0 }, b: { began: 1, ended: 0 } })
    expect(processesOf(home).map(({ pid }) => pid)).toEqual([engine.pid])
    await expectWhole(home, engine, client)
  })

  test('cancels one job: the others of its run go on', async context => {
    const { home, engine, client, witness } = await living(context)
    await begin(client, commandRun(RUN, { a: witness.script('a', 'sleep 300'), b: witness.script('b', 'sleep 2') }))
    await stateWhen(
      home,
      state => get(state.jobs, `${RUN}.a`) !== undefined && attempt(state, 'a').phase.is === 'running',
    )
    await begun(witness, 'a')
    expect((await larmor(home, ['cancel', `${RUN}.a`, '--json'])).code).toBe(0)
    const state = await stateWhen(home, hasEnded)
    expect(get(state.runs, RUN)?.phase).toMatchObject({ outcome: 'completed' })
    expect([attempt(state, 'a').outcome, attempt(state, 'b').outcome]).toEqual(['cancelled', 'completed'])
    expect(await witness.seen()).toEqual({ a: { began: 1, ended: 0 }, b: { began: 1, ended: 1 } })
    const again = await larmor(home, ['cancel', `${RUN}.a`, '--json'])
    expect([again.code, again.json()]).toMatchObject([3, { error: { code: 'not-now' } }])
    await expectWhole(home, engine, client)
  })

  test('cancels before anything was submitted: nothing ever runs', async context => {
    const { home, engine, client, witness, set, anotherRuns } = await living(context)
    await set(LOCAL, NOWHERE)
    await begin(client, commandRun(RUN, { a: witness.script('a', 'true'), b: witness.script('b', 'true') }))
    await stateWhen(home, isUnreachable)
    expect((await larmor(home, ['cancel', RUN, '--json'])).code).toBe(0)
    const state = await stateWhen(home, hasEnded)
    expect(get(state.runs, RUN)?.phase).toMatchObject({ outcome: 'cancelled' })
    expect(attempt(state, 'a')).toMatchObject({ outcome: 'cancelled', reason: 'cancelled before it was submitted' })
    await set(LOCAL, {})
    await anotherRuns()
    expect(await witness.seen()).toEqual({ later: { began: 1, ended: 1 } })
    await expectWhole(home, engine, client)
  })

  test('pauses a run: nothing new starts, also not when its machine is back; resumed, all of it runs once', async context => {
    const { home, engine, client, witness, set, anotherRuns } = await living(context)
    await set(LOCAL, NOWHERE)
    await begin(client, commandRun(RUN, { a: witness.script('a', 'true'), b: witness.script('b', 'true') }))
    await stateWhen(home, isUnreachable)
    expect((await larmor(home, ['pause', RUN, '--json'])).json()).toMatchObject({ run: RUN, state: 'paused' })
    await set(LOCAL, {})
    await anotherRuns()
    const paused = await stateWhen(home, () => true)
    expect([attempt(paused, 'a').phase, attempt(paused, 'b').phase]).toEqual([{ is: 'planned' }, { is: 'planned' }])
    const short = await larmor(home, ['wait', RUN, '--timeout', '1', '--json'])
    expect([short.code, short.json()]).toMatchObject([5, { state: 'paused' }])

    expect((await larmor(home, ['resume', RUN, '--json'])).json()).toMatchObject({ run: RUN, state: 'running' })
    const state = await stateWhen(home, hasEnded)
    expect(get(state.runs, RUN)?.phase).toMatchObject({ outcome: 'completed' })
    const once = { began: 1, ended: 1 }
    expect(await witness.seen()).toEqual({ a: once, b: once, later: once })
    await expectWhole(home, engine, client)
  })

  test('pauses a run: what waits on this computer for a place does not begin, and takes none from others, until the run is resumed', async context => {
    const { home, engine, client, witness, set } = await living(context)
    await set(LOCAL, { cores: 1 })
    const gate = join(dirname(home), 'gate')
    const work = `while ! [ -e '${gate}' ]; do sleep 0.1; done`
    const scripts = { a: witness.script('a', work), b: witness.script('b', 'true') }
    await begin(client, commandRun(RUN, scripts))
    await begun(witness, 'a')
    await stateWhen(home, state => attempt(state, 'b').phase.is === 'queued')
    expect((await larmor(home, ['pause', RUN, '--json'])).json()).toMatchObject({ state: 'paused' })
    const isHeld = (state: State) => {
      const { phase } = attempt(state, 'b')
      return phase.is === 'queued' && phase.waiting?.is === 'held'
    }
    expect(attempt(await stateWhen(home, isHeld), 'b').phase).toMatchObject({
      waiting: { text: expect.stringContaining('a pause of its run') },
    })
    writeFileSync(gate, '')
    const paused = await stateWhen(home, state => attempt(state, 'a').outcome === 'completed')
    expect(isHeld(paused)).toBe(true)
    await set(LOCAL, { cores: 1, max_jobs: 1 }) // of which the held one takes none
    const other = 'rother' as RunId
    const others = { c: witness.script('c', 'true'), d: witness.script('d', 'true') }
    await begin(client, commandRun(other, others))
    await stateWhen(home, state => get(state.runs, other)?.phase.is === 'ended')
    const once = { began: 1, ended: 1 }
    expect(await witness.seen()).toEqual({ a: once, c: once, d: once })
    expect((await larmor(home, ['resume', RUN, '--json'])).code).toBe(0)
    const state = await stateWhen(home, hasEnded)
    expect(get(state.runs, RUN)?.phase).toMatchObject({ outcome: 'completed' })
    expect(await witness.seen()).toEqual({ a: once, b: once, c: once, d: once })
    await expectWhole(home, engine, client)
  })

  test.for(['stop', 'pause stop'])(
    'by %s: what waits on this computer for a place is taken back, and the run ends without it; resumed, it runs once',
    (verbs, context) => stopAndResume(verbs.split(' '), context),
  )

  test('stops a run: what runs is finished, the rest not begun; resumed, the rest runs, and nothing twice', async context => {
    const { home, engine, client, witness, set } = await living(context)
    const other = 'other' as MachineName
    await set(other, NOWHERE)
    const gate = join(dirname(home), 'gate')
    const work = `while ! [ -e '${gate}' ]; do sleep 0.1; done`
    const scripts = { a: witness.script('a', work), b: witness.script('b', 'true') }
    await begin(client, commandRun(RUN, scripts, { b: other }))
    await stateWhen(
      home,
      state => state.machines[other]?.reach.is === 'unreachable' && attempt(state, 'a').phase.is === 'running',
    )
    expect((await larmor(home, ['stop', RUN, '--json'])).code).toBe(0)
    writeFileSync(gate, '')
    const stopped = await stateWhen(home, hasEnded)
    expect(get(stopped.runs, RUN)?.phase).toMatchObject({ outcome: 'stopped' })
    expect([attempt(stopped, 'a').outcome, attempt(stopped, 'b').phase]).toEqual(['completed', { is: 'planned' }])
    const waited = await larmor(home, ['wait', RUN, '--json'])
    expect([waited.code, waited.json()]).toMatchObject([1, { state: 'stopped' }])

    await set(other, { work: join(home, 'other') as RemotePath })
    expect((await larmor(home, ['resume', RUN, '--json'])).code).toBe(0)
    const state = await stateWhen(home, state => get(state.runs, RUN)?.phase.is === 'ended')
    expect(get(state.runs, RUN)?.phase).toMatchObject({ outcome: 'completed' })
    expect(await witness.seen()).toEqual({ a: { began: 1, ended: 1 }, b: { began: 1, ended: 1 } })
    await expectWhole(home, engine, client)
  })
})
