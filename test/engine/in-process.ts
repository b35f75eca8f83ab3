import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RunningEngine, startEngine } from '../../electron/engine/engine.ts'
import { model } from '../../electron/engine/model.ts'
import { openStore, type Store } from '../../electron/engine/store/store.ts'
import { createTaskPool } from '../../electron/engine/tasks/pool.ts'
import type { RunId } from '../../shared/ids.ts'
import type { Job } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import type { State } from '../../shared/model/state.ts'
import { get, values } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { inVain, PATIENCE_S } from '../until.ts'
import { say } from './living/say.ts'

const worker = new URL('../../out/electron/engine/tasks/worker.js', import.meta.url)

/** An engine in the test's own process, over a data folder of its own. */
export interface InProcess {
  readonly home: string
  readonly engine: RunningEngine
  readonly log: readonly string[]
  /** Starts a run of one command per script; resolves with its jobs when it has ended. */
  runScripts(scripts: Readonly<Record<string, string>>, machine?: Machine): Promise<readonly Job[]>
  /** Resolves when the engine's state is as wanted; rejects, after a long time, with the state as it is. */
  until(what: string, wanted: (state: State) => unknown): Promise<void>
  /** Resolves when this run has ended. */
  ended(run: RunId): Promise<void>
  stop(): Promise<void>
}

/** `wrap` may put something between the engine and its store. */
export async function startInProcess(
  wrap: (store: Store<State>) => Store<State> = store => store,
  now = () => new Date().toISOString(),
): Promise<InProcess> {
  const home = await mkdtemp(join(tmpdir(), 'larmor-engine-'))
  const store = wrap(await openStore(home, { ...model, fence: () => {} }))
  const log: string[] = []
  const contents = {
    read: async (ref: Parameters<typeof store.blobs.read>[0]) => (await store.blobs.read(ref)).toString('utf8'),
    put: (text: string) => store.blobs.put(text),
  }
  const engine = startEngine({
    home,
    store,
    pool: createTaskPool({ size: 1, contents, worker }),
    now,
    log: line => log.push(line),
  })

  /** Looked at with every event, so that nothing that is passed through is missed. */
  async function until(what: string, wanted: (state: State) => unknown): Promise<void> {
    let unsubscribe = () => {}
    const limit = new AbortController()
    const come = new Promise<void>(resolve => {
      unsubscribe = engine.subscribe(() => {
        if (wanted(engine.state)) resolve()
      })
    })
    const late = sleep(1000 * PATIENCE_S, null, { signal: limit.signal }).then(() => {
      throw inVain(what, PATIENCE_S, [say(engine.state), ...log.slice(-10)].join('\n'))
    })
    late.catch(() => {})
    await Promise.race([come, late]).finally(() => {
      unsubscribe()
      limit.abort()
    })
  }
  const ended = (run: RunId) => until(`the end of ${run}`, state => get(state.runs, run)?.phase.is === 'ended')

  return {
    home,
    engine,
    log,
    until,
    ended,
    async runScripts(scripts, machine) {
      if (machine) orThrow(await engine.send({ type: 'machine.set', machine }))
      const run = `rtest${Object.keys(scripts).length}` as RunId
      const name = machine?.name ?? ('local' as Machine['name'])
      const jobs = []
      for (const [key, text] of Object.entries(scripts)) {
        const file = { name: `${key}.sh`, ...orThrow(await engine.put(text)) }
        const input = { files: [file], main: file.name, args: [] }
        jobs.push({
          key,
          machine: name,
          program: 'command',
          input,
          resources: { ranks: 1, memory_mb: 100, seconds: 300 },
        })
      }
      const params = { jobs }
      orThrow(await engine.send({ type: 'run.start', run, name: 'scripts', workflow: 'single', params, machine: name }))
      await ended(run)
      return [...values(engine.state.jobs)].filter(job => job.run === run)
    },
    async stop() {
      await engine.stop()
      await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }) // a call may still be under way
    },
  }
}
