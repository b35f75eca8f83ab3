import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { CONTRACT_VERSION, type Engine, type Unsubscribe, type Update } from '../../../shared/contract.ts'
import { type ContentRef, isWithin, type JobId, type RunId } from '../../../shared/ids.ts'
import { FaultError, type Result } from '../../../shared/result.ts'
import { type Channels, type EngineFunctions, type HostFunctions, overSocket } from './wire.ts'

const HELLO_MS = 10_000

export interface AttachedEngine extends Engine {
  /** Keeps a file of this computer, whatever it holds and however big it is. Never offered to a browser. */
  keep(path: string): Promise<Result<ContentRef>>
  /** Asks the engine to end; resolves when its side of the socket is closed. */
  shutdown(): Promise<void>
  detach(): void
  /** Resolves when the engine is gone. */
  readonly closed: Promise<void>
}

/** Attaches to the engine that listens at `path`. Rejects when nobody listens there, or one of another contract. */
export async function attach(path: string): Promise<AttachedEngine> {
  const socket = await connected(path)
  const updates = new Set<(update: Update) => void>()
  /** By listener, the run or the job that is looked at; undefined: all. */
  const watchers = new Map<Channels['readings'], RunId | JobId | undefined>()
  const listeners: { readonly [Channel in Exclude<keyof Channels, 'readings'>]: Set<Channels[Channel]> } = {
    questions: new Set(),
    activity: new Set(),
  }
  const engine = overSocket<EngineFunctions, HostFunctions>(socket, {
    update: update => {
      for (const listener of updates) listener(update)
    },
    readings: fresh => {
      for (const [watcher, of] of watchers) {
        const wanted = fresh.filter(({ job }) => isWithin(job, of))
        if (wanted.length > 0) watcher(wanted)
      }
    },
    questions: open => {
      for (const listener of listeners.questions) listener(open)
    },
    activity: counted => {
      for (const listener of listeners.activity) listener(counted)
    },
  })
  const closed = new Promise<void>(resolve => socket.on('close', () => resolve()))
  socket.on('close', () => engine.$close(engineEnded()))
  const hello = await within(HELLO_MS, engine.hello(process.env.SSH_AUTH_SOCK || null)).catch((error: unknown) => {
    socket.destroy()
    throw error
  })
  if (hello.contract !== CONTRACT_VERSION) {
    socket.destroy()
    throw new FaultError({
      code: 'not-now',
      message: `The running engine is Larmor ${hello.version}, which this version cannot talk to.`,
      hint: 'larmor engine stop, then try again: submitted jobs go on meanwhile.',
    })
  }
  /** Rejects with engineEnded whether the engine ended before the call or during it. */
  async function asked<T>(call: () => Promise<T>): Promise<T> {
    if (socket.destroyed) throw engineEnded()
    return call()
  }
  /** Each listening begins with what is now, for all who listen already as well. */
  function join<Channel extends keyof typeof listeners>(channel: Channel, listener: Channels[Channel]): Unsubscribe {
    const set: Set<Channels[Channel]> = listeners[channel]
    set.add(listener)
    if (!socket.destroyed) void engine.listen.asEvent(channel, null)
    return () => {
      set.delete(listener)
      if (set.size === 0 && !socket.destroyed) void engine.unlisten.asEvent(channel)
    }
  }
  /** The engine is told what is looked at whenever that changes. */
  function look(): void {
    if (socket.destroyed) return
    const of = [...new Set(watchers.values())]
    if (of.length === 0) void engine.unlisten.asEvent('readings')
    else void engine.listen.asEvent('readings', of.some(each => each === undefined) ? null : (of as readonly JobId[]))
  }
  return {
    subscribe(listener) {
      // Each subscription begins with a snapshot; the ones before it take the same snapshot again, which is harmless.
      updates.add(listener)
      if (!socket.destroyed) void engine.subscribe.asEvent()
      return () => {
        updates.delete(listener)
        if (updates.size === 0 && !socket.destroyed) void engine.unsubscribe.asEvent()
      }
    },
    send: command => asked(() => engine.send(command)),
    put: text => asked(() => engine.put(text)),
    keep: path => asked(() => engine.keep(path)),
    read: (ref, range) => asked(() => engine.read(ref, range ?? null)),
    archivedRuns: () => asked(() => engine.archivedRuns()),
    archivedRun: run => asked(() => engine.archivedRun(run)),
    readings(watcher, of) {
      watchers.set(watcher, of)
      look()
      return () => {
        watchers.delete(watcher)
        look()
      }
    },
    questions: listener => join('questions', listener),
    activity: listener => join('activity', listener),
    answer: (id, answer) => asked(() => engine.answer(id, answer)),
    terminal: call => asked(() => engine.terminal(call)),
    async shutdown() {
      if (!socket.destroyed) void engine.shutdown.asEvent()
      await closed
    },
    detach: () => socket.destroy(),
    closed,
  }
}

/** What a call comes to whose engine ended before it answered: it may have been done. */
export function engineEnded(): FaultError {
  return new FaultError({
    code: 'not-now',
    message: 'The engine ended before it answered: it is not known whether this was done.',
    hint: 'larmor status tells. A starting command with --request-id can be repeated without harm.',
  })
}

/** A process that is suspended, or far too busy, takes connections and never answers. */
async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const silence = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new FaultError({
      code: 'not-now',
      message: 'The engine does not answer.',
      hint: 'It may be suspended or very busy; what is on disk can be read all the same.',
    })
  })
  silence.catch(() => {}) // given up: the answer came
  try {
    return await Promise.race([answer, silence])
  } finally {
    timer.abort()
  }
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      socket.on('error', () => socket.destroy())
      resolve(socket)
    })
  })
}
