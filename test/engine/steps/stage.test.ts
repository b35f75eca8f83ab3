import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { JobId, Label } from '../../../shared/ids.ts'
import { programOf } from '../../../shared/programs/index.ts'
import { result } from '../../shared/model/facts.ts'
import { GRACE_S, newWorld, RUN, type World } from './world.ts'

const label = `${RUN}.a.1`
const folder = (world: World) => join(world.box.work, 'jobs', label)

async function planned(script = 'echo ran >>"$LOG"') {
  const world = await newWorld('direct')
  await world.plan({ a: script })
  return world
}

describe('a job on this computer', () => {
  test('goes from its plan to its verdict, and runs once', async () => {
    const world = await planned()
    await world.turnUntil('a', ({ outcome }) => outcome !== null)
    expect(world.attempt('a')).toMatchObject({ outcome: 'completed', phase: { is: 'parsed', exit: 0 }, ignored: [] })
    expect(world.box.log()).toEqual(['ran'])
  })

  test('whose steps are all taken twice, as after a crash, runs once all the same', async () => {
    const world = await planned()
    for (const step of ['stage', 'intend', 'submit', 'submit', 'watch'] as const) {
      const before = world.state
      await world.step(step)
      world.state = before // what it told was not written down
      await world.step(step)
    }
    await world.turnUntil('a', ({ outcome }) => outcome !== null)
    expect(world.attempt('a')).toMatchObject({ outcome: 'completed' })
    expect(world.box.log()).toEqual(['ran'])
  })

  test('that fails says so, with its exit status', async () => {
    const world = await planned('exit 3')
    await world.turnUntil('a', ({ outcome }) => outcome !== null)
    expect(world.attempt('a')).toMatchObject({ outcome: 'failed', reason: 'the program ended with exit status 3' })
  })

  test('that is cancelled while it runs ends with all its processes', async () => {
    const world = await planned('echo ran >>"$LOG"; sleep 600 & wait')
    await world.turnUntil('a', () => world.box.log().length === 1)
    await world.turnUntil('a', ({ phase }) => phase.is === 'running')
    world.tell({ type: 'cancel.wished', run: RUN, job: `${RUN}.a` as JobId, attempt: 1, label: label as Label })
    await world.turnUntil('a', ({ outcome }) => outcome !== null)
    expect(world.attempt('a').outcome).toBe('cancelled')
    expect(world.box.processes()).toEqual([])
  })

  test('that is cancelled between its intent and its submission never runs', async () => {
    const world = await planned()
    for (const step of ['stage', 'intend'] as const) await world.step(step)
    world.tell({ type: 'cancel.wished', run: RUN, job: `${RUN}.a` as JobId, attempt: 1, label: label as Label })
    await world.step('cancel')
    expect(world.attempt('a')).toMatchObject({ outcome: 'cancelled', phase: { is: 'submitting' } })
    const [answer] = await world.here.agent.submit([label as Label])
    expect(answer?.word).toBe('cancelled')
    expect(world.box.log()).toEqual([])
  })
})

describe('stage', () => {
  test('whose submission a full disk lets nobody begin waits for room, however long', async () => {
    const world = await planned()
    const { agent } = world.here
    const why = 'its lock could not be written'
    world.here.agent = {
      ...agent,
      submit: async labels => labels.map(of => ({ word: 'unbegun', fields: [of, why], text: '', complaint: '' })),
    }
    for (let times = 0; times < 3; times++) {
      await world.turn()
      world.pass(GRACE_S + 1)
    }
    expect(world.attempt('a')).toMatchObject({ outcome: null, phase: { is: 'submitting', doubt: { text: why } } })
    world.here.agent = agent
    await world.turnUntil('a', ({ outcome }) => outcome !== null)
    expect(world.attempt('a').outcome).toBe('completed')
  })

  test('is refused where another job has this folder, and that one stays as it is', async () => {
    const world = await planned()
    await world.box.stage({ label, script: 'echo other' })
    await world.step('stage')
    expect(world.attempt('a')).toMatchObject({ outcome: 'failed', category: 'bad-input', phase: { is: 'planned' } })
    expect(readFileSync(join(folder(world), 'run.sh'), 'utf8')).toBe('echo other')
  })

  test('of what does not arrive whole says nothing, and sends it again', async () => {
    const world = await planned()
    const { agent } = world.here
    let spoilt = false
    const spoiling = {
      ...agent,
      async stage(tar: Readable) {
        const chunks: Buffer[] = []
        for await (const chunk of tar) chunks.push(chunk as Buffer)
        const whole = Buffer.concat(chunks)
        if (!spoilt) whole[whole.indexOf('echo ran')] = 'X'.charCodeAt(0)
        spoilt = true
        return agent.stage(Readable.from([whole]))
      },
    }
    world.here = { ...world.here, agent: spoiling }
    await world.step('stage')
    expect(world.attempt('a').phase.is).toBe('planned')
    await world.step('stage')
    expect(world.attempt('a').phase.is).toBe('staged')
    expect(readFileSync(join(folder(world), 'run.sh'), 'utf8')).toBe('echo ran >>"$LOG"')
  })

  test('sends many jobs in few blocks, none of which is small but the last', async () => {
    const world = await newWorld('direct')
    const keys = Array.from({ length: 20 }, (_, n) => `job-${n}`)
    await world.plan(Object.fromEntries(keys.map(key => [key, 'true'])))
    const { agent } = world.here
    const sizes: number[] = []
    world.here.agent = {
      ...agent,
      async stage(tar: Readable) {
        const chunks = (await tar.toArray()) as Buffer[]
        sizes.push(...chunks.map(({ length }) => length))
        return agent.stage(Readable.from(chunks))
      },
    }
    await world.step('stage')
    expect(keys.map(key => world.attempt(key).phase.is)).toEqual(keys.map(() => 'staged'))
    expect(sizes.length).toBeGreaterThan(1)
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThanOrEqual(1 << 16)
  })

  test('takes a result that is known, and sends nothing', async () => {
    const world = await planned()
    const identity = { the: 'same calculation' }
    const from = 'rother.x.1' as Label
    await world.here.calculations.keep({ identity, version: null, result, from })
    // A program that may reuse its results; `command` never does.
    world.here = { ...world.here, program: id => ({ ...programOf(id), calculation: () => identity }) }
    await world.step('stage')
    expect(world.attempt('a')).toMatchObject({ outcome: 'completed', phase: { is: 'parsed', result } })
    expect(world.attempt('a').reason).toContain(from)
    expect(readdirSync(join(world.box.work, 'jobs'))).toEqual([])
  })
})

test('no file of a person can stand in the place of one that Larmor makes', async () => {
  const world = await planned('echo ran >>"$LOG"')
  await world.turnUntil('a', ({ outcome }) => outcome !== null)
  const job = { ranks: 1, memory_mb: 1, seconds: 1 }
  const check = (name: string) =>
    programOf('command').check({ files: [{ name, sha256: 'a'.repeat(64), bytes: 1 }], main: name, args: [] }, job)
  writeFileSync(join(folder(world), 'own.txt'), '')
  const made = readdirSync(folder(world)).filter(name => name !== 'run.sh' && name !== 'own.txt')
  expect(made.length).toBeGreaterThan(10)
  const passing = [
    ...made,
    'report.duplicate',
    'slurm.out',
    'submit.lock.4711',
    'run.lock.node.1',
    'tombstone.1',
    'fetch.sha256.part',
  ].filter(name => check(name).ok)
  expect(passing).toEqual([])
  expect(check('own.txt').ok).toBe(true)
  expect(check('run.sh').ok).toBe(true)
})
