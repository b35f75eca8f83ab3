import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { MachineActivity, Trouble, Update } from '../shared/contract.ts'
import type { MachineName } from '../shared/ids.ts'
import type { Command } from '../shared/model/commands.ts'
import { reduce } from '../shared/model/reduce.ts'
import type { State } from '../shared/model/state.ts'
import { type Fault, FaultError, orThrow } from '../shared/result.ts'
import { model } from './engine/model.ts'
import { type AttachedEngine, attach, engineEnded } from './engine/socket/client.ts'
import { diskFault } from './engine/store/disk-fault.ts'
import { type EngineOwner, readLock } from './engine/store/lock.ts'
import { readStore } from './engine/store/store.ts'
import { larmorItself } from './itself.ts'

/** What is known of a data folder now, and by whom: a living engine, or the files alone. */
export interface Seen {
  readonly state: State
  readonly engine: 'alive' | 'none'
  /** What keeps the living engine from its work; without one nobody knows. */
  readonly troubles: readonly MachineTrouble[]
}

export interface MachineTrouble extends Trouble {
  readonly machine: MachineName
}

/** The engine of a data folder, if one lives. Throws a FaultError (`not-now`) where that cannot be known. */
export async function livingEngine(home: string): Promise<EngineOwner | null> {
  const lock = await readLock(home).catch((error: unknown) => {
    throw diskFault(error, home)
  })
  return lock && lock.liveness === 'alive' ? lock.owner : null
}

/** Attaches to the living engine, or null where there is none. Throws a FaultError where one lives that cannot be talked to. */
export async function attachLiving(home: string): Promise<AttachedEngine | null> {
  const owner = await livingEngine(home)
  if (!owner?.socket) return null
  try {
    return await attach(owner.socket)
  } catch (error) {
    if (error instanceof FaultError) throw error
    return null // it is just starting, or just ending
  }
}

/** As attachLiving; null also for an engine that does not answer, or not in this version's words: the disk tells as well. */
async function attachToRead(home: string): Promise<AttachedEngine | null> {
  return (await livingEngine(home)) && attachLiving(home).catch(() => null)
}

/** The state, from the engine or from disk; takes no lock and starts nothing. */
export async function readState(home: string): Promise<Seen> {
  const engine = await attachToRead(home)
  try {
    if (engine) {
      const state = await snapshotOf(engine)
      return { state, engine: 'alive', troubles: troublesIn(await activityOf(engine)) }
    }
  } catch {
    // It has ended meanwhile.
  } finally {
    engine?.detach()
  }
  return readDisk(home)
}

async function readDisk(home: string): Promise<Seen> {
  const { state } = await readStore(home, model)
  return { state, engine: (await livingEngine(home)) ? 'alive' : 'none', troubles: [] }
}

function snapshotOf(engine: AttachedEngine): Promise<State> {
  return new Promise((resolve, reject) => {
    engine.closed.then(() => reject(engineEnded()))
    engine.subscribe(update => {
      if (update.is === 'snapshot') resolve(update.state)
    })
  })
}

/** What the engine has counted of each machine. Rejects where it ends before it has told. */
export function activityOf(engine: AttachedEngine): Promise<readonly MachineActivity[]> {
  return new Promise((resolve, reject) => {
    engine.closed.then(() => reject(engineEnded()))
    engine.activity(resolve)
  })
}

function troublesIn(activity: readonly MachineActivity[]): readonly MachineTrouble[] {
  return activity.flatMap(({ machine, trouble }) => (trouble ? [{ machine, ...trouble }] : []))
}

const WITHOUT_ENGINE_MS = 1000

/**
 * The state whenever it changes, and when the engine is gone, for as long as the caller wants: from the living engine,
 * else from disk once a second.
 */
