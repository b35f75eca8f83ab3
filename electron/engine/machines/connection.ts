import { join } from 'node:path'
import type { MachineActivity } from '../../../shared/contract.ts'
import type { Instant, MachineName } from '../../../shared/ids.ts'
import type { EventBody } from '../../../shared/model/events.ts'
import { type Machine, wayTo } from '../../../shared/model/machine.ts'
import { programs } from '../../../shared/programs/index.ts'
import { installAgent, type RemoteAgent } from './remote-agent.ts'
import { jobBody } from './remote-scripts.ts'
import { type Ask, CommandFailed, type Session, transports, type Unreachable, WantsLogin } from './transports/index.ts'

/** What a machine that answers gives to work with. */
export interface Connected {
  readonly session: Session
  readonly agent: RemoteAgent
  /** Text of resources/remote/job.sh. */
  readonly jobBody: string
}

type Counted = Omit<MachineActivity, 'questions_last_hour' | 'trouble'>

/** The way to one machine: at most one connection, and whether there is one as a fact. */
export interface Connection {
  readonly now: Connected | null
  /** What was asked of the machine; whoever asks otherwise than by a session counts it, too. */
  readonly counted: { -readonly [Key in keyof Counted]: Counted[Key] }
  /**
   * The connection by the machine's settings, made anew where there is none. `wish`: a person wants it now, and may be
   * asked; null: the background needs it. Rejects with Unreachable.
   */
  open(to: Machine, wish: { readonly ask: Ask | null } | null): Promise<Connected>
  close(): Promise<void>
  /** What is known of a machine that answers is a fact; nothing where none does. */
  reached(): Promise<void>
  /**
   * It is closed, and that the machine cannot be used, and why, is a fact. Where a command failed in it that a person
   * logged in for, the login is kept: what comes next begins there anew.
   */
  lost(error: Unreachable): Promise<void>
}

interface Options {
  readonly name: MachineName
  readonly home: string
  readonly machine: () => Machine | undefined
  readonly commit: (facts: readonly EventBody[]) => Promise<void>
  readonly now: () => Instant
  /** The machine answers. */
  readonly answered: () => void
  /** Names came into the spool. */
  readonly reported: () => void
  readonly signal: AbortSignal
}

interface LoggedIn {
  readonly session: Session
  /** The settings by which it was made. */
  readonly by: string
}

