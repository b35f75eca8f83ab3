import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { MachineActivity, TerminalSize, Trouble } from '../../../shared/contract.ts'
import type { Instant, JobId, Label, MachineName, RunId } from '../../../shared/ids.ts'
import type { EventBody } from '../../../shared/model/events.ts'
import { type Job, lastAttempt } from '../../../shared/model/job.ts'
import { type Machine, wayTo } from '../../../shared/model/machine.ts'
import type { Run } from '../../../shared/model/run.ts'
import type { State } from '../../../shared/model/state.ts'
import { get, values } from '../../../shared/model/table.ts'
import { programOf, programs } from '../../../shared/programs/index.ts'
import { FaultError, fail, ok, type Result } from '../../../shared/result.ts'
import { schedulerOf } from '../../../shared/schedulers/index.ts'
import type { ShLine } from '../../../shared/sh.ts'
import { jobFolder } from '../job-folder.ts'
import { mayStillReport, nextStep, STEPS, type Step } from '../next-step.ts'
import { type Here, steps } from '../steps/index.ts'
import { diskFault } from '../store/disk-fault.ts'
import type { Store } from '../store/store.ts'
import { testMachine } from './machine-test.ts'
import { installAgent, type RemoteAgent } from './remote-agent.ts'
import { remoteScript } from './remote-scripts.ts'
import { type Ask, type Session, type Tty, transports, Unreachable, WantsLogin } from './transports/index.ts'

export interface MachineLoop {
  /** Something of this machine may have changed: look now rather than at the next turn. */
  wake(): void
  /** Part of a growing output of a running job, for who looks at it; null while the machine is not connected. */
  tail(label: Label, file: string, offset: number): Promise<Buffer | null>
  /** Connects now, by a person's wish, who is asked what the login wants; a fault says why that could not be. */
  login(ask: Ask | null, then: 'connect' | 'test'): Promise<Result<void>>
  /** A command in a terminal, over the connection that there is. Rejects with Unreachable. */
  terminal(line: ShLine, size: TerminalSize): Promise<Tty>
  readonly activity: Counted
  stop(): Promise<void>
}

type Counted = Omit<MachineActivity, 'questions_last_hour'>

interface Options {
  readonly name: MachineName
  readonly home: string
  readonly store: Store<State>
  readonly state: () => State
  readonly commit: (facts: readonly EventBody[]) => Promise<void>
  readonly now: () => Instant
  readonly log: (line: string) => void
}

const LONGEST_BACK_OFF_S = 300
/** How often a machine is asked for the reports of jobs that are lost. */
const LOST_EVERY_MS = 60_000
/** As good as for ever: the longest that a timer takes is 24.8 days. */
const A_DAY_MS = 24 * 3600 * 1000
/** For what is wrong on this computer, a full disk first of all. */
const LONGEST_TROUBLE_S = 15
/** How long a call that is under way may take to end once the engine stops. */
const PATIENCE_MS = 5000
/** Jobs in one turn of a step: a line of sh is at most 128 kB long, and what was submitted or fetched is soon a fact. */
const AT_ONCE: Partial<Record<Step, number>> = { cancel: 500, stage: 500, submit: 200, fetch: 200 }

/**
 * One loop per machine owns its connection and does all that must be done there, all jobs of a step at a time. It
 * asks the state what the next step of each job is; nothing is remembered that a restart could lose.
 */
