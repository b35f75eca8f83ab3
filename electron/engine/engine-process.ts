import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { values } from '../../shared/model/table.ts'
import { printable } from '../../shared/printable.ts'
import { socketPath } from '../home.ts'
import { version } from '../version.ts'
import { startEngine } from './engine.ts'
import { model } from './model.ts'
import { listen } from './socket/server.ts'
import { takeLock } from './store/lock.ts'
import { openStore } from './store/store.ts'
import { createTaskPool } from './tasks/pool.ts'

/** An engine with nothing to do and nobody attached ends itself after this long. */
const IDLE_MS = 60_000
const SNAPSHOT_EVERY_EVENTS = 5000
/** LARMOR_ARCHIVE_AFTER_S: after how many seconds an ended run leaves the live state for the archive. */
const ARCHIVE_AFTER_MS = 1000 * Number(process.env.LARMOR_ARCHIVE_AFTER_S ?? 7 * 24 * 3600)

/**
 * Hosts the one engine of a data folder in this process until it is asked to stop, or idle; `ready` is called when hosts
 * can attach. Throws a FaultError (`not-now`) when another engine lives, or the folder cannot be used.
 */
export async function runEngineProcess(home: string, ready: () => void): Promise<void> {
  const socket = socketPath(home)
  const now = () => new Date().toISOString()
  const lock = await takeLock(home, { version, started: now(), socket, url: null })
  const log = await openLog(home)
  let finish = () => {}
  const finished = new Promise<void>(resolve => {
    finish = resolve
  })
  try {
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
    if (dirname(socket) !== home) await mkdir(dirname(socket), { recursive: true, mode: 0o700 })
    const server = await listen(socket, engine, finish)
    log(`engine ${version} started, pid ${process.pid}`)
    ready()
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, finish)
    process.on('SIGHUP', () => {}) // a logout

    let snapshotAt = engine.state.seq
    let idleSince = Date.now()
    const timer = setInterval(() => {
      if (engine.isBusy() || server.hosts > 0) idleSince = Date.now()
      if (Date.now() - idleSince > IDLE_MS) finish()
      if (engine.state.seq - snapshotAt < SNAPSHOT_EVERY_EVENTS) return
      snapshotAt = engine.state.seq
      store.writeSnapshot(engine.state).catch(error => log(`snapshot: ${error}`))
    }, 1000)
    await engine.archive(ARCHIVE_AFTER_MS)
    await finished
    clearInterval(timer)
    await server.close()
    await engine.stop()
    log(`engine stopped at event ${engine.state.seq}, ${[...values(engine.state.runs)].length} runs`)
  } finally {
    await lock.release()
  }
}

/** Lines with a time, without control characters: what machines say may stand in them. */
async function openLog(home: string): Promise<(line: string) => void> {
  const folder = join(home, 'log')
  await mkdir(folder, { recursive: true })
  const file = createWriteStream(join(folder, 'engine.log'), { flags: 'a' })
  file.on('error', () => {}) // a full disk must not end the engine
  return line => void file.write(`${new Date().toISOString()} ${printable(line).replaceAll('\n', '\n  ')}\n`)
}
