import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, type TestContext, test } from 'vitest'
import { follow } from '../../electron/engine-client.ts'
import { chance } from '../../shared/chance.ts'
import type { Engine } from '../../shared/contract.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { get } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { begin, commandRun, witness } from './living/command-run.ts'
import { attached, newHome, startEngineProcess } from './living/engine-process.ts'
import { blind, processesOf } from './living/processes.ts'
import { say } from './living/say.ts'
import { slots } from './living/slots.ts'
import { sweepSeed } from './living/sweep-slice.ts'
import { expectWhole, stateWhen } from './living/whole.ts'

if (blind) console.warn(`skipped kills.sweep.test.ts: ${blind}`)

const RUN = 'rkilled'
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const ROUNDS = process.env.LARMOR_SWEEP === 'full' ? 20 : 4
const seeds = Array.from({ length: ROUNDS }, (_, i) => sweepSeed + i)

/** What the bar of the run shows, for as long as somebody looks, over all engines; the first time it falls is told. */
async function watchBar(
  home: string,
  signal: AbortSignal,
): Promise<{ readonly fell: string | null; readonly seen: number }> {
  let bar = { progress: 0, plan_version: 0 }
  let seen = 0
  let fell: string | null = null
  for await (const { state, engine } of follow(home, signal)) {
    const run = get(state.runs, RUN)
    if (!run) {
      if (seen > 0) fell ??= `the run is gone at event ${state.seq} (engine ${engine})`
      continue
    }
    seen += 1
    if (run.plan_version === bar.plan_version && run.progress < bar.progress)
      fell ??= `from ${bar.progress} to ${run.progress} at event ${state.seq} (engine ${engine})`
    bar = run
  }
  return { fell, seen }
}

/** Ends what the engine has under way on this computer as a machine, but no job. */
function killCalls(home: string): void {
  for (const { pid, command } of processesOf(home)) {
    if (!/agent-[0-9a-f]+\.sh/.test(command) || command.includes(' hold ')) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has just ended.
    }
  }
}

async function killAtRandom(seed: number, callsToo: boolean, { onTestFinished }: TestContext): Promise<number> {
  const random = chance(seed)
  const home = await newHome(onTestFinished)
  const log = witness(join(dirname(home), 'witness'))
  const scripts = Object.fromEntries(
    KEYS.map(key => [key, log.script(key, `sleep ${(0.1 + random() * 0.9).toFixed(2)}`)]),
  )
  const looking = new AbortController()
  onTestFinished(() => looking.abort())
  const watching = watchBar(home, looking.signal)

  const settings = { ...localMachine.settings, grace_s: callsToo ? 12 : localMachine.settings.grace_s }
  const ask = async (client: Engine) => {
    orThrow(await client.send({ type: 'machine.set', machine: { ...localMachine, settings } }))
    await begin(client, commandRun(RUN, scripts))
  }

  let kills = 0
  for (; kills < 6; kills++) {
    const engine = startEngineProcess(home)
    attached(home, engine)
      .then(client => client && ask(client))
      .catch(() => {}) // it was killed
    // From before it listens to after the last job, most of them in the thick of it.
    await sleep(100 + random() * 3500)
    await engine.kill()
    if (callsToo) killCalls(home)
  }
  const engine = startEngineProcess(home)
  const client = await attached(home, engine)
  if (!client) throw new Error(engine.said())
  await ask(client)
  const state = await stateWhen(home, state => get(state.runs, RUN)?.phase.is === 'ended')
  expect(get(state.runs, RUN)?.phase, say(state)).toMatchObject({ outcome: 'completed' })
  const seen = await log.seen()
  for (const key of KEYS) {
    const job = get(state.jobs, `${RUN}.${key}`)
    expect(job?.attempts.map(({ n }) => n)).toEqual([1])
    const outcome = job && lastAttempt(job).outcome
    // A call that was killed between its begin and its answer leaves a doubt, and then a job that never ran.
    if (callsToo && outcome === 'lost') expect(seen[key], say(state)).toBeUndefined()
    else expect([outcome, seen[key]], say(state)).toEqual(['completed', { began: 1, ended: 1 }])
  }
  await expectWhole(home, engine, client)
  looking.abort()
  const bar = await watching
  expect(bar.fell).toBeNull()
  expect(bar.seen).toBeGreaterThan(0)
  return kills
}

describe.skipIf(blind)('engines killed at random times', () => {
  const inTurn = slots(3)
  let kills = 0
  test.concurrent.for(seeds)('by seed %i: each job runs once, and the bar never falls', async (seed, context) => {
    const died = await inTurn(() => killAtRandom(seed, false, context))
    kills += died
  })
  test.concurrent.for(seeds)(
    'with their calls, by seed %i: no job runs twice, and none that runs is lost',
    async (seed, context) => {
      const died = await inTurn(() => killAtRandom(seed, true, context))
      kills += died
    },
  )
  afterAll(() => {
    console.log(`${kills} kills, LARMOR_SWEEP_SEED=${sweepSeed}`)
  })
})
