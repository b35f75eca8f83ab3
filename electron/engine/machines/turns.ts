import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Instant, JobId, Label, MachineName } from '../../../shared/ids.ts'
import type { EventBody } from '../../../shared/model/events.ts'
import { type Attempt, isHeld, type Job, lastAttempt, takesPlace } from '../../../shared/model/job.ts'
import type { Machine } from '../../../shared/model/machine.ts'
import type { Run } from '../../../shared/model/run.ts'
import { waitingForTheSame } from '../../../shared/model/same-calculation.ts'
import type { State } from '../../../shared/model/state.ts'
import { get, values } from '../../../shared/model/table.ts'
import { programOf } from '../../../shared/programs/index.ts'
import { FaultError } from '../../../shared/result.ts'
import { schedulerOf } from '../../../shared/schedulers/index.ts'
import { jobFolder } from '../job-folder.ts'
import { isToBeHeldOrLetGo, isToBeWithdrawn, mayStillReport, nextStep, STEPS, type Step } from '../next-step.ts'
import { type Here, type Noticed, steps } from '../steps/index.ts'
import type { Store } from '../store/store.ts'
import type { Connected, Connection } from './connection.ts'
import { left, monotonic, NEVER } from './monotonic.ts'
import { CommandFailed, Unreachable } from './transports/index.ts'
import type { Troubles } from './trouble.ts'
import { createVainFetches } from './vain-fetches.ts'

/** What must be done on one machine, a turn at a time. */
interface Turns {
  /** Through all steps, all jobs of a step together; true when something happened, and another turn may find more to do. */
  take(to: Machine): Promise<boolean>
  /** The next turn looks, whether it is time or not; `wished`: also where no job of ours is there. */
  look(wished?: 'wished'): void
  /** Milliseconds until it is time to look again; null where nothing is looked for. */
  untilLook(to: Machine): number | null
  hasWork(): boolean
  /** Absence counts only while the machine can be asked. */
  forgetAbsence(): void
  /** Resolves when nothing of them is under way any more. */
  settled(): Promise<void>
}

/** What the loop of one machine works for and with. */
export interface Surroundings {
  readonly name: MachineName
  readonly home: string
  readonly store: Store<State>
  readonly state: () => State
  readonly commit: (facts: readonly EventBody[]) => Promise<void>
  readonly now: () => Instant
}

interface Options extends Surroundings {
  readonly connection: Connection
  readonly troubles: Troubles
  /** Something came that the next turn may go on from. */
  readonly wake: () => void
}

/** Files on their way here. */
interface Download {
  readonly facts: Promise<readonly EventBody[]>
  /** What went wrong on this computer meanwhile. */
  readonly met: Parameters<Troubles['met']>[]
  readonly session: Connected['session']
  over: boolean
}

/** How long a turn waits for a download; one that takes longer goes on beside the turns. */
const MOMENT_MS = 1000
/** How often a machine is asked at least for the reports of jobs that are lost; with each question to its scheduler as well. */
const LOST_EVERY_MS = 60_000
/** Tries until what is written for ever is kept as it is read: about four minutes. */
const FETCHES = 10
/** Jobs in one turn of a step: a line of sh is at most 128 kB long, and what was submitted or fetched is soon a fact. */
const AT_ONCE: Partial<Record<Step, number>> = {
  hold: 500,
  withdraw: 500,
  cancel: 500,
  stage: 500,
  submit: 200,
  fetch: 200,
}

