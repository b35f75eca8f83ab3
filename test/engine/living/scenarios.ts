import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { AttachedEngine } from '../../../electron/engine/socket/client.ts'
import { openArchive } from '../../../electron/engine/store/archive.ts'
import { lastAttempt, type Outcome } from '../../../shared/model/job.ts'
import { localMachine } from '../../../shared/model/machine.ts'
import type { RunOutcome } from '../../../shared/model/run.ts'
import type { State } from '../../../shared/model/state.ts'
import { get } from '../../../shared/model/table.ts'
import { orThrow } from '../../../shared/result.ts'
import { begin, commandRun, type Startable, type Witness } from './command-run.ts'
import { attached, type Env, startEngineProcess } from './engine-process.ts'
import { nmrRun } from './nmr-run.ts'
import { say } from './say.ts'
import { stateWhen } from './whole.ts'

/** Where a scenario plays: its data folder, and the witness outside of it. */
export interface Stage {
  readonly home: string
  readonly witness: Witness
}

/** Something that a person does, into which a death may fall. */
export interface Scenario {
  /** For the engine that will die, and for the one after it. */
  readonly env?: Env
  /** What was done in peace before. */
  before?(stage: Stage): Promise<void>
  /** What is asked for; asked again, word by word, of the next engine. */
  ask(client: AttachedEngine, stage: Stage): Promise<void>
  /** What is only asked of the one that will die. */
  askFirst?(client: AttachedEngine, stage: Stage): Promise<void>
  hasEnded(state: State): boolean
  /** What must be true then, beside what must be true of every data folder at rest. */
  check(state: State, stage: Stage): Promise<void>
}

const KEYS = ['a', 'b', 'c'] as const
export const RUN = 'rsweep'

function threeJobs({ witness }: Stage, run = RUN): Startable {
  // The last one is slower, so that it is watched and fetched on its own.
  const work = { a: 'sleep 0.1', b: 'sleep 0.1', c: 'sleep 0.9' }
  return commandRun(run, Object.fromEntries(KEYS.map(key => [key, witness.script(`${run}.${key}`, work[key])])))
}

function runEnded(state: State, run = RUN): boolean {
  return get(state.runs, run)?.phase.is === 'ended'
}

function expectOutcomes(state: State, run: string, outcome: RunOutcome, jobs: Readonly<Record<string, Outcome>>): void {
  expect(get(state.runs, run)?.phase, say(state)).toMatchObject({ is: 'ended', outcome })
  const outcomes = Object.keys(jobs).map(key => {
    const job = get(state.jobs, `${run}.${key}`)
    return [key, job && lastAttempt(job).outcome]
  })
  expect(Object.fromEntries(outcomes), say(state)).toEqual(jobs)
}

/** Each of the three jobs began and ended once, by its own word. */
export async function expectOnceEach({ witness }: Stage, run = RUN): Promise<void> {
  expect(await witness.seen()).toEqual(Object.fromEntries(KEYS.map(key => [`${run}.${key}`, { began: 1, ended: 1 }])))
}

const allCompleted = { a: 'completed', b: 'completed', c: 'completed' } as const

/** Three commands are run to their end. */
const jobs: Scenario = {
  ask: (client, stage) => begin(client, threeJobs(stage)),
  hasEnded: runEnded,
  async check(state, stage) {
    expectOutcomes(state, RUN, 'completed', allCompleted)
    await expectOnceEach(stage)
    for (const key of KEYS) expect(get(state.jobs, `${RUN}.${key}`)?.attempts).toHaveLength(1)
  },
}

/** The engine is stopped in the middle of them. */
const stop: Scenario = {
  ...jobs,
  async askFirst(client, { home }) {
    await stateWhen(home, state => (get(state.runs, RUN)?.jobs.length ?? 0) > 0)
    await client.shutdown()
  },
}

/** All are cancelled while they run, with processes of their own. */
const cancel: Scenario = {
  async ask(client, { home, witness }) {
    const work = 'sleep 300 & sleep 300'
    await begin(
      client,
      commandRun(RUN, Object.fromEntries(KEYS.map(key => [key, witness.script(`${RUN}.${key}`, work)]))),
    )
    const state = await stateWhen(home, state => {
      const job = get(state.jobs, `${RUN}.a`)
      return job !== undefined && (lastAttempt(job).phase.is === 'running' || lastAttempt(job).outcome !== null)
    })
    if (!runEnded(state)) await client.send({ type: 'run.cancel', run: threeJobs({ home, witness }).run })
  },
  hasEnded: runEnded,
  async check(state, { witness }) {
    expectOutcomes(state, RUN, 'cancelled', { a: 'cancelled', b: 'cancelled', c: 'cancelled' })
    for (const { began, ended } of Object.values(await witness.seen()))
      expect({ began, ended }).toEqual({ began: 1, ended: 0 })
    for (const key of KEYS) {
      const job = get(state.jobs, `${RUN}.${key}`)
      expect(job && lastAttempt(job).evidence.length, say(state)).toBeGreaterThan(0)
    }
  },
}

