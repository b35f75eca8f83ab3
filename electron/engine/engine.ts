import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine, Update } from '../../shared/contract.ts'
import type { ContentRef, Instant, MachineName, RunId } from '../../shared/ids.ts'
import type { Command } from '../../shared/model/commands.ts'
import { decide } from '../../shared/model/decide.ts'
import type { Event, EventBody } from '../../shared/model/events.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import type { State } from '../../shared/model/state.ts'
import { get, values } from '../../shared/model/table.ts'
import { asResult, FaultError, fail, ok, type Result } from '../../shared/result.ts'
import { createActivity } from './activity.ts'
import { archiveRuns } from './archive-runs.ts'
import { keepCampaignFolders } from './campaign-folders.ts'
import { collectBlobs } from './collect-blobs.ts'
import { createCommits } from './commits.ts'
import { type MachineLoop, runMachineLoop, unasked } from './machines/machine-loop.ts'
import { Unreachable } from './machines/transports/index.ts'
import { say } from './machines/trouble.ts'
import { mayStillReport, nextStep } from './next-step.ts'
import { planRun } from './plan.ts'
import { around } from './points.ts'
import { createQuestions } from './questions.ts'
import { createReadings } from './readings.ts'
import { hasResults, writeResults } from './results.ts'
import { readingFrom } from './store/disk-reader.ts'
import type { Store } from './store/store.ts'
import type { TaskPool } from './tasks/pool.ts'
import { createTasksAtWork } from './tasks-at-work.ts'
import { createTerminals } from './terminals.ts'