export function createConnection(options: Options): Connection {
  const { name, home, machine, commit, now, signal } = options
  const counted: Connection['counted'] = { ...uncounted(name, now()) }
  let connected: (Connected & LoggedIn & { readonly unwatch: () => void }) | null = null
  let kept: LoggedIn | null = null

  async function open(to: Machine, wish: { readonly ask: Ask | null } | null): Promise<Connected> {
    const by = connectionOf(to)
    if (connected && connected.by === by && !connected.session.lost.aborted) return connected
    const session = (await keptBy(by)) ?? (await login(to, wish))
    try {
      const executables = Object.values(programs).flatMap(({ executable }) => executable ?? [])
      const agent = await installAgent(session, to.settings.work ?? join(home, 'work'), executables)
      const unwatch = watchSpool(to, session, agent)
      connected = { session, agent, unwatch, by, jobBody: await jobBody() }
    } catch (error) {
      await leave({ session, by }, error)
      throw error
    }
    await reached() // what is there is a fact before anything is done with it
    return connected
  }

  async function login(to: Machine, wish: { readonly ask: Ask | null } | null): Promise<Session> {
    await close()
    if (wish === null && to.reach.is === 'wants-login') throw new WantsLogin(to.reach.text ?? '', to.reach.hint)
    const ask = wish?.ask ?? null
    if (ask === null && to.attended)
      throw new WantsLogin(
        `The connection to ${to.name} has ended, and its login wants a person.`,
        `larmor machines connect ${to.name}. Submitted jobs go on meanwhile.`,
      )
    return counting(
      await transports[to.settings.transport].connect(to, {
        signal,
        ask,
        count(what) {
          counted[what] += 1
        },
      }),
    )
  }

  /** The session that was kept, where it was made by these settings and its line holds. */
  async function keptBy(by: string): Promise<Session | null> {
    if (kept === null) return null
    const { session, by: before } = kept
    kept = null
    if (before === by && !session.lost.aborted) return session
    await session.close().catch(() => {})
    return null
  }

  /** A full disk there must not cost the login of a person, whom nobody would ask in the background. */
  async function leave({ session, by }: LoggedIn, error: unknown): Promise<void> {
    if (error instanceof CommandFailed && session.attended && !session.lost.aborted) kept = { session, by }
    else await session.close().catch(() => {})
  }

  function counting(session: Session): Session {
    const heard = () => {
      counted.last_data = now()
    }
    const { sftp } = session
    return {
      ...session,
      ...(sftp && {
        sftp() {
          counted.round_trips += 1
          return sftp()
        },
      }),
      exec(line, how) {
        counted.round_trips += 1
        const answer = session.exec(line, how)
        answer.then(heard, () => {})
        return answer
      },
      stream(line, how) {
        counted.round_trips += 1
        const answer = session.stream(line, how)
        answer.done.then(heard, () => {})
        return answer
      },
    }
  }

  /** Where the transport cannot tell of new reports, the machine does, on a channel of its own. */
  function watchSpool({ settings }: Machine, session: Session, agent: RemoteAgent): () => void {
    if (session.watch) return session.watch(join(agent.work, 'spool') as never, options.reported)
    return settings.live && settings.report ? agent.follow(options.reported) : () => {}
  }

  async function close(): Promise<void> {
    connected?.unwatch()
    for (const each of [connected, kept]) await each?.session.close().catch(() => {})
    connected = null
    kept = null
  }

  async function reached(): Promise<void> {
    if (!connected) return
    options.answered()
    const to = machine()
    if (!to) return
    const { session, agent } = connected
    const found = foundOn(to, agent.probe.programs)
    const skew = skewOf(to, agent.probe.skew_s)
    const same =
      to.reach.is === 'ok' &&
      to.attended === session.attended &&
      to.clock_skew_s === skew &&
      JSON.stringify(found) === JSON.stringify(to.found)
    if (same) return
    const reach: Machine['reach'] = { is: 'ok', since: null, text: null, hint: null }
    await commit([
      { type: 'machine.changed', machine: { ...to, attended: session.attended, clock_skew_s: skew, found, reach } },
    ])
  }

  async function lost(error: Unreachable): Promise<void> {
    const was = connected
    connected = null
    was?.unwatch()
    if (was) await leave(was, error)
    const to = machine()
    if (!to) return
    const is = error instanceof WantsLogin ? 'wants-login' : 'unreachable'
    if (to.reach.is === is && to.reach.text === error.message) return
    const since = to.reach.is === 'ok' ? now() : to.reach.since
    const reach: Machine['reach'] = { is, since, text: error.message, hint: hintFor(to.name, error) }
    await commit([{ type: 'machine.changed', machine: { ...to, reach } }])
  }

  return {
    get now() {
      return connected
    },
    counted,
    open,
    close,
    reached,
    lost,
  }
}

/** What is counted of a machine that nothing was asked of. */
export function uncounted(machine: MachineName, since: Instant): Counted {
  return {
    machine,
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

/** All that a connection depends on. */
export function connectionOf(machine: Machine): string {
  return JSON.stringify([wayTo(machine), machine.settings.live && machine.settings.report])
}

/** What to do about it, with this machine's name where a command stands in it. */
export function hintFor(name: MachineName, { hint }: Unreachable): string | null {
  return hint?.replaceAll('NAME', name) ?? null
}

/** The programs that a probe found. What a test found besides, by a prologue or a full path, is there as well. */
function foundOn({ tested, found: known }: Machine, probed: Readonly<Record<string, string>>): Machine['found'] {
  return {
    ...(tested === null ? {} : known),
    ...Object.fromEntries(
      Object.entries(probed).map(([name, path]) => [
        name,
        { path, version: known[name]?.path === path ? known[name].version : null },
      ]),
    ),
  }
}

/** A second more or less is no news. */
function skewOf({ clock_skew_s: known }: Machine, now: number): number {
  return known !== null && Math.abs(now - known) <= 2 ? known : now
}
