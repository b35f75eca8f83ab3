import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { model } from '../../electron/engine/model.ts'
import { openStore, readStore } from '../../electron/engine/store/store.ts'
import { attachLiving, ensureEngine, livingEngine, readState } from '../../electron/engine-client.ts'
import { resourcesFolder } from '../../electron/resources-folder.ts'
import type { RunId } from '../../shared/ids.ts'
import type { Event } from '../../shared/model/events.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { REDUCER_VERSION } from '../../shared/model/reduce.ts'
import type { Run } from '../../shared/model/run.ts'
import { get, values } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { type Measurement, percentile } from './measurement.ts'
import { stateOfJobs } from './state.ts'

const ARCHIVED = 10_000
const LIVE_JOBS = 1000
const JOBS = 20

/** Start with much in the data folder, finish -> event, and what an idle engine costs: by the built engine process. */
export async function measureEngine(): Promise<readonly Measurement[]> {
  return [...(await measureStart()), ...(await measureFinish(true)), ...(await measureFinish(false)).slice(0, 1)]
}

export async function inHome<T>(work: (home: string) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'larmor-bench-'))
  try {
    return await work(home)
  } finally {
    await (await attachLiving(home))?.shutdown()
    while (await livingEngine(home)) await sleep(20)
    await rm(home, { recursive: true, force: true })
  }
}

/** By the built terminal: an engine is never part of the process that measures it. */
function startEngineProcess(home: string): void {
  const cli = join(resourcesFolder, '..', 'out', 'electron', 'cli.js')
  execFileSync(process.execPath, [cli, 'engine', 'start'], { env: { ...process.env, LARMOR_HOME: home } })
}

/** 10,000 archived runs, and 1,000 jobs that are under way. */
export async function fillHome(home: string): Promise<void> {
  const store = await openStore(home, { ...model, fence: () => {} })
  const live = stateOfJobs(LIVE_JOBS)
  const [sample] = [...values(live.runs)]
  const ended = { is: 'ended', outcome: 'completed', reason: null, at: '2026-01-01T00:00:00.000Z' } as const
  for (let n = 0; n < ARCHIVED; n++) {
    const run: Run = { ...(sample as Run), id: `ra${n}` as RunId, jobs: [], phase: ended }
    await store.archive.keep({ run, jobs: [], events: [], reducer: REDUCER_VERSION })
  }
  // As many events as the state has seen, so that the snapshot fits its journal.
  const at = '2026-01-01T00:00:00.000Z'
  await store.append(
    Array.from({ length: live.seq }, () => ({ type: 'machine.removed', machine: 'none' as never })),
    at,
  )
  await store.writeSnapshot({ ...live, seq: live.seq })
  await store.close()
}

/** From nothing to the state in a host's hands. */
function measureStart(): Promise<readonly Measurement[]> {
  return inHome(async home => {
    await fillHome(home)

    const start = performance.now()
    startEngineProcess(home)
    const { state } = await readState(home)
    const took = (performance.now() - start) / 1000
    if (state.jobs.size !== LIVE_JOBS) throw new Error(`${state.jobs.size} of ${LIVE_JOBS} jobs came back`)
    return [
      {
        what: 'start: an engine with 10,000 archived runs and 1,000 live jobs, until a host has the state',
        measured: took,
        budget: 2,
        unit: 's',
        met: took <= 2,
      },
    ]
  })
}

/** `live`: the machine tells of reports at once; without it the spool is looked at every 4 s. */
function measureFinish(live: boolean): Promise<readonly Measurement[]> {
  return inHome(async home => {
    startEngineProcess(home)
    const engine = await ensureEngine(home)
    const settings = { ...localMachine.settings, live, ...(live ? {} : { spool_s: 4 }) }
    orThrow(await engine.send({ type: 'machine.set', machine: { ...localMachine, settings } }))
    const run = 'rbench' as RunId
    const file = { name: 'job.txt', ...orThrow(await engine.put('sleep 0.3\n')) }
    const machine = 'local' as never
    const jobs = Array.from({ length: JOBS }, (_, n) => ({
      key: `job-${n}`,
      machine,
      program: 'command',
      input: { files: [file], main: file.name, args: [] },
      resources: { ranks: 1, memory_mb: 100, seconds: 60 },
    }))
    orThrow(await engine.send({ type: 'run.start', run, name: 'bench', workflow: 'single', params: { jobs }, machine }))
    while (get((await readState(home)).state.runs, run)?.phase.is !== 'ended') await sleep(200)

    const delays: number[] = []
    for await (const batch of (await readStore(home, model)).events(0, run)) delays.push(...batch.flatMap(delaysOf))
    const pid = (await livingEngine(home))?.pid
    const { cpu, megabytes } = await idle(pid ?? 0)
    engine.detach()
    const p95 = percentile(delays, 0.95) / 1000
    const budget = live ? 1 : 5
    return [
      {
        what: `finish -> in the state, p95, ${live ? 'with' : 'without'} the live channel (this computer)`,
        measured: p95,
        budget,
        unit: 's',
        met: p95 <= budget,
        beside: { median_s: percentile(delays, 0.5) / 1000, jobs: delays.length },
      },
      { what: 'idle: CPU of the engine', measured: cpu, budget: 1, unit: '%', met: cpu <= 1 },
      { what: 'idle: memory of the engine', measured: megabytes, budget: 250, unit: 'MB', met: megabytes <= 250 },
    ]
  })
}

/** Milliseconds between the end that a job reported and the event that says so. */
function delaysOf(event: Event): readonly number[] {
  return event.type === 'jobs.ended' ? event.jobs.map(({ ended }) => Date.parse(event.at) - Date.parse(ended)) : []
}

const IDLE_S = 10
const TICKS_PER_S = 100

/** Per cent of one core over ten seconds, and resident memory, as /proc tells them (Linux). */
async function idle(pid: number): Promise<{ readonly cpu: number; readonly megabytes: number }> {
  const ticks = () => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return Number(fields[11]) + Number(fields[12])
  }
  const before = ticks()
  await sleep(IDLE_S * 1000)
  const kilobytes = /VmRSS:\s+(?<kb>\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.groups?.kb
  return { cpu: (100 * (ticks() - before)) / TICKS_PER_S / IDLE_S, megabytes: Number(kilobytes) / 1000 }
}