export interface RunningEngine extends Engine {
  readonly state: State
  /** Keeps a file of this computer. */
  keep(path: string): Promise<Result<ContentRef>>
  /** Whether anything is left that only a living engine can do. */
  isBusy(): boolean
  /** Moves runs that ended longer ago than this from the state into the archive; what goes wrong is logged. */
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

/** How soon what the disk refused is tried again. */
const AGAIN_MS = 2000
/** How often the bars of running jobs are looked at: what they computed meanwhile counts. */
const PROGRESS_MS = 5000

const ENDED = 'The engine has ended.'

/**
 * Events in, state out, and for every run, task and job the next step: the whole engine is this loop. Nothing is
 * remembered beside the state, so a restart goes on where the journal ends.
 */
export function startEngine({ home, store, pool, now, log }: EngineOptions): RunningEngine {
  const listeners = new Set<(update: Update) => void>()
  const loops = new Map<MachineName, MachineLoop>()
  /** The loops of removed machines, until they have ended. */
  const leaving = new Set<Promise<void>>()
  const resultsAtWork = new Set<Promise<void>>()
  let stopping = false

  const commits = createCommits({
    state: store.state,
    append: store.append,
    now,
    committed(events) {
      for (const listener of listeners) tell(listener, events)
      after(events)
    },
  })
  const tasks = createTasksAtWork(pool, recordAtLast, run => plan([run]))
  const readings = createReadings(
    () => commits.state,
    {
      tail: async (machine, label, file, offset) => loops.get(machine)?.tail(label, file, offset) ?? null,
      newest: async (machine, label, dir) => loops.get(machine)?.newest(label, dir) ?? [],
    },
    log,
  )

  const questions = createQuestions(now)
  const started = now()
  const activity = createActivity(() =>
    Object.values(commits.state.machines).map(({ name }) => loops.get(name)?.activity ?? unasked(name, started)),
  )
  const terminals = createTerminals(async (machine, line, size) => {
    if (!Object.hasOwn(commits.state.machines, machine)) throw new Unreachable(`There is no machine "${machine}".`)
    const reached = await login(machine, 'connect')
    if (!reached.ok) throw new Unreachable(reached.fault.message, reached.fault.hint ?? null)
    return loopOf(machine).terminal(line, size)
  })
  /** Logins at which a person may be asked, one after the other: two who ask at once would be one too many. */
  let attended: Promise<unknown> = Promise.resolve()

  /** A host that stumbles over an event must not keep the others, or the engine, from it. */
  function tell(listener: (update: Update) => void, events: readonly Event[]): void {
    try {
      listener({ is: 'events', events })
    } catch (error) {
      log(`a listener failed: ${say(error)}`)
    }
  }

  /** Facts that were seen: those that are possible become events. */
  async function record(facts: readonly EventBody[]): Promise<void> {
    if (facts.length > 0) await commits.commit(state => ok(facts.flatMap(fact => asSeen(state, fact))))
  }

  /** The same for facts that nobody would see a second time: again and again while the disk is full. */
  async function recordAtLast(facts: readonly EventBody[]): Promise<void> {
    while (!stopping) {
      try {
        return await record(facts)
      } catch (error) {
        log(`not kept: ${say(error)}`)
        if (!(error instanceof FaultError)) return
        await sleep(AGAIN_MS, undefined, { ref: false })
      }
    }
  }

  /** What a batch of events sets going. */
  function after(events: readonly Event[]): void {
    if (stopping) return
    plan(new Set(events.flatMap(event => ('run' in event ? [event.run] : []))))
    tasks.begin(commits.state)
    leaveRemoved(events)
    wakeMachines()
    campaigns.after(events)
    for (const event of events) if (event.type === 'run.ended') keepResults(event.run)
  }

  /** The readable files of an ended run: made anew whenever it ends, and, after a crash, at the next start. */
  function keepResults(id: RunId): void {
    const run = get(commits.state.runs, id)
    if (run?.phase.is !== 'ended') return
    const writing = writeResults(home, commits.state, run, store.blobs)
      .catch((error: unknown) => {
        log(`the results of ${id} could not be written: ${say(error)}`)
        if (error instanceof FaultError && !stopping) setTimeout(() => stopping || keepResults(id), AGAIN_MS).unref()
      })
      .finally(() => resultsAtWork.delete(writing))
    resultsAtWork.add(writing)
  }

  async function keepMissingResults(): Promise<void> {
    for (const run of values(commits.state.runs)) {
      if (run.phase.is === 'ended' && !(await hasResults(home, run))) keepResults(run.id)
    }
  }

  function plan(runs: Iterable<RunId>): void {
    for (const run of runs) {
      const planned = around('plan', () =>
        commits.commit(state => ok(planRun(state, run, task => tasks.isWorking(run, task), now()))),
      )
      planned.catch((error: unknown) => {
        log(`planning ${run}: ${say(error)}`)
        // The disk is full, and nothing else may happen that would have the run planned again.
        if (error instanceof FaultError && !stopping) setTimeout(() => stopping || plan([run]), AGAIN_MS).unref()
      })
    }
  }

  function wakeMachines(): void {
    const busy = new Set([...machinesWithWork(commits.state), ...machinesWithLost(commits.state)])
    for (const name of busy) if (Object.hasOwn(commits.state.machines, name)) loopOf(name).wake()
  }

  /** Nothing of a machine that was removed stays open. */
  function leaveRemoved(events: readonly Event[]): void {
    for (const event of events) {
      const loop = event.type === 'machine.removed' ? loops.get(event.machine) : undefined
      if (event.type !== 'machine.removed' || !loop) continue
      loops.delete(event.machine)
      const left = loop.stop('The machine was removed.').finally(() => leaving.delete(left))
      leaving.add(left)
    }
  }

  function loopOf(name: MachineName): MachineLoop {
    const loop =
      loops.get(name) ?? runMachineLoop({ name, home, store, state: () => commits.state, commit: record, now, log })
    loops.set(name, loop)
    return loop
  }

  async function login(name: MachineName, then: 'connect' | 'test'): Promise<Result<{ readonly seq: number }>> {
    const turn = attended.then((): Result<void> | Promise<Result<void>> =>
      stopping
        ? fail({ code: 'not-now', message: ENDED })
        : loopOf(name).login(questions.heard ? questions.asker(name) : null, then),
    )
    attended = turn.catch(() => {})
    const done = await turn
    return done.ok ? ok({ seq: commits.state.seq }) : done
  }

  async function send(command: Command): Promise<Result<{ readonly seq: number }>> {
    try {
      await restoreArchived(command)
      const decided = await commits.commit(state => decide(state, command))
      if (decided.ok && command.type === 'machine.connect') return await login(command.machine, 'connect')
      if (decided.ok && command.type === 'machine.test') return await login(command.machine, 'test')
      if (decided.ok && command.type === 'jobs.clean') collect()
      return decided.ok ? ok({ seq: commits.state.seq }) : decided
    } catch (error) {
      if (error instanceof FaultError) return { ok: false, fault: error.fault }
      throw error
    }
  }

  /** Content that nothing refers to any more goes from this computer, too. */
  function collect(): void {
    collectBlobs(home, store, commits.state)
      .then(({ count, bytes }) => log(`removed ${count} blobs (${bytes} bytes) that nothing refers to`))
      .catch((error: unknown) => log(`collecting blobs: ${say(error)}`))
  }

  /** A command about an archived run brings it back first, as it was. */
  async function restoreArchived(command: Command): Promise<void> {
    for (const id of runsOf(command)) {
      if (get(commits.state.runs, id)) continue
      const archived = (await store.archive.list()).some(entry => entry.id === id)
      if (!archived) continue
      const { run, jobs } = await store.archive.read(id)
      await record([{ type: 'run.restored', run: id, restored: run, jobs }])
    }
  }

  function openRuns(): readonly RunId[] {
    return [...values(commits.state.runs)].filter(run => run.phase.is === 'open').map(run => run.id)
  }

  const campaigns = keepCampaignFolders({ home, state: () => commits.state, blobs: store.blobs, send, now, log })
  plan(openRuns())
  const progressing = setInterval(() => stopping || plan(openRuns()), PROGRESS_MS).unref()
  keepMissingResults().catch((error: unknown) => log(`looking for results: ${say(error)}`))
  tasks.begin(commits.state)
  wakeMachines()

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
    async keep(path) {
      return asResult(() => store.blobs.putFile(path))
    },
    ...readingFrom(store.archive, store.blobs),
    readings: (listener, of) => readings.listen(listener, of),
    questions: listener => questions.listen(listener),
    answer: async (id, answer) => questions.answer(id, answer),
    terminal: call => terminals.call(call),
    activity: listener => activity.listen(listener),
    isBusy: () =>
      tasks.count > 0 ||
      machinesWithWork(commits.state).size > 0 ||
      [...values(commits.state.runs)].some(run => run.phase.is === 'open' && run.phase.hold !== 'paused'),
    archive: afterMs =>
      archiveRuns(store, commits, new Date(Date.parse(now()) - afterMs).toISOString()).catch((error: unknown) =>
        log(`archiving: ${say(error)}`),
      ),
    async stop() {
      stopping = true
      clearInterval(progressing)
      readings.stop()
      activity.stop()
      questions.stop()
      terminals.stop()
      await tasks.stop()
      await Promise.all(resultsAtWork)
      await campaigns.stop()
      await Promise.all([...[...loops.values()].map(loop => loop.stop(ENDED)), ...leaving])
      await store.writeSnapshot(commits.state).catch((error: unknown) => log(`snapshot: ${say(error)}`))
      await store.close()
    },
  }
}

/** The runs that a command is about: a job's id begins with its run's (`jobId`). */
function runsOf(command: Command): ReadonlySet<RunId> {
  if ('run' in command) return new Set([command.run])
  const jobs = 'jobs' in command ? command.jobs : 'job' in command ? [command.job] : []
  return new Set(jobs.map(id => id.split('.')[0] as RunId))
}

/** What was seen of a machine never changes what a person has set meanwhile, and brings no removed one back. */
function asSeen(state: State, fact: EventBody): readonly EventBody[] {
  if (fact.type !== 'machine.changed') return [fact]
  const known = state.machines[fact.machine.name]
  return known ? [{ ...fact, machine: { ...fact.machine, settings: known.settings } }] : []
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

/** Machines from which a report may still come. */
function machinesWithLost(state: State): readonly MachineName[] {
  return [...values(state.jobs)].filter(job => mayStillReport(lastAttempt(job))).map(job => job.machine)
}