/** What waits is taken back, since the run is to stop; whoever comes after the death lets it go on. */
const takeBack: Scenario = {
  async ask(client, { home, witness }) {
    const settings = { ...localMachine.settings, cores: 1 }
    orThrow(await client.send({ type: 'machine.set', machine: { ...localMachine, settings } }))
    const work = `while ! [ -e '${gateOf(home)}' ]; do sleep 0.1; done`
    const scripts = Object.fromEntries(
      KEYS.map(key => [key, witness.script(`${RUN}.${key}`, key === 'a' ? work : 'true')]),
    )
    const run = commandRun(RUN, scripts)
    await begin(client, run)
    await stateWhen(home, state => {
      const [a, ...others] = KEYS.map(key => get(state.jobs, `${RUN}.${key}`)).flatMap(job =>
        job ? [lastAttempt(job)] : [],
      )
      return (
        a?.phase.is === 'running' &&
        others.length === 2 &&
        others.every(({ n, phase }) => n === 2 || phase.is === 'queued')
      )
    })
    const isDoomed = !existsSync(stoppedOf(home))
    writeFileSync(stoppedOf(home), '')
    orThrow(await client.send({ type: 'run.stop', run: run.run }))
    if (isDoomed) return
    orThrow(await client.send({ type: 'run.resume', run: run.run }))
    writeFileSync(gateOf(home), '')
  },
  hasEnded: runEnded,
  async check(state, stage) {
    expectOutcomes(state, RUN, 'completed', allCompleted)
    await expectOnceEach(stage)
    for (const key of KEYS) {
      const attempts = get(state.jobs, `${RUN}.${key}`)?.attempts ?? []
      expect(
        attempts.slice(0, -1).every(({ withdrawn }) => withdrawn),
        say(state),
      ).toBe(true)
    }
  },
}

const gateOf = (home: string) => join(home, '..', 'gate')
const stoppedOf = (home: string) => join(home, '..', 'stopped')

/** Conformers are made by a task of two runs, without any job. */
const task: Scenario = {
  async ask(client) {
    await begin(client, nmrRun('rethanol', 'CCO', { program: 'none' }))
    await begin(client, nmrRun('rethylamine', 'CCN', { program: 'none' }))
  },
  hasEnded: state => runEnded(state, 'rethanol') && runEnded(state, 'rethylamine'),
  async check(state) {
    expectOutcomes(state, 'rethanol', 'completed', {})
    expectOutcomes(state, 'rethylamine', 'completed', {})
    const tasks = Object.values(get(state.runs, 'rethanol')?.tasks ?? {})
    expect(tasks.map(({ state }) => state.is)).toEqual(['done'])
  },
}

/** Two runs that ended go to the archive at the next start. */
const archive: Scenario = {
  env: { LARMOR_ARCHIVE_AFTER_S: '0' },
  async before(stage) {
    const engine = startEngineProcess(stage.home)
    const client = await attached(stage.home, engine)
    if (!client) throw new Error(`the engine did not start: ${engine.said()}`)
    await begin(client, threeJobs(stage))
    await begin(client, threeJobs(stage, 'rother'))
    await stateWhen(stage.home, state => runEnded(state) && runEnded(state, 'rother'))
    await client.shutdown()
  },
  ask: async () => {},
  hasEnded: state => state.runs.size === 0,
  async check(state, { home, witness }) {
    expect(state.jobs.size).toBe(0)
    const kept = openArchive(join(home, 'archive'))
    expect((await kept.list()).map(({ id, counts }) => [id, counts]).toSorted()).toEqual([
      ['rother', { completed: 3 }],
      [RUN, { completed: 3 }],
    ])
    for (const { id } of await kept.list()) {
      const { events, jobs } = await kept.read(id)
      expect(events.map(({ type }) => type)).toEqual(
        expect.arrayContaining(['run.started', 'jobs.parsed', 'run.ended']),
      )
      expect(jobs.map(job => lastAttempt(job).outcome)).toEqual(['completed', 'completed', 'completed'])
    }
    expect(Object.values(await witness.seen())).toEqual(Array(6).fill({ began: 1, ended: 1 }))
  },
}

export const scenarios = { jobs, stop, cancel, takeBack, task, archive }