export function createTurns({ name, home, store, state, commit, now, connection, troubles, wake }: Options): Turns {
  /** When it was last done, by the monotonic clock: how often it is done is the settings' of the moment. */
  let lastQuestion = NEVER
  let lastLook = NEVER
  let lastLostLook = NEVER
  let lookWished = false
  let known: { readonly state: State; readonly jobs: readonly Planned[] } | null = null
  const absent = new Map<string, number>()
  const inVain = createVainFetches()
  /** Attempts that the machine was told to cancel, each in its phase: the first time at once, then with each look until it is so. */
  const toldToEnd = new Set<string>()
  const spent: string[] = []
  let download: Download | null = null
  /** What the scheduler said in this turn. */
  let asked: Here['asked'] = { queue: null }
  /** What was seen of the machine beside its jobs, and is not yet a fact. */
  let noticed: Noticed = {}

  const machine = (): Machine | undefined => state().machines[name]

  function here(to: Machine, connected: Connected): Here {
    return {
      machine: to,
      ...connected,
      scheduler: schedulerOf(to.settings.scheduler),
      blobs: store.blobs,
      calculations: store.calculations,
      program: programOf,
      now,
      folderOf: job => jobFolder(home, job, lastAttempt(job).n),
      byLabel: label => {
        const job = get(state().jobs, label.slice(0, label.lastIndexOf('.')) as JobId)
        return job?.machine === name ? job : undefined
      },
      reportsItself: job => to.settings.report && !get(state().runs, job.run)?.no_report,
      mayAskScheduler() {
        if (!isTimeToAsk(to)) return false
        lastQuestion = monotonic()
        connection.counted.questions += 1
        return true
      },
      queueIds: () =>
        jobsHere().flatMap(({ job }) => {
          const { phase, outcome } = lastAttempt(job)
          const id = phase.is === 'queued' || phase.is === 'running' ? phase.queue_id : null
          return id !== null && (outcome === null || outcome === 'lost') ? [id] : []
        }),
      asked,
      noticed(seen) {
        noticed = { ...noticed, ...seen, versions: { ...noticed.versions, ...seen.versions } }
      },
      absentFor(what) {
        const since = absent.get(what) ?? monotonic()
        absent.set(what, since)
        return monotonic() - since
      },
      present: what => void absent.delete(what),
      refused(fault, jobs) {
        const text = [fault.message, fault.detail?.trim().slice(0, 300)].filter(Boolean).join(' ')
        const error = new FaultError({ ...fault, message: text })
        for (const run of new Set(jobs.map(({ run }) => run))) troubles.met(error, name, run)
      },
      takesAsRead: job => inVain.times(lastAttempt(job).label) >= FETCHES - 1,
      received(bytes) {
        connection.counted.bytes_fetched += bytes
      },
      spent: names => void spent.push(...names),
    }
  }

  function isTimeToAsk({ settings }: Machine): boolean {
    return left(lastQuestion, settings.poll_s * 1000) === 0
  }

  /** The jobs of this machine by what they need now; doubted and watched ones only when it is time to look again. */
  function due(step: Step, lookNow: boolean): readonly Job[] {
    if (step === 'fetch' && download !== null) return [] // its end is told
    const to = machine()
    const isAsked = asked.queue !== null || (to !== undefined && isTimeToAsk(to))
    const lostLookNow = lookNow && (isAsked || left(lastLostLook, LOST_EVERY_MS) === 0)
    const jobs = jobsHere()
      .filter(({ job, run }) => {
        if (step === 'watch' && lostLookNow && mayStillReport(lastAttempt(job))) return true
        if (step === 'hold') return to !== undefined && holds(to) && isToBeHeldOrLetGo(job, run)
        if (step === 'withdraw') return to !== undefined && holds(to) && isToBeWithdrawn(job, run)
        if (nextStep(job, run) !== step) return false
        const { phase } = lastAttempt(job)
        if (step === 'cancel' && !toldToEnd.has(inItsPhase(lastAttempt(job)))) return true
        return lookNow || !(step === 'watch' || step === 'cancel' || (phase.is === 'submitting' && phase.doubt))
      })
      .map(({ job }) => job)
    if (step !== 'stage') return jobs
    const waiting = waitingForTheSame(jobs, jobsHere())
    return jobs.filter(job => !waiting.has(job))
  }

  /** How many more jobs may be in the machine's queue or run there. */
  function room(to: Machine): number | undefined {
    const { max_jobs } = to.settings
    if (max_jobs === null) return undefined
    return Math.max(0, max_jobs - jobsHere().filter(({ job }) => takesPlace(lastAttempt(job), holds(to))).length)
  }

  /** Those of a step that are taken now: no more are sent, or let go, than there are places. */
  function withinRoom(step: Step, jobs: readonly Job[], to: Machine): readonly Job[] {
    if (step === 'intend') return jobs.slice(0, room(to))
    if (step === 'fetch') return jobs.filter(job => inVain.isDue(lastAttempt(job).label)).slice(0, AT_ONCE.fetch)
    // From the back of the queue: others behind would begin in the place of what is taken out before them.
    if (step === 'withdraw') return jobs.toReversed().slice(0, AT_ONCE.withdraw)
    if (step !== 'hold') return jobs.slice(0, AT_ONCE[step])
    const held = (job: Job) => isHeld(lastAttempt(job).phase)
    return [...jobs.filter(job => !held(job)), ...jobs.filter(held).slice(0, room(to))]
  }

  /** What failed is as troubled as before until it has come. */
  function tellFailed(): void {
    for (const { job, run } of jobsHere()) {
      const { label } = lastAttempt(job)
      const error = inVain.error(label)
      if (error !== null && nextStep(job, run) === 'fetch') troubles.met(error, `fetch of ${label}`, job.run)
    }
  }

  /** The jobs of this machine in the order in which they were planned, which is that of their submission. */
  function jobsHere(): readonly Planned[] {
    const current = state()
    if (known?.state !== current) known = { state: current, jobs: plannedOn(name, current) }
    return known.jobs
  }

  async function take(to: Machine): Promise<boolean> {
    const before = state().seq
    const lookNow = left(lastLook, to.settings.spool_s * 1000) === 0
    if (lookNow) lastLook = monotonic()
    troubles.begin()
    asked = { queue: null }
    for (const step of STEPS) {
      if (step === 'fetch') tellFailed()
      if (step === 'fetch' && download !== null) {
        await commit(await brought(download))
        continue
      }
      const jobs = withinRoom(step, due(step, lookNow), to)
      // A person who connects wants to see what has come, also where no job of ours is watched.
      if (jobs.length === 0 && !(step === 'watch' && lookWished)) continue
      if (step === 'watch') lookWished = false
      const at = here(machine() ?? to, await connection.open(to, null))
      // Names whose facts were not kept are not spent.
      spent.length = 0
      const facts = await (step === 'fetch' ? fetchSoon(at, jobs) : taken(step, at, jobs, troubles.met))
      await commit([...facts, ...machineFacts()])
      // One that turned out to be submitted is not told yet.
      if (step === 'cancel') for (const job of jobs) toldToEnd.add(inItsPhase(lastAttempt(job)))
      const names = spent.splice(0)
      if (names.length > 0) await at.agent.seen(names)
    }
    if (lookNow && left(lastLostLook, LOST_EVERY_MS) === 0) lastLostLook = monotonic()
    // What went wrong in a look is not over before the next one.
    if (lookNow || troubles.now) troubles.show()
    await connection.reached()
    return state().seq !== before
  }

  function machineFacts(): readonly EventBody[] {
    const before = machine()
    const { versions = {}, ...seen } = noticed
    noticed = {}
    if (!before) return []
    const found = withVersions(before.found, versions)
    const after = { ...before, ...seen, found }
    const same =
      isDeepStrictEqual(after.others, before.others) &&
      gist(after.silent) === gist(before.silent) &&
      isDeepStrictEqual(found, before.found)
    return same ? [] : [{ type: 'machine.changed', machine: after }]
  }

  /**
   * What happened to the jobs of a step, which is safe to run twice: where all of them together cannot be done, each is
   * tried alone, so that one whose files are damaged holds up no other.
   */
  async function taken(
    step: Step,
    at: Here,
    jobs: readonly Job[],
    met: Troubles['met'],
  ): Promise<readonly EventBody[]> {
    try {
      const facts = await steps[step](at, jobs)
      if (step === 'fetch')
        inVain.asked(
          jobs.map(each => lastAttempt(each).label),
          facts,
        )
      return facts
    } catch (error) {
      if (error instanceof Unreachable && !(step === 'fetch' && isOfTheFiles(error))) throw error
      const [job, another] = jobs
      if (job && !another) {
        const { label } = lastAttempt(job)
        const told = error instanceof CommandFailed ? notFetched(label, error) : error
        if (step === 'fetch') inVain.failed(label, told)
        met(told, `${step} of ${label}`, job.run)
        return []
      }
    }
    const facts: EventBody[] = []
    for (const job of jobs) facts.push(...(await taken(step, at, [job], met)))
    return facts
  }

  /**
   * Gigabytes may be hours on their way, in which nothing else would be seen, begun or cancelled on the machine: what does not come
   * soon is left to the turn after its end.
   */
  async function fetchSoon(at: Here, jobs: readonly Job[]): Promise<readonly EventBody[]> {
    const met: Download['met'] = []
    const facts = taken('fetch', at, jobs, (...fault) => void met.push(fault))
    const begun: Download = { facts, met, session: at.session, over: false }
    const isOver = () => {
      begun.over = true
    }
    const ended = facts.then(isOver, isOver)
    download = begun
    const moment = new AbortController()
    await Promise.race([ended, sleep(MOMENT_MS, undefined, { signal: moment.signal }).catch(() => {})])
    moment.abort()
    if (!begun.over) void ended.then(wake)
    return brought(begun)
  }

  /** What came of a download that is over; nothing while it goes on. */
  async function brought({ over, facts, met, session }: Download): Promise<readonly EventBody[]> {
    if (!over) return []
    download = null
    for (const fault of met) troubles.met(...fault)
    try {
      return await facts
    } catch (error) {
      // A line that was given up since then says nothing of the one that there is now.
      if (error instanceof Unreachable && connection.now?.session !== session) return []
      throw error
    }
  }

  function isWatched({ job, run }: Planned): boolean {
    const step = nextStep(job, run)
    return step === 'watch' || step === 'cancel' || step === 'submit'
  }

  return {
    take,
    look(wished) {
      lastLook = NEVER
      if (wished) lookWished = true
    },
    untilLook: to => (jobsHere().some(isWatched) ? left(lastLook, to.settings.spool_s * 1000) : null),
    hasWork: () => STEPS.some(step => due(step, true).length > 0),
    forgetAbsence: () => absent.clear(),
    settled: async () => {
      await download?.facts.catch(() => {})
    },
  }
}

