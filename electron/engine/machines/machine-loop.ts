import { setTimeout as sleep } from 'node:timers/promises'
import type { MachineActivity, TerminalSize } from '../../../shared/contract.ts'
import type { Instant, Label, MachineName, RemotePath } from '../../../shared/ids.ts'
import type { Machine } from '../../../shared/model/machine.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { ShLine } from '../../../shared/sh.ts'
import { type Connected, connectionOf, createConnection, hintFor, uncounted } from './connection.ts'
import { testMachine } from './machine-test.ts'
import { left, monotonic } from './monotonic.ts'
import { type Ask, type Tty, Unreachable, WantsLogin } from './transports/index.ts'
import { createTroubles, say } from './trouble.ts'
import { createTurns, type Surroundings } from './turns.ts'

export interface MachineLoop {
  /** Something of this machine may have changed: look now rather than at the next turn. */
  wake(): void
  /** Part of a growing output of a running job, for who looks at it; null while the machine is not connected. */
  tail(label: Label, file: string, offset: number): Promise<Buffer | null>
  /** Names of the files of an adopted job's folder, what changed last first; none while the machine is not connected. */
  newest(label: Label, dir: string): Promise<readonly string[]>
  /** Connects now, by a person's wish, who is asked what the login wants; a fault says why that could not be. */
  login(ask: Ask | null, then: 'connect' | 'test'): Promise<Result<void>>
  /** A command in a terminal, over the connection that there is. Rejects with Unreachable. */
  terminal(line: ShLine, size: TerminalSize): Promise<Tty>
  readonly activity: Omit<MachineActivity, 'questions_last_hour'>
  /** Closes the connection; who waits for a login is told `why`. */
  stop(why: string): Promise<void>
}

interface Options extends Surroundings {
  readonly log: (line: string) => void
}

const LONGEST_BACK_OFF_S = 300
/** As good as for ever: the longest that a timer takes is 24.8 days. */
const A_DAY_MS = 24 * 3600 * 1000
/** For what is wrong on this computer, a full disk first of all. */
const LONGEST_TROUBLE_S = 15
/** How long a call that is under way may take to end once it is stopped. */
const PATIENCE_MS = 5000

/**
 * One loop per machine decides when its next turn is, and does what a person wishes who waits for it. Nothing is remembered
 * that a restart could lose.
 */
