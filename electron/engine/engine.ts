import type { Engine, Reading, Update } from '../../shared/contract.ts'
import type { Instant, MachineName, RunId } from '../../shared/ids.ts'
import type { Command } from '../../shared/model/commands.ts'
import { decide } from '../../shared/model/decide.ts'
import type { Event, EventBody } from '../../shared/model/events.ts'
import { REDUCER_VERSION } from '../../shared/model/reduce.ts'
import type { State } from '../../shared/model/state.ts'
import { get, values } from '../../shared/model/table.ts'
import { FaultError, ok, type Result } from '../../shared/result.ts'
import { createCommits } from './commits.ts'
import { type MachineLoop, runMachineLoop } from './machines/machine-loop.ts'
import { nextStep } from './next-step.ts'
import { planRun } from './plan.ts'
import { around } from './points.ts'
import { createReadings } from './readings.ts'
import type { Store } from './store/store.ts'
import type { TaskPool } from './tasks/pool.ts'
import { createTasksAtWork } from './tasks-at-work.ts'

export interface RunningEngine extends Engine {
  readonly state: State
  /** Whether anything is left that only a living engine can do. */
  isBusy(): boolean
  /** Moves runs that ended longer ago than this from the state into the archive, each with its own events. */
  archive(afterMs: number): Promise<void>
  /** Finishes what is being written and lets go of all machines; submitted jobs go on without it. */
  stop(): Promise<void>
}

export interface EngineOptions {
  readonly home: string
  readonly store: Store<State>
  readonly pool: TaskPool
  readonly now: () => Instant
  readonly log: (line: string) => void
}

const MOST_READ = 16 << 20

/**
 * Events in, state out, and for every run, task and job the next step: the whole engine is this loop. Nothing is
 * remembered beside the state, so a restart goes on where the journal ends.
 */
export function startEngine({ home, store, pool, now, log }: EngineOptions): RunningEngine {
  const listeners = new Set<(update: Update) => void>()
  const loops = new Map<MachineName, MachineLoop>()
  let stopping = false

  const commits = createCommits({
    state: store.state,
    append: store.append,
    now,
    committed(events) {
      for (const listener of listeners) listener({ is: 'events', events })
      after(events)
    },
  })
  const tasks = createTasksAtWork(pool, record, run => plan([run]))
  const readings = createReadings(
    () => commits.state,
    (machine, label, file, offset) => loops.get(machine)?.tail(label, file, offset) ?? Promise.resolve(null),
  )

  /** Facts that were seen: those that are possible become events. */
  async function record(facts: readonly EventBody[]): Promise<void> {
    if (facts.length > 0) await commits.commit(() => ok(facts))
  }

  /** What a batch of events sets going. */
  function after(events: readonly Event[]): void {
    if (stopping) return
    plan(new Set(events.flatMap(event => ('run' in event ? [event.run] : []))))
    tasks.begin(commits.state)
    wakeMachines()
  }

  function plan(runs: Iterable<RunId>): void {
    for (const run of runs) {
      const planned = around('plan', () =>
        commits.commit(state => ok(planRun(state, run, task => tasks.isWorking(run, task)))),
      )
      planned.catch((error: unknown) => log(`planning ${run}: ${error instanceof Error ? error.stack : error}`))
    }
  }

  function wakeMachines(): void {
    const busy = machinesWithWork(commits.state)
    for (const name of busy) {
      const loop = loops.get(name)
      if (loop) loop.wake()
      else loops.set(name, runMachineLoop({ name, home, store, state: () => commits.state, commit: record, now, log }))
    }
  }

  async function send(command: Command): Promise<Result<{ readonly seq: number }>> {
    try {
      await restoreArchived(command)
      const decided = await commits.commit(state => decide(state, command))
      return decided.ok ? ok({ seq: commits.state.seq }) : decided
    } catch (error) {
      if (error instanceof FaultError) return { ok: false, fault: error.fault }
      throw error
    }
  }

  /** A command about an archived run brings it back first, as it was. */
  async function restoreArchived(command: Command): Promise<void> {
    const wanted =
      'run' in command ? [command.run] : 'jobs' in command ? command.jobs.map(id => id.split('.')[0] as RunId) : []
    for (const id of new Set(wanted)) {
      if (get(commits.state.runs, id)) continue
      const archived = (await store.archive.list()).some(entry => entry.id === id)
      if (!archived) continue
      const { run, jobs } = await store.archive.read(id)
      await record([{ type: 'run.restored', run: id, restored: run, jobs }])
    }
  }

  const open = [...values(commits.state.runs)].filter(run => run.phase.is === 'open').map(run => run.id)
  plan(open)
  tasks.begin(commits.state)
  if (open.length > 0) wakeMachines()

  return {
    get state() {
      return commits.state
    },
    subscribe(listener) {
      listeners.add(listener)
      listener({ is: 'snapshot', state: commits.state }) // same turn of the event loop, so no event can slip in between
      return () => listeners.delete(listener)
    },
    send,
    async put(text) {
      return asResult(() => store.blobs.put(text))
    },
    async read(ref, range) {
      const length = Math.min(range?.length ?? ref.bytes, MOST_READ)
      return asResult(async () =>
        (
          await store.blobs.read(
            ref,
            range || ref.bytes > MOST_READ ? { offset: range?.offset ?? 0, length } : undefined,
          )
        ).toString('utf8'),
      )
    },
    readings: (listener: (readings: readonly Reading[]) => void) => readings.listen(listener),
    isBusy: () =>
      tasks.count > 0 ||
      [...values(commits.state.runs)].some(run => run.phase.is === 'open' && run.phase.hold !== 'paused'),
    async archive(afterMs) {
      const before = new Date(Date.parse(now()) - afterMs).toISOString()
      for (const run of values(commits.state.runs)) {
        if (run.phase.is !== 'ended' || run.phase.at >= before) continue
        const events: Event[] = []
        for await (const batch of store.events(0, run.id)) events.push(...batch)
        const jobs = run.jobs.flatMap(id => get(commits.state.jobs, id) ?? [])
        await store.archive.keep({ run, jobs, events, reducer: REDUCER_VERSION })
        await record([{ type: 'run.archived', run: run.id }])
      }
    },
    async stop() {
      stopping = true
      readings.stop()
      await tasks.stop()
      await Promise.all([...loops.values()].map(loop => loop.stop()))
      await store.writeSnapshot(commits.state)
      await store.close()
    },
  }
}

/** Machines on which some job needs something now. */
function machinesWithWork(state: State): ReadonlySet<MachineName> {
  const names = new Set<MachineName>()
  for (const job of values(state.jobs)) {
    if (names.has(job.machine)) continue
    const run = get(state.runs, job.run)
    if (run && nextStep(job, run) !== null) names.add(job.machine)
  }
  return names
}

async function asResult<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work())
  } catch (error) {
    if (error instanceof FaultError) return { ok: false, fault: error.fault }
    throw error
  }
}
