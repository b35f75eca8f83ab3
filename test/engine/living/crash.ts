import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, type TestContext } from 'vitest'
import { agentScript } from '../../../electron/engine/machines/remote-scripts.ts'
import { type Job, lastAttempt } from '../../../shared/model/job.ts'
import { localMachine } from '../../../shared/model/machine.ts'
import type { State } from '../../../shared/model/state.ts'
import { get } from '../../../shared/model/table.ts'
import { orThrow } from '../../../shared/result.ts'
import { witness } from './command-run.ts'
import { attached, type Env, newHome, startEngineProcess } from './engine-process.ts'
import { say } from './say.ts'
import { expectOnceEach, RUN, type Scenario, type Stage, scenarios } from './scenarios.ts'
import { expectWhole, stateWhen } from './whole.ts'

const KILLED_WITHIN_MS = 60_000

/**
 * Plays the scenario with an engine that dies by `env`, then goes on with one that does not, and expects that all of it
 * came to its end and that the data folder is whole, which it returns. That nothing was killed is a failure, too.
 */
export async function dieAndGoOn(scenario: Scenario, env: Env, { onTestFinished }: TestContext): Promise<Stage> {
  const home = await newHome(onTestFinished)
  const stage = { home, witness: witness(join(home, '..', 'witness')) }
  await scenario.before?.(stage)

  const doomed = startEngineProcess(home, { ...scenario.env, ...env })
  attached(home, doomed)
    .then(async client => {
      if (!client) return
      await scenario.ask(client, stage)
      await scenario.askFirst?.(client, stage)
    })
    .catch(() => {}) // it dies in the middle
  const ended = await Promise.race([doomed.ended, sleep(KILLED_WITHIN_MS, 'alive', { ref: false })])
  expect(ended, doomed.said()).toEqual({ code: null, signal: 'SIGKILL' })

  const next = startEngineProcess(home, scenario.env)
  const client = await attached(home, next)
  if (!client) throw new Error(`the next engine did not start: ${next.said()}`)
  await scenario.ask(client, stage)
  const state = await stateWhen(home, scenario.hasEnded)
  await scenario.check(state, stage)
  await expectWhole(home, next, client)
  return stage
}

const agent = await agentScript()

/** Where the script on the machine can be killed, by the script itself. */
export function remotePoints(): readonly string[] {
  const calls = agent.matchAll(/^\s*crash_point ([a-z.]+)/gm)
  return [...new Set([...calls].map(([, name]) => name ?? ''))]
}

/** What has become of the first of three jobs once a call of the agent died: it ran all the same, or it never will. */
export type AfterRemoteDeath = 'completed' | 'lost'

/**
 * Lets one call of the agent die on the machine, the engine with it or not. Jobs that it had begun to submit ran once,
 * or are in doubt and at last called lost, with the reason; then they never ran, and a resubmission does.
 */
export async function dieOnTheMachine(
  at: string,
  engineToo: boolean,
  expected: AfterRemoteDeath,
  { onTestFinished }: TestContext,
): Promise<void> {
  const home = await newHome(onTestFinished)
  const stage = { home, witness: witness(join(home, '..', 'witness')) }
  let engine = startEngineProcess(home, { LARMOR_CRASH_REMOTE: at })
  let client = await attached(home, engine)
  if (!client) throw new Error(`the engine did not start: ${engine.said()}`)
  // A waiting script that never gets its ticket gives up after 10 s.
  const settings = { ...localMachine.settings, grace_s: 12, poll_s: 1 }
  orThrow(await client.send({ type: 'machine.set', machine: { ...localMachine, settings } }))
  await scenarios.jobs.ask(client, stage)
  const limit = Date.now() + KILLED_WITHIN_MS
  while (!existsSync(join(home, 'work', `crashed.${at}`))) {
    if (Date.now() > limit) throw new Error(`${at} was never passed`)
    await sleep(10)
  }
  if (engineToo) {
    await engine.kill()
    engine = startEngineProcess(home)
    client = await attached(home, engine)
    if (!client) throw new Error(`the next engine did not start: ${engine.said()}`)
  }

  const state = await stateWhen(home, scenarios.jobs.hasEnded)
  const first = jobOfSweep(state, 'a')
  expect(lastAttempt(first), say(state)).toMatchObject({ outcome: expected })
  if (expected === 'lost') {
    expect(lastAttempt(first).reason).toContain('it is not in the queue, and it left no report')
    expect(Object.keys(await stage.witness.seen()).toSorted()).toEqual(['rsweep.b', 'rsweep.c'])
    orThrow(await client.send({ type: 'jobs.resubmit', jobs: [first.id], fix: 'none' }))
    await stateWhen(home, state => lastAttempt(jobOfSweep(state, 'a')).n === 2 && scenarios.jobs.hasEnded(state))
  }
  await expectOnceEach(stage)
  await expectWhole(home, engine, client)
}

function jobOfSweep(state: State, key: string): Job {
  const job = get(state.jobs, `${RUN}.${key}`)
  if (!job) throw new Error(`there is no job ${key}: ${say(state)}`)
  return job
}