export function runMachineLoop(options: Options): MachineLoop {
  const stopped = new AbortController()
  let connected: {
    readonly session: Session
    readonly agent: RemoteAgent
    readonly jobBody: string
    readonly unwatch: () => void
    /** The settings by which it was made. */
    readonly by: string
  } | null = null
  let woken = deferred()
  /** When it was last done (ms since 1970): how often it is done is the settings' of the moment. */
  let lastQuestion = 0
  let lastLook = 0
  let lastLostLook = 0
  let failures = 0
  let lookWished = false
  /** What went wrong on this computer in this turn. */
  let trouble: Omit<Trouble, 'since'> | null = null
  const told = new Set<string>()
  let known: { readonly state: State; readonly jobs: readonly Planned[] } | null = null
  const absent = new Map<Label, number>()
  const activity: { -readonly [Key in keyof Counted]: Counted[Key] } = { ...unasked(options.name, options.now()) }
  const logins: {
    readonly ask: Ask | null
    readonly then: 'connect' | 'test'
    readonly settle: (result: Result<void>) => void
  }[] = []
  const spent: string[] = []
  /** What the scheduler said in this turn. */
  let asked: Here['asked'] = { queue: null }
  /** What was seen of the machine beside its jobs, and is not yet a fact. */
  let noticed: Partial<Pick<Machine, 'silent' | 'others'>> = {}

  const machine = (): Machine | undefined => options.state().machines[options.name]

  /** `wish`: a person wants it now, and may be asked; null: the background needs it. */
  async function connect(
    to: Machine,
    wish: { readonly ask: Ask | null } | null,
  ): Promise<NonNullable<typeof connected>> {
    const by = connectionOf(to)
    if (connected && connected.by === by && !connected.session.lost.aborted) return connected
    await disconnect()
    if (wish === null && to.reach.is === 'wants-login') throw new WantsLogin(to.reach.text ?? '', to.reach.hint)
    const ask = wish?.ask ?? null
    if (ask === null && to.attended)
      throw new WantsLogin(
        `The connection to ${to.name} has ended, and its login wants a person.`,
        `larmor machines connect ${to.name}. Submitted jobs go on meanwhile.`,
      )
    const session = counted(
      await transports[to.settings.transport].connect(to, {
        signal: stopped.signal,
        ask,
        count(what) {
          activity[what] += 1
        },
      }),
    )
    try {
      const executables = Object.values(programs).flatMap(({ executable }) => executable ?? [])
      const agent = await installAgent(session, to.settings.work ?? join(options.home, 'work'), executables)
      const unwatch = watchSpool(to, session, agent)
      connected = { session, agent, unwatch, by, jobBody: await readFile(remoteScript('job.sh'), 'utf8') }
    } catch (error) {
      await session.close().catch(() => {})
      throw error
    }
    await reachable(machine() ?? to) // what is there is a fact before anything is done with it
    return connected
  }

  function counted(session: Session): Session {
    const heard = () => {
      activity.last_data = options.now()
    }
    const { sftp } = session
    return {
      ...session,
      ...(sftp && {
        sftp() {
          activity.round_trips += 1
          return sftp()
        },
      }),
      exec(line, how) {
        activity.round_trips += 1
        const answer = session.exec(line, how)
        answer.then(heard, () => {})
        return answer
      },
      stream(line, how) {
        activity.round_trips += 1
        const answer = session.stream(line, how)
        answer.done.then(heard, () => {})
        return answer
      },
    }
  }

  /** Where the transport cannot tell of new reports, the machine does, on a channel of its own. */
  function watchSpool({ settings }: Machine, session: Session, agent: RemoteAgent): () => void {
    if (session.watch) return session.watch(join(agent.work, 'spool') as never, look)
    return settings.live && settings.report ? agent.follow(look) : () => {}
  }

  async function disconnect(): Promise<void> {
    connected?.unwatch()
    await connected?.session.close().catch(() => {})
    connected = null
  }

  function look(): void {
    lastLook = 0
    wake()
  }

  function wake(): void {
    woken.resolve()
  }

  function here(to: Machine, { session, agent, jobBody }: NonNullable<typeof connected>): Here {
    return {
      machine: to,
      session,
      agent,
      jobBody,
      scheduler: schedulerOf(to.settings.scheduler),
      blobs: options.store.blobs,
      calculations: options.store.calculations,
      program: programOf,
      now: options.now,
      folderOf: job => jobFolder(options.home, job, lastAttempt(job).n),
      byLabel: label => {
        const job = get(options.state().jobs, label.slice(0, label.lastIndexOf('.')) as JobId)
        return job?.machine === options.name ? job : undefined
      },
      reportsItself: job => to.settings.report && !get(options.state().runs, job.run)?.no_report,
      mayAskScheduler() {
        if (left(lastQuestion, to.settings.poll_s * 1000) > 0) return false
        lastQuestion = Date.now()
        activity.questions += 1
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
        noticed = { ...noticed, ...seen }
      },
      absentFor(label) {
        const since = absent.get(label) ?? Date.now()
        absent.set(label, since)
        return Date.now() - since
      },
      present: label => void absent.delete(label),
      received(bytes) {
        activity.bytes_fetched += bytes
      },
      spent: names => void spent.push(...names),
    }
  }

  /** The jobs of this machine by what they need now; doubted and watched ones only when it is time to look again. */
  function due(step: Step, lookNow: boolean): readonly Job[] {
    const lostLookNow = lookNow && left(lastLostLook, LOST_EVERY_MS) === 0
    return jobsHere()
      .filter(({ job, run }) => {
        if (step === 'watch' && lostLookNow && mayStillReport(lastAttempt(job))) return true
        if (nextStep(job, run) !== step) return false
        const { phase } = lastAttempt(job)
        return lookNow || !(step === 'watch' || step === 'cancel' || (phase.is === 'submitting' && phase.doubt))
      })
      .map(({ job }) => job)
  }

  /** How many more jobs may be in the machine's queue or run there. */
  function room({ settings: { max_jobs } }: Machine): number | undefined {
    if (max_jobs === null) return undefined
    const there = jobsHere().filter(({ job }) => {
      const { phase, outcome } = lastAttempt(job)
      return outcome === null && (phase.is === 'submitting' || phase.is === 'queued' || phase.is === 'running')
    })
    return Math.max(0, max_jobs - there.length)
  }

  /** The jobs of this machine in the order in which they were planned, which is that of their submission. */
  function jobsHere(): readonly Planned[] {
    const state = options.state()
    if (known?.state !== state) known = { state, jobs: plannedOn(options.name, state) }
    return known.jobs
  }

  /** One turn through all steps; true when something happened, and another turn may find more to do. */
  async function turn(to: Machine): Promise<boolean> {
    const before = options.state().seq
    const lookNow = left(lastLook, to.settings.spool_s * 1000) === 0
    if (lookNow) lastLook = Date.now()
    trouble = null
    asked = { queue: null }
    for (const step of STEPS) {
      const jobs = due(step, lookNow).slice(0, step === 'intend' ? room(to) : AT_ONCE[step])
      // A person who connects wants to see what has come, also where no job of ours is watched.
      if (jobs.length === 0 && !(step === 'watch' && lookWished)) continue
      if (step === 'watch') lookWished = false
      const at = here(machine() ?? to, await connect(to, null))
      // Names whose facts were not kept are not spent.
      spent.length = 0
      await options.commit([...(await take(step, at, jobs)), ...machineFacts()])
      const names = spent.splice(0)
      if (names.length > 0) await at.agent.seen(names)
    }
    if (lookNow && left(lastLostLook, LOST_EVERY_MS) === 0) lastLostLook = Date.now()
    // What went wrong in a look is not over before the next one.
    if (lookNow || trouble) show(trouble)
    if (connected) await reachable(machine() ?? to)
    return options.state().seq !== before
  }

  function machineFacts(): readonly EventBody[] {
    const known = machine()
    const seen = noticed
    noticed = {}
    if (!known) return []
    const now = { ...known, ...seen }
    // A silence is one fact, however its words change.
    const same = isDeepStrictEqual(now.others, known.others) && (now.silent === null) === (known.silent === null)
    return same ? [] : [{ type: 'machine.changed', machine: now }]
  }

  /**
   * What happened to the jobs of a step, which is safe to run twice: where all of them together cannot be done, each is
   * tried alone, so that one whose files are damaged holds up no other.
   */
  async function take(step: Step, at: Here, jobs: readonly Job[]): Promise<readonly EventBody[]> {
    try {
      return await steps[step](at, jobs)
    } catch (error) {
      if (error instanceof Unreachable) throw error
      const [job, another] = jobs
      if (job && !another) {
        troubled(error, `${step} of ${lastAttempt(job).label}`, job.run)
        return []
      }
    }
    const facts: EventBody[] = []
    for (const job of jobs) facts.push(...(await take(step, at, [job])))
    return facts
  }

  /** Nothing was lost by it, and it is tried again; a person is told what it was. */
  function troubled(thrown: unknown, doing: string, run: RunId | null): void {
    const error = diskFault(thrown, options.home)
    tell(`${doing}: ${say(error)}`)
    const { text, hint } = trouble ?? wordsOf(error, doing, join(options.home, 'log'))
    const before = trouble === null ? [] : trouble.runs
    const runs = run === null || before === null ? null : [...new Set([...before, run])]
    trouble = { text, hint, runs }
  }

  function show(now: typeof trouble): void {
    activity.trouble = now && { since: activity.trouble?.since ?? options.now(), ...now }
  }

  /** Logs it, once for as long as it lasts. */
  function tell(text: string): void {
    if (told.has(text)) return
    if (told.size > 1000) told.clear()
    told.add(text)
    options.log(`${options.name}: ${text}`)
  }

  async function reachable(to: Machine): Promise<void> {
    if (trouble === null) {
      failures = 0
      told.clear()
    }
    const found = connected?.agent.probe.programs
    const known = to.found
    const programsFound = found
      ? {
          // What a test found besides, by a prologue or a full path, is there as well.
          ...(to.tested === null ? {} : known),
          ...Object.fromEntries(
            Object.entries(found).map(([name, path]) => [
              name,
              { path, version: known[name]?.path === path ? known[name].version : null },
            ]),
          ),
        }
      : known
    const attended = connected?.session.attended ?? to.attended
    const skew = skewOf(to)
    const same =
      to.reach.is === 'ok' &&
      to.attended === attended &&
      to.clock_skew_s === skew &&
      JSON.stringify(programsFound) === JSON.stringify(known)
    if (!same)
      await options.commit([
        {
          type: 'machine.changed',
          machine: {
            ...to,
            attended,
            clock_skew_s: skew,
            found: programsFound,
            reach: { is: 'ok', since: null, text: null, hint: null },
          },
        },
      ])
  }

  /** A second more or less is no news. */
  function skewOf({ clock_skew_s: known }: Machine): number | null {
    const now = connected?.agent.probe.skew_s ?? known
    return known !== null && now !== null && Math.abs(now - known) <= 2 ? known : now
  }

  async function unreachable(to: Machine, error: Unreachable): Promise<void> {
    await disconnect()
    absent.clear() // absence counts only while the machine can be asked
    show(null)
    tell(error.message)
    const is = error instanceof WantsLogin ? 'wants-login' : 'unreachable'
    if (to.reach.is === is && to.reach.text === error.message) return
    const since = to.reach.is === 'ok' ? options.now() : to.reach.since
    const reach: Machine['reach'] = { is, since, text: error.message, hint: hintFor(to.name, error) }
    await options.commit([{ type: 'machine.changed', machine: { ...to, reach } }])
  }

  /** Does what a person wishes who waits for it; null when nobody does. */
  async function loginWished(to: Machine | undefined): Promise<boolean> {
    const login = logins.shift()
    if (!login) return false
    try {
      if (!to) throw new Unreachable(`There is no machine "${options.name}" any more.`)
      const { session, agent } = await connect(to, login)
      failures = 0
      lookWished = true
      await reachable(machine() ?? to)
      if (login.then === 'test') await test(machine() ?? to, session, agent)
      login.settle(ok(undefined))
    } catch (error) {
      if (!(error instanceof Unreachable)) {
        login.settle(fail({ code: 'internal', message: say(error) }))
        throw error
      }
      if (to) await unreachable(machine() ?? to, error)
      const hint = hintFor(options.name, error)
      const code = error instanceof WantsLogin ? 'person-wanted' : 'not-now'
      const { message, more } = error
      login.settle(fail({ code, message, ...(hint === null ? {} : { hint }), more }))
      throw error
    }
    return true
  }

  async function test(to: Machine, session: Session, agent: RemoteAgent): Promise<void> {
    const { tested, found } = await testMachine(to, session, agent, options.now)
    await options.commit([{ type: 'machine.changed', machine: { ...(machine() ?? to), tested, found } }])
  }

  function hasWork(): boolean {
    return STEPS.some(step => due(step, true).length > 0)
  }

  async function loop(): Promise<void> {
    while (!stopped.signal.aborted) {
      const to = machine()
      let wait = 60_000
      let reached = true
      woken = deferred()
      try {
        if (await loginWished(to)) wait = 0
        else if (to && (await turn(to))) wait = 0
        else if (to && hasWatched()) wait = Math.max(10, left(lastLook, to.settings.spool_s * 1000))
        else if (trouble !== null) wait = backOff(LONGEST_TROUBLE_S)
        else if (hasWork()) wait = 1000
      } catch (error) {
        if (to && error instanceof Unreachable) {
          await unreachable(machine() ?? to, error).catch(() => {})
          reached = false
          // Only a person can go on: no try by itself, or an account may be locked.
          wait = error instanceof WantsLogin ? A_DAY_MS : backOff(LONGEST_BACK_OFF_S)
        } else {
          troubled(error, options.name, null)
          show(trouble)
          wait = backOff(LONGEST_TROUBLE_S)
        }
      }
      if (wait > 0) await pause(wait, reached)
    }
    await disconnect()
  }

  /** Until `ms` are over or somebody wakes it; a machine that is not reached is left alone, unless its settings change. */
  async function pause(ms: number, mayWake: boolean): Promise<void> {
    const until = Date.now() + ms
    const to = machine()
    do {
      const over = new AbortController()
      void woken.promise.then(() => over.abort())
      await sleep(Math.max(0, until - Date.now()), undefined, { signal: over.signal }).catch(() => {})
      woken = deferred()
      if (mayWake || !to || logins.length > 0) return
      const now = machine()
      if (!now || connectionOf(now) !== connectionOf(to)) return
    } while (Date.now() < until && !stopped.signal.aborted)
  }

  /** Milliseconds until the next try: longer with each failure, and never all machines at the same moment. */
  function backOff(longest_s: number): number {
    failures += 1
    return 1000 * Math.min(longest_s, 2 ** Math.min(failures - 1, 10)) * (0.5 + Math.random())
  }

  function hasWatched(): boolean {
    return jobsHere().some(({ job, run }) => {
      const step = nextStep(job, run)
      return step === 'watch' || step === 'cancel' || step === 'submit'
    })
  }

  const running = loop()
  return {
    wake,
    async tail(label, file, offset) {
      return connected ? connected.agent.tail(label, file, offset) : null
    },
    async terminal(line, size) {
      if (!connected) throw new Unreachable(`${options.name} is not connected.`)
      if (!connected.session.terminal) throw new Unreachable(`The way to ${options.name} has no terminal.`)
      return connected.session.terminal(line, size)
    },
    login: (ask, then) =>
      new Promise(resolve => {
        logins.push({ ask, then, settle: resolve })
        wake()
      }),
    activity,
    async stop() {
      stopped.abort()
      for (const { settle } of logins.splice(0)) settle(fail({ code: 'not-now', message: 'The engine has ended.' }))
      wake()
      // What a call did that never ends is found out by the next engine: that is the normal path.
      await Promise.race([running, sleep(PATIENCE_MS, undefined, { ref: false })])
    },
  }
}

