import { type Job, lastAttempt } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { get, type Table } from '../../shared/model/table.ts'
import { type Standing, type Surroundings, standingOf, standings, surroundingsOf } from '../runs/standing.ts'

/** How many jobs stand where. */
export type Tally = Readonly<Record<Standing, number>>

/** Where every job stands, and how many where: of all, of each run, and, of the failed, by category. */
export interface JobIndex {
  readonly standing: ReadonlyMap<string, Standing>
  readonly all: Tally
  readonly byRun: ReadonlyMap<string, Tally>
  readonly categories: ReadonlyMap<string, number>
  surroundings(run: string, machine: string): Surroundings
}

/** A failed job whose cause nobody named. */
export const NO_CATEGORY = 'cause not known'

export const emptyTally = Object.fromEntries(standings.map(each => [each, 0])) as Tally

interface Entry {
  readonly job: Job
  readonly standing: Standing
  readonly category: string | null
}

/**
 * Keeps a JobIndex in step with the state. An event copies only the leaves of the tables that it changes, so two
 * states are compared leaf by leaf, and of 10,000 jobs those are counted anew that changed.
 */
export function createJobIndexer(): (state: State) => JobIndex {
  const entries = new Map<string, Entry>()
  const standing = new Map<string, Standing>()
  let jobs: Table<Job> | null = null
  let runs: Table<Run> | null = null
  let machines: State['machines'] | null = null
  let around = new Map<string, Surroundings>()
  const byRun = new Map<string, Record<Standing, number>>()
  let all: Record<Standing, number> = { ...emptyTally }
  let categories = new Map<string, number>()
  let last: JobIndex | null = null

  /** Its object is new whenever its numbers are: who draws it compares objects. */
  function tallyFor(run: string, fresh: Set<string>): Record<Standing, number> {
    const known = byRun.get(run)
    if (known && fresh.has(run)) return known
    const tally = { ...(known ?? emptyTally) }
    byRun.set(run, tally)
    fresh.add(run)
    return tally
  }

  return state => {
    if (last && state.jobs === jobs && state.runs === runs && state.machines === machines) return last
    const reaches = reachOf(state.machines)
    const moved = machines === null || reaches !== reachOf(machines)
    const held = runs === state.runs ? new Set<string>() : heldChanges(runs, state.runs)
    if (moved || held.size > 0) around = new Map()

    const surroundings = (run: string, machine: string): Surroundings => {
      const key = `${run}\n${machine}`
      const known = around.get(key)
      if (known) return known
      const made = surroundingsOf(get(state.runs, run), (state.machines as Record<string, Machine>)[machine])
      around.set(key, made)
      return made
    }
    const fresh = new Set<string>()
    all = { ...all }
    categories = new Map(categories)
    const count = (entry: Entry, by: 1 | -1) => {
      all[entry.standing] += by
      tallyFor(entry.job.run, fresh)[entry.standing] += by
      if (entry.category !== null) categories.set(entry.category, (categories.get(entry.category) ?? 0) + by)
    }
    const put = (id: string, job: Job) => {
      const before = entries.get(id)
      if (before) count(before, -1)
      const now = standingOf(job, surroundings(job.run, job.machine))
      const entry = {
        job,
        standing: now,
        category: now === 'failed' ? (lastAttempt(job).category ?? NO_CATEGORY) : null,
      }
      entries.set(id, entry)
      standing.set(id, now)
      count(entry, 1)
    }

    if (moved) for (const [id, job] of eachOf(state.jobs)) put(id, job)
    else {
      for (const [id, job] of changes(jobs, state.jobs)) put(id, job)
      for (const id of held) {
        for (const job of get(state.runs, id)?.jobs ?? []) {
          const known = get(state.jobs, job)
          if (known) put(job, known)
        }
      }
    }
    if (entries.size > state.jobs.size) {
      for (const [id, entry] of entries) {
        if (get(state.jobs, id) !== undefined) continue
        count(entry, -1)
        entries.delete(id)
        standing.delete(id)
      }
      for (const run of byRun.keys()) if (!get(state.runs, run)) byRun.delete(run)
    }
    jobs = state.jobs
    runs = state.runs
    machines = state.machines
    last = { standing, all, byRun, categories, surroundings }
    return last
  }
}

function* eachOf<T>(table: Table<T>): Generator<[string, T]> {
  for (const leaf of table.leaves) yield* Object.entries(leaf)
}

/** The entries of `after` that `before` does not have as they are. */
function* changes<T>(before: Table<T> | null, after: Table<T>): Generator<[string, T]> {
  if (before === after) return
  if (before?.leaves.length !== after.leaves.length) return yield* eachOf(after)
  for (const [i, leaf] of after.leaves.entries()) {
    const old = before.leaves[i]
    if (leaf === old) continue
    for (const [id, value] of Object.entries(leaf)) if (old?.[id] !== value) yield [id, value]
  }
}

/** Runs that were paused or set going again. */
function heldChanges(before: Table<Run> | null, after: Table<Run>): Set<string> {
  const held = new Set<string>()
  const isHeld = (run: Run | undefined) => run?.phase.is === 'open' && run.phase.hold === 'paused'
  for (const [id, run] of changes(before, after)) {
    if (isHeld(run) !== isHeld(before ? get(before, id) : undefined)) held.add(id)
  }
  return held
}

/** Which machines answer, as one text: where it changes, every job there stands otherwise. */
function reachOf(machines: State['machines']): string {
  return Object.values<Machine>(machines)
    .map(({ name, reach }) => `${name} ${reach.is}`)
    .join('\n')
}
