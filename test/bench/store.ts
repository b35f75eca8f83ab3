import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { model } from '../../electron/engine/model.ts'
import { type Model, openStore, readStore } from '../../electron/engine/store/store.ts'
import type { Instant, JobId, Label, QueueId, RunId } from '../../shared/ids.ts'
import type { EventBody } from '../../shared/model/events.ts'
import { type Measurement, percentile } from './measurement.ts'

const AT: Instant = '2026-01-02T03:04:05.678Z'
const APPENDS = 2000
const REPLAYED = 100_000
const BATCH = 10

/** Counts and nothing else: what is left is the store's own time. */
const counting: Model<{ readonly seq: number }> = {
  reducerVersion: 1,
  emptyState: { seq: 0 },
  reduce: (state, events) => ({ seq: events.at(-1)?.seq ?? state.seq }),
}

/** An event of usual size: one job is queued. */
function submitted(n: number): EventBody {
  const run = 'nmr-2-butanol-3fa9b2' as RunId
  const job = `${run}.c-${n}-opt` as JobId
  const ref = { job, attempt: 1, label: `${job}.1` as Label }
  return { type: 'jobs.submitted', run, jobs: [{ ...ref, queue_id: `${4_000_000 + n}` as QueueId }] }
}

/**
 * Measures the journal on the disk of the temporary folder: the 99th percentile of append + flush (one event at a time),
 * beside it what the disk itself takes for as many bytes; and the replay of 100,000 events (best of three) with the real
 * reducer, beside it one that only counts.
 */
export async function measureStore(): Promise<readonly Measurement[]> {
  const home = await mkdtemp(join(tmpdir(), 'larmor-bench-'))
  try {
    const store = await openStore(home, { ...counting, fence: () => {} })
    const bare = await open(join(home, 'bare'), 'wx')
    const line = `${JSON.stringify(submitted(APPENDS))}\n`
    const times: number[] = []
    const bareTimes: number[] = []
    for (let i = 0; i < APPENDS; i++) {
      const start = performance.now()
      await store.append([submitted(i)], AT)
      const appended = performance.now()
      await bare.write(line, i * line.length)
      await bare.datasync()
      times.push(appended - start)
      bareTimes.push(performance.now() - appended)
    }
    await bare.close()
    const batches = Array.from({ length: (REPLAYED - APPENDS) / BATCH }, (_, i) =>
      Array.from({ length: BATCH }, (_, j) => submitted(i * BATCH + j)),
    )
    await Promise.all(batches.map(batch => store.append(batch, AT)))
    await store.close()

    const p99 = percentile(times, 0.99)
    const replay = await replayed(home, model)
    return [
      {
        what: 'journal: append + flush, p99',
        measured: p99,
        budget: 5,
        unit: 'ms',
        met: p99 <= 5,
        beside: { p99_of_write_and_fdatasync_alone_ms: percentile(bareTimes, 0.99) },
      },
      {
        what: 'journal: 100,000 events replayed',
        measured: replay,
        budget: 0.5,
        unit: 's',
        met: replay <= 0.5,
        beside: { by_a_reducer_that_only_counts_s: await replayed(home, counting) },
      },
    ]
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** Seconds of the best of three. */
async function replayed<S extends { readonly seq: number }>(home: string, by: Model<S>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < 3; i++) {
    const start = performance.now()
    const { state } = await readStore(home, by)
    if (state.seq !== REPLAYED) throw new Error(`${state.seq} of ${REPLAYED} events were replayed`)
    times.push((performance.now() - start) / 1000)
  }
  return Math.min(...times)
}