/** What is counted of a machine that nothing was asked of. */
export function unasked(machine: MachineName, since: Instant): Counted {
  return {
    machine,
    trouble: null,
    connections: 0,
    login_tries: 0,
    prompts: 0,
    questions: 0,
    round_trips: 0,
    bytes_fetched: 0,
    since,
    last_data: null,
  }
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

/** All that a connection depends on. */
function connectionOf(machine: Machine): string {
  return JSON.stringify([wayTo(machine), machine.settings.live && machine.settings.report])
}

/** What to do about it, with this machine's name where a command stands in it. */
function hintFor(name: MachineName, { hint }: Unreachable): string | null {
  return hint?.replaceAll('NAME', name) ?? null
}

/** Milliseconds that are left of `ms` since `then`; none where the clock was set back behind it. */
function left(then: number, ms: number): number {
  const passed = Date.now() - then
  return passed < 0 ? 0 : Math.max(0, ms - passed)
}

const AGAIN = 'It is tried again by itself.'

/** What went wrong, and what to do about it, where it came to that in `doing`. */
function wordsOf(error: unknown, doing: string, log: string): Pick<Trouble, 'text' | 'hint'> {
  if (error instanceof FaultError) {
    const { message, hint } = error.fault
    return { text: sentence(message), hint: [hint, AGAIN].filter(Boolean).join(' ') }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { text: sentence(`${doing}: ${message}`), hint: `What is in ${log} tells more. ${AGAIN}` }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}

function say(error: unknown): string {
  if (error instanceof FaultError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>(done => {
    resolve = done
  })
  return { promise, resolve }
}
