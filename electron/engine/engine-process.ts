import { appendFileSync, mkdirSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { values } from '../../shared/model/table.ts'
import { printable } from '../../shared/printable.ts'
import { FaultError } from '../../shared/result.ts'
import { socketPath } from '../home.ts'
import { version } from '../version.ts'
import { startEngine } from './engine.ts'
import { left, monotonic } from './machines/monotonic.ts'
import { model } from './model.ts'
import { listen } from './socket/server.ts'
import { makeFolder } from './store/atomic-write.ts'
import { takeLock } from './store/lock.ts'
import { openStore } from './store/store.ts'
import { createTaskPool } from './tasks/pool.ts'

/** LARMOR_IDLE_S: after how many seconds an engine with nothing to do and nobody attached ends itself. */
const IDLE_MS = 1000 * Number(process.env.LARMOR_IDLE_S ?? 60)
const SNAPSHOT_EVERY_EVENTS = 5000
/** LARMOR_ARCHIVE_AFTER_S: after how many seconds an ended run leaves the live state for the archive. */
const ARCHIVE_AFTER_MS = 1000 * Number(process.env.LARMOR_ARCHIVE_AFTER_S ?? 7 * 24 * 3600)
const ARCHIVE_EVERY_MS = 3600_000

/**
 * Hosts the one engine of a data folder in this process until it is asked to stop, or idle; `ready` is called when hosts
 * can attach. Throws a FaultError (`not-now`) when another engine lives, or the folder cannot be used.
 */
export async function runEngineProcess(home: string, ready: () => void): Promise<void> {
  const socket = socketPath(home)
  const now = () => new Date().toISOString()
  const lock = await takeLock(home, { version, started: now(), socket, url: null })
  const log = logInto(join(home, 'log', 'engine.log'))
  // A defect in one corner must not end what drives everything else: it is told, and the loop goes on.
  process.on('unhandledRejection', error => log(`a defect: ${error instanceof Error ? error.stack : error}`))
  process.on('uncaughtExceptionMonitor', error => log(`a defect, and the end of this engine: ${error.stack}`))
  let finish = () => {}
  const finished = new Promise<void>(resolve => {
    finish = resolve
  })
  try {
    if (dirname(socket) !== home && process.platform !== 'win32') await makePrivate(dirname(socket))
    const store = await openStore(home, { ...model, fence: lock.fence })
    for (const line of store.report) log(line)
    const pool = createTaskPool({
      size: Math.max(1, availableParallelism() - 1),
      contents: {
        read: async ref => (await store.blobs.read(ref)).toString('utf8'),
        put: text => store.blobs.put(text),
      },
    })
    const engine = startEngine({ home, store, pool, now, log })
    const server = await listen(socket, engine, finish)
    log(`engine ${version} started, pid ${process.pid}`)
    ready()
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, finish)
    process.on('SIGHUP', () => {}) // a logout

    let snapshotAt = engine.state.seq
    let idleSince = monotonic()
    let archivedAt = monotonic()
    const timer = setInterval(() => {
      try {
        lock.fence()
      } catch (error) {
        log(error instanceof Error ? error.message : String(error))
        return finish()
      }
      if (left(archivedAt, ARCHIVE_EVERY_MS) === 0) {
        archivedAt = monotonic()
        void engine.archive(ARCHIVE_AFTER_MS)
      }
      if (engine.isBusy() || server.hosts > 0) idleSince = monotonic()
      if (left(idleSince, IDLE_MS) === 0) finish()
      if (engine.state.seq - snapshotAt < SNAPSHOT_EVERY_EVENTS) return
      snapshotAt = engine.state.seq
      store.writeSnapshot(engine.state).catch(error => log(`snapshot: ${error}`))
    }, 1000)
    void engine.archive(ARCHIVE_AFTER_MS)
    await finished
    clearInterval(timer)
    await server.close()
    await engine.stop()
    log(`engine stopped at event ${engine.state.seq}, ${[...values(engine.state.runs)].length} runs`)
  } finally {
    await lock.release()
  }
}

/** A folder of this user's alone: where others may write, too, it could be one that somebody else has prepared. */
async function makePrivate(folder: string): Promise<void> {
  await makeFolder(folder, 0o700)
  const { uid, mode } = await stat(folder)
  if (uid === process.getuid?.() && (mode & 0o077) === 0) return
  throw new FaultError({
    code: 'not-now',
    message: `${folder} should be yours alone, and is not.`,
    hint: 'Set XDG_RUNTIME_DIR to a private folder, or LARMOR_HOME to one with a shorter name.',
  })
}

/** Lines with a time, without control characters: what machines say may stand in them. */
function logInto(path: string): (line: string) => void {
  return line => {
    try {
      mkdirSync(dirname(path), { recursive: true })
      appendFileSync(path, `${new Date().toISOString()} ${printable(line).replaceAll('\n', '\n  ')}\n`)
    } catch {
      // A full disk must not end the engine.
    }
  }
}
