import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, type TestContext } from 'vitest'
import { lastAttempt } from '../../../shared/model/job.ts'
import type { MachineSettings } from '../../../shared/model/machine.ts'
import type { State } from '../../../shared/model/state.ts'
import { get, values } from '../../../shared/model/table.ts'
import { orThrow } from '../../../shared/result.ts'
import { type Cluster, machineOf } from '../../testbed/cluster.ts'
import { begin, commandRun, witness } from './command-run.ts'
import { attached, type EngineProcess, newHome, startEngineProcess } from './engine-process.ts'
import { say } from './say.ts'
import { expectWhole, stateWhen } from './whole.ts'

const KEYS = ['a', 'b', 'c'] as const
const REACHED_WITHIN_MS = 120_000

/** What befalls an engine that works with a cluster. */
export type Fault = 'killed' | 'cut off'

/** Which of the two runs passes a point: three jobs to their end, or three that are cancelled while they run. */
export type ClusterScenario = 'jobs' | 'cancel' | 'stop'

export interface ClusterCase {
  readonly point: string
  readonly fault: Fault
  readonly scenario: ClusterScenario
}

/**
 * Lets an engine die, or lose its connection, at a crash point while it works with the cluster; then the next one, or
 * the same, goes on. All jobs end as if nothing had been; Slurm itself has seen one job for each label, and the jobs'
 * own log says that each ran once.
 */
export async function sufferAndGoOn(
  cluster: Cluster,
  { point, fault, scenario }: ClusterCase,
  run: string,
  { onTestFinished }: TestContext,
): Promise<void> {
  const home = await newHome(onTestFinished)
  const log = witness(`${cluster.work}/${run}.log`)
  // The signal may reach the work before it reaches its shell, which must not go on then.
  const work = scenario === 'cancel' ? 'sleep 300 & sleep 300 || exit' : 'sleep 1'
  const scripts = Object.fromEntries(KEYS.map(key => [key, log.script(key, work)]))
  const { name } = machineOf(cluster)
  const startable = commandRun(run, scripts, { a: name, b: name, c: name })
  const settings: Partial<MachineSettings> = { work: `${cluster.work}/${run} it's` as never }

  const doomed = startEngineProcess(home, {
    LARMOR_CRASH_AT: point,
    LARMOR_CRASH_BY: fault === 'killed' ? 'KILL' : 'STOP',
  })
  const asking = ask(doomed, true).catch((error: unknown) => {
    if (fault === 'cut off') throw error // the other dies in the middle
  })
  let engine = doomed
  if (fault === 'killed') {
    const ended = await Promise.race([doomed.ended, sleep(REACHED_WITHIN_MS, 'alive', { ref: false })])
    expect(ended, doomed.said()).toEqual({ code: null, signal: 'SIGKILL' })
    engine = startEngineProcess(home)
    await ask(engine, false)
  } else {
    await untilStopped(doomed)
    cluster.cut()
    process.kill(doomed.pid, 'SIGCONT')
    await asking
  }
  if (scenario === 'stop' && fault === 'cut off') return stopAndGoOn()
  const client = await attached(home, engine)
  if (!client) throw new Error(`the engine is gone: ${engine.said()}`)

  const state = await stateWhen(home, state => get(state.runs, run as never)?.phase.is === 'ended')
  await check(state)
  await expectWhole(home, engine, client)

  async function ask(on: EngineProcess, first: boolean): Promise<void> {
    const client = await attached(home, on)
    if (!client) throw new Error(`the engine did not start: ${on.said()}`)
    orThrow(await client.send({ type: 'machine.set', machine: machineOf(cluster, settings) }))
    await begin(client, startable)
    if (scenario === 'stop' && first) {
      await stateWhen(home, state => hasReached(state, 'queued', 'running', 'ended', 'fetched', 'parsed'))
      await client.shutdown()
    }
    if (scenario !== 'cancel') return client.detach()
    const state = await stateWhen(home, state => hasReached(state, 'running') || isOver(state))
    if (!isOver(state)) await client.send({ type: 'run.cancel', run: run as never })
    client.detach()
  }

  /** It was asked to stop, and did: the next engine finds all as it was. */
  async function stopAndGoOn(): Promise<void> {
    await doomed.ended
    const next = startEngineProcess(home)
    const client = await attached(home, next)
    if (!client) throw new Error(`the next engine did not start: ${next.said()}`)
    const state = await stateWhen(home, isOver)
    await check(state)
    await expectWhole(home, next, client)
  }

  function isOver(state: State): boolean {
    return get(state.runs, run as never)?.phase.is === 'ended'
  }

  async function check(state: State): Promise<void> {
    const outcome = scenario === 'cancel' ? 'cancelled' : 'completed'
    const jobs = [...values(state.jobs)]
    expect(
      jobs.map(job => [job.key, job.attempts.length, lastAttempt(job).outcome]),
      say(state),
    ).toEqual(KEYS.map(key => [key, 1, outcome]))
    const ran = await log.seen()
    for (const key of KEYS) {
      const { began, ended } = ran[key] ?? { began: 0, ended: 0 }
      if (scenario === 'cancel') expect([began <= 1, ended], say(state)).toEqual([true, 0])
      else expect({ began, ended }, say(state)).toEqual({ began: 1, ended: 1 })
    }
    await expectOneEach(
      cluster,
      jobs.map(job => lastAttempt(job).label),
      scenario === 'cancel',
    )
  }
}

/** By Slurm's own word there was one job of each name; `never` allows one that was never submitted. */
async function expectOneEach(cluster: Cluster, labels: readonly string[], never = false): Promise<void> {
  for (let tries = 0; tries < 100 && inQueue(cluster).length > 0; tries++) await sleep(100)
  const seen = cluster.completed()
  for (const label of labels) {
    const times = seen[label] ?? 0
    expect(never ? times <= 1 : times === 1, `${label}: ${times} times, of ${JSON.stringify(seen)}`).toBe(true)
  }
}

function inQueue({ conf }: Cluster): readonly string[] {
  const env = { ...process.env, SLURM_CONF: conf }
  return execFileSync('squeue', ['--noheader', '--format=%j'], { env, encoding: 'utf8' }).split('\n').filter(Boolean)
}

function hasReached(state: State, ...phases: readonly string[]): boolean {
  return [...values(state.jobs)].some(job => phases.includes(lastAttempt(job).phase.is))
}

async function untilStopped({ pid, said }: EngineProcess): Promise<void> {
  const limit = Date.now() + REACHED_WITHIN_MS
  while (!/\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) {
    if (Date.now() > limit) throw new Error(`the point was never passed: ${said()}`)
    await sleep(20)
  }
}
