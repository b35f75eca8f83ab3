import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

const worker = new URL('../../out/electron/engine/tasks/worker.js', import.meta.url)

/** An engine in the test's own process, over a data folder of its own. */
export interface InProcess {
  readonly home: string
  readonly engine: RunningEngine
  readonly log: readonly string[]
  /** Starts a run of one command per script; resolves with its jobs when it has ended. */
  runScripts(scripts: Readonly<Record<string, string>>, machine?: Machine): Promise<readonly Job[]>
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

  return {
    home,
    engine,
    log,
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
      await until(engine, state => get(state.runs, run)?.phase.is === 'ended')
      return [...values(engine.state.jobs)].filter(job => job.run === run)
    },
    async stop() {
      await engine.stop()
      await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }) // a call may still be under way
    },
  }
}

/** Resolves when the engine's state is as wanted. */
export function until(engine: RunningEngine, wanted: (state: State) => boolean): Promise<void> {
  return new Promise(resolve => {
    const unsubscribe = engine.subscribe(() => {
      if (!wanted(engine.state)) return
      setTimeout(() => unsubscribe()) // after `subscribe` has returned
      resolve()
    })
  })
}