export function runMachineLoop(options: Options): MachineLoop {
  const { name, state, commit, now } = options
  const stopped = new AbortController()
  let woken = deferred()
  let failures = 0
  const logins: {
    readonly ask: Ask | null
    readonly then: 'connect' | 'test'
    readonly settle: (result: Result<void>) => void
  }[] = []

  const machine = (): Machine | undefined => state().machines[name]
  const troubles = createTroubles(options.home, now, line => options.log(`${name}: ${line}`))
  const connection = createConnection({
    ...options,
    machine,
    signal: stopped.signal,
    answered() {
      if (troubles.now !== null) return
      failures = 0
      troubles.over()
    },
    reported() {
      turns.look()
      wake()
    },
  })
  const turns = createTurns({ ...options, connection, troubles, wake })

  function wake(): void {
    woken.resolve()
  }

  async function lost(error: Unreachable): Promise<void> {
    turns.forgetAbsence()
    troubles.none()
    troubles.tell(error.message)
    await connection.lost(error)
  }

  /** Does what a person wishes who waits for it; false when nobody does. */
  async function loginWished(to: Machine | undefined): Promise<boolean> {
    const login = logins.shift()
    if (!login) return false
    try {
      if (!to) throw new Unreachable(`There is no machine "${name}" any more.`)
      const connected = await connection.open(to, login)
      failures = 0
      turns.look('wished')
      await connection.reached()
      if (login.then === 'test') await test(machine() ?? to, connected)
      login.settle(ok(undefined))
    } catch (error) {
      if (!(error instanceof Unreachable)) {
        login.settle(fail({ code: 'internal', message: say(error) }))
        throw error
      }
      if (to) await lost(error)
      const hint = hintFor(name, error)
      const code = error instanceof WantsLogin ? 'person-wanted' : 'not-now'
      const { message, more } = error
      login.settle(fail({ code, message, ...(hint === null ? {} : { hint }), more }))
      throw error
    }
    return true
  }

  async function test(to: Machine, { session, agent }: Connected): Promise<void> {
    const { tested, found } = await testMachine(to, session, agent, now)
    await commit([{ type: 'machine.changed', machine: { ...(machine() ?? to), tested, found } }])
  }

  async function loop(): Promise<void> {
    while (!stopped.signal.aborted) {
      const to = machine()
      let wait = 60_000
      let reached = true
      woken = deferred()
      try {
        if (await loginWished(to)) wait = 0
        else if (to && (await turns.take(to))) wait = 0
        else wait = to ? untilNext(to) : wait
      } catch (error) {
        if (stopped.signal.aborted) break // what was cut says nothing about the machine
        if (to && error instanceof Unreachable) {
          await lost(error).catch(() => {})
          reached = false
          // Only a person can go on: no try by itself, or an account may be locked.
          wait = error instanceof WantsLogin ? A_DAY_MS : backOff(LONGEST_BACK_OFF_S)
        } else {
          troubles.met(error, name, null)
          troubles.show()
          wait = backOff(LONGEST_TROUBLE_S)
        }
      }
      if (wait > 0) await pause(wait, reached)
    }
    await connection.close()
    await turns.settled()
  }

  /** Milliseconds until the next turn, after one in which nothing happened. */
  function untilNext(to: Machine): number {
    const look = turns.untilLook(to)
    if (look !== null) return Math.max(10, look)
    if (troubles.now !== null) return backOff(LONGEST_TROUBLE_S)
    return turns.hasWork() ? 1000 : 60_000
  }

  /** Until `ms` are over or somebody wakes it; a machine that is not reached is left alone, unless its settings change. */
  async function pause(ms: number, mayWake: boolean): Promise<void> {
    const since = monotonic()
    const to = machine()
    do {
      const over = new AbortController()
      void woken.promise.then(() => over.abort())
      await sleep(Math.min(A_DAY_MS, left(since, ms)), undefined, { signal: over.signal }).catch(() => {})
      woken = deferred()
      if (mayWake || !to || logins.length > 0) return
      const current = machine()
      if (!current || connectionOf(current) !== connectionOf(to)) return
    } while (left(since, ms) > 0 && !stopped.signal.aborted)
  }

  /** Milliseconds until the next try: longer with each failure, and never all machines at the same moment. */
  function backOff(longest_s: number): number {
    failures += 1
    return 1000 * Math.min(longest_s, 2 ** Math.min(failures - 1, 10)) * (0.5 + Math.random())
  }

  const running = loop()
  return {
    wake,
    async tail(label, file, offset) {
      return connection.now ? connection.now.agent.tail(label, file, offset) : null
    },
    async newest(label, dir) {
      return connection.now ? connection.now.agent.newest(label, dir as RemotePath) : []
    },
    async terminal(line, size) {
      if (!connection.now) throw new Unreachable(`${name} is not connected.`)
      const { session } = connection.now
      if (!session.terminal) throw new Unreachable(`The way to ${name} has no terminal.`)
      return session.terminal(line, size)
    },
    login: (ask, then) =>
      new Promise(resolve => {
        logins.push({ ask, then, settle: resolve })
        wake()
      }),
    get activity() {
      return { ...connection.counted, trouble: troubles.shown }
    },
    async stop(why) {
      stopped.abort()
      for (const { settle } of logins.splice(0)) settle(fail({ code: 'not-now', message: why }))
      wake()
      // What a call did that never ends is found out by the next engine: that is the normal path.
      await Promise.race([running, sleep(PATIENCE_MS, undefined, { ref: false })])
    },
  }
}

/** What is known of a machine that nothing was asked of. */
export function unasked(machine: MachineName, since: Instant): MachineLoop['activity'] {
  return { ...uncounted(machine, since), trouble: null }
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>(done => {
    resolve = done
  })
  return { promise, resolve }
}