/** The programs that were found there, with the versions that they printed themselves. */
function withVersions(found: Machine['found'], versions: NonNullable<Noticed['versions']>): Machine['found'] {
  const told = Object.entries(found).map(
    ([executable, each]) => [executable, { ...each, version: versions[executable] ?? each.version }] as const,
  )
  return Object.fromEntries(told)
}

function inItsPhase({ label, phase }: Attempt): string {
  return `${label} ${phase.is}`
}

/** It may be of the files of one job, as of a folder in which nothing may be written; a full disk is the machine's. */
function isOfTheFiles(error: Unreachable): boolean {
  return error instanceof CommandFailed && error.hint === null
}

/** Where it is these notes that could not be made. */
const NOTED_THERE = 'Its folder must be one in which your account there may write: what was fetched is noted in it.'

function notFetched(label: Label, { message }: CommandFailed): FaultError {
  return new FaultError({
    code: 'not-now',
    message: `What came out of ${label} cannot be fetched: ${message.trim()}`,
    ...(/fetch\.sha256|not-fetched\.txt/.test(message) ? { hint: NOTED_THERE } : {}),
  })
}

/** A silence is one fact for as long as its words are the same but for numbers: times, ports, process ids. */
function gist(silent: Machine['silent']): string | undefined {
  return silent?.text.replaceAll(/\d+/g, '')
}

interface Planned {
  readonly job: Job
  readonly run: Run
}

function plannedOn(machine: MachineName, state: State): readonly Planned[] {
  const runs = [...values(state.runs)].sort((a, b) => (a.started < b.started ? -1 : a.started > b.started ? 1 : 0))
  return runs.flatMap(run =>
    run.jobs.flatMap(id => {
      const job = get(state.jobs, id)
      return job?.machine === machine ? [{ job, run }] : []
    }),
  )
}

/** Whether its queue is Larmor's own, in which what waits can be held. */
function holds({ settings }: Machine): boolean {
  return schedulerOf(settings.scheduler).hold !== undefined
}