export async function* follow(home: string, signal: AbortSignal): AsyncGenerator<Seen> {
  let last: { readonly seq: number; readonly engine: Seen['engine'] } = { seq: -1, engine: 'none' }
  while (!signal.aborted) {
    const engine = await attachToRead(home)
    if (!engine) {
      const seen = await readDisk(home)
      if (seen.state.seq !== last.seq || seen.engine !== last.engine) yield seen
      last = { seq: seen.state.seq, engine: seen.engine }
      await sleep(WITHOUT_ENGINE_MS, undefined, { signal }).catch(() => {})
      continue
    }
    try {
      for await (const seen of seenBy(engine, signal)) {
        last = { seq: seen.state.seq, engine: seen.engine }
        yield seen
      }
    } finally {
      engine.detach()
    }
  }
}

async function* seenBy(engine: AttachedEngine, signal: AbortSignal): AsyncGenerator<Seen> {
  let updates: Update[] = []
  let troubles: readonly MachineTrouble[] = []
  let isNews = false
  let wake = () => {}
  let ended = false
  const end = () => {
    ended = true
    wake()
  }
  void engine.closed.then(end)
  // Who is told of an abort only from now on would wait for ever for one that came while it attached.
  if (signal.aborted) return
  signal.addEventListener('abort', end, { once: true })
  engine.subscribe(update => {
    updates.push(update)
    isNews = true
    wake()
  })
  engine.activity(activity => {
    const now = troublesIn(activity)
    if (isDeepStrictEqual(now, troubles)) return
    troubles = now
    isNews = true
    wake()
  })
  let state: State | null = null
  while (!ended) {
    if (!isNews) {
      await new Promise<void>(resolve => {
        wake = resolve
      })
      continue
    }
    for (const update of updates)
      state = update.is === 'snapshot' ? update.state : state && reduce(state, update.events)
    updates = []
    isNews = false
    if (state) yield { state, engine: 'alive', troubles }
  }
  signal.removeEventListener('abort', end)
}

const START_TRIES = 200
const START_EVERY_MS = 50

/** What a started engine tells its parent, once. */
export type EngineGreeting = { readonly is: 'ready' } | { readonly is: 'fault'; readonly fault: Fault }

/**
 * Attaches to the living engine, or starts one that outlives this process: a session of its own, no terminal. Throws
 * the FaultError with which an engine could not start.
 */
export async function ensureEngine(home: string): Promise<AttachedEngine> {
  for (let tries = 0; tries < START_TRIES; tries++) {
    const engine = await attachLiving(home)
    if (engine) return engine
    const owner = await livingEngine(home)
    if (!owner) {
      const greeting = await startDetached(home)
      // Another host may have been faster: then its engine is as good.
      if (greeting.is === 'fault' && !(await livingEngine(home))) throw new FaultError(greeting.fault)
    }
    await sleep(START_EVERY_MS)
  }
  throw new FaultError({ code: 'not-now', message: 'The engine does not answer.', hint: `See ${home}/log/engine.log.` })
}

/** Sends one command to the engine, which is started where none lives: it must be there to carry it out. Throws its fault. */
export async function sendCommand(home: string, command: Command): Promise<void> {
  const engine = await ensureEngine(home)
  try {
    orThrow(await engine.send(command))
  } finally {
    engine.detach()
  }
}

function startDetached(home: string): Promise<EngineGreeting> {
  const { file, args } = larmorItself()
  const child = spawn(file, [...args, 'engine', 'run'], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, LARMOR_HOME: home },
  })
  return new Promise(resolve => {
    const settle = (greeting: EngineGreeting) => {
      resolve(greeting)
      if (child.connected) child.disconnect()
      child.unref()
    }
    child.on('message', message => settle(message as EngineGreeting))
    child.on('error', error => settle(noStart(error.message)))
    child.on('exit', (code, signal) => settle(noStart(`it ended with ${signal ?? `status ${code}`}`)))
  })
}

function noStart(detail: string): EngineGreeting {
  return { is: 'fault', fault: { code: 'not-now', message: 'The engine did not start.', detail } }
}
