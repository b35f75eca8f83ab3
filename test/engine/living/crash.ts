import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, type TestContext } from 'vitest'
import { witness } from './command-run.ts'
import { attached, type Env, newHome, startEngineProcess } from './engine-process.ts'
import type { Scenario } from './scenarios.ts'
import { expectWhole, stateWhen } from './whole.ts'

const KILLED_WITHIN_MS = 60_000

/**
 * Plays the scenario with an engine that dies by `env`, then goes on with one that does not, and expects that all of it
 * came to its end and that the data folder is whole. That nothing was killed is a failure, too.
 */
export async function dieAndGoOn(scenario: Scenario, env: Env, { onTestFinished }: TestContext): Promise<void> {
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
}
