import { chmod, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { CONTRACT_VERSION, type Engine, type Unsubscribe, type Update } from '../../../shared/contract.ts'
import type { ContentRef, JobId, RunId } from '../../../shared/ids.ts'
import type { Event } from '../../../shared/model/events.ts'
import type { Result } from '../../../shared/result.ts'
import { version } from '../../version.ts'
import { hearOfAgent } from '../machines/transports/index.ts'
import { readingsOf } from './readings-of.ts'
import { type Channels, type EngineFunctions, type HostFunctions, overSocket } from './wire.ts'

/** What hosts on this computer may ask of an engine, run by the same user. */
export interface LocalEngine extends Engine {
  /** Keeps a file of this computer, whatever it holds and however big it is. */
  keep(path: string): Promise<Result<ContentRef>>
}

export interface SocketServer {
  /** Hosts attached now. */
  readonly hosts: number
  close(): Promise<void>
}

const PACE_MS = 33
const BEHIND_BYTES = 1_000_000
/** How long a host may take to read what was sent to it before the engine ended. */
const GOODBYE_MS = 1000

/** Lets hosts of the same user attach to an engine. The caller owns the path: it holds the engine's lock. */
export async function listen(path: string, engine: LocalEngine, shutdown: () => void): Promise<SocketServer> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    attach(socket, engine, shutdown)
  })
  await rm(path, { force: true }) // of a dead engine: the lock says that nobody lives
  await opened(server, path)
  await chmod(path, 0o600)
  return {
    get hosts() {
      return sockets.size
    },
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      for (const socket of sockets) socket.end()
      // A host that does not read would hold the engine for ever.
      const limit = setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, GOODBYE_MS)
      await closed
      clearTimeout(limit)
    },
  }
}

function opened(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function attach(socket: Socket, engine: LocalEngine, shutdown: () => void): void {
  let unsubscribe: Unsubscribe = () => {}
  const unlisten: Partial<Record<keyof Channels, Unsubscribe>> = {}
  const host = overSocket<HostFunctions, EngineFunctions>(socket, {
    hello(agent) {
      if (agent) hearOfAgent(agent)
      return { contract: CONTRACT_VERSION, version, pid: process.pid }
    },
    send: command => engine.send(command),
    put: text => engine.put(text),
    keep: path => engine.keep(path),
    read: (ref, range) => engine.read(ref, range ?? undefined),
    archivedRuns: () => engine.archivedRuns(),
    archivedRun: run => engine.archivedRun(run),
    subscribe() {
      unsubscribe()
      unsubscribe = feed(socket, engine, update => void host.update.asEvent(update))
    },
    unsubscribe: () => unsubscribe(),
    answer: (id, answer) => engine.answer(id, answer),
    terminal: call => engine.terminal(call),
    listen(channel, of) {
      unlisten[channel]?.()
      unlisten[channel] = hear[channel](of)
    },
    unlisten: channel => unlisten[channel]?.(),
    shutdown,
  })
  const hear: Record<keyof Channels, (of: readonly (RunId | JobId)[] | null) => Unsubscribe> = {
    readings: of =>
      readingsOf(
        engine,
        readings => {
          if (socket.writableLength < BEHIND_BYTES) void host.readings.asEvent(readings)
        },
        of,
      ),
    questions: () => engine.questions(open => void host.questions.asEvent(open)),
    activity: () =>
      engine.activity(counted => {
        if (socket.writableLength < BEHIND_BYTES) void host.activity.asEvent(counted)
      }),
  }
  socket.on('close', () => {
    unsubscribe()
    for (const end of Object.values(unlisten)) end()
    host.$close()
  })
}

/** A snapshot, then batches, at most one per 33 ms; a host that is 1 MB behind gets a snapshot once it listens again. */
function feed(socket: Socket, engine: Engine, push: (update: Update) => void): Unsubscribe {
  let waiting: Event[] = []
  let timer: NodeJS.Timeout | null = null
  let end: Unsubscribe = () => {}

  function follow(): void {
    end = engine.subscribe(update => {
      if (update.is === 'snapshot') {
        waiting = []
        return push(update)
      }
      waiting.push(...update.events)
      timer ??= setTimeout(flush, PACE_MS)
    })
  }
  function flush(): void {
    timer = null
    if (socket.writableLength > BEHIND_BYTES) {
      end()
      waiting = []
      socket.once('drain', follow)
      return
    }
    push({ is: 'events', events: waiting })
    waiting = []
  }
  follow()
  return () => {
    end()
    socket.off('drain', follow)
    if (timer) clearTimeout(timer)
  }
}
