import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Model, openStore, readStore } from '../../electron/engine/store/store.ts'
import type { Instant, JobId, Label, QueueId, RunId } from '../../shared/ids.ts'
import type { EventBody } from '../../shared/model/events.ts'

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
 * Measures the journal on the disk of the temporary folder: the 99th percentile of append + flush in milliseconds (one
 * event at a time), and the replay of 100,000 events in seconds (best of three), by a reducer that only counts unless
 * another model is given.
 */
export async function measure(model: Model<{ readonly seq: number }> = counting): Promise<Record<string, number>> {
  const home = await mkdtemp(join(tmpdir(), 'larmor-bench-'))
  try {
    const store = await openStore(home, { ...counting, fence: () => {} })
    const times: number[] = []
    for (let i = 0; i < APPENDS; i++) {
      const start = performance.now()
      await store.append([submitted(i)], AT)
      times.push(performance.now() - start)
    }
    const batches = Array.from({ length: (REPLAYED - APPENDS) / BATCH }, (_, i) =>
      Array.from({ length: BATCH }, (_, j) => submitted(i * BATCH + j)),
    )
    await Promise.all(batches.map(batch => store.append(batch, AT)))
    await store.close()

    const replays: number[] = []
    for (let i = 0; i < 3; i++) {
      const start = performance.now()
      const { state } = await readStore(home, model)
      if (state.seq !== REPLAYED) throw new Error(`${state.seq} of ${REPLAYED} events were replayed`)
      replays.push((performance.now() - start) / 1000)
    }
    const p99 = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN
    return { journal_append_flush_p99_ms: p99, journal_replay_100k_events_s: Math.min(...replays) }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
