import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine, Question, Unsubscribe } from '../../shared/contract.ts'
import type { State } from '../../shared/model/state.ts'
import { FaultError, fail, type Result } from '../../shared/result.ts'

/** An engine that may end: what a host is attached to. */
export interface MortalEngine extends Engine {
  readonly closed: Promise<void>
  detach(): void
}

export interface SteadyEngine extends Engine {
  /** Whether an engine lives, now and at every change. */
  presence(listener: (alive: boolean) => void): Unsubscribe
  detach(): void
}

interface Doors {
  /** Attaches to the engine that lives, or null. */
  living(): Promise<MortalEngine | null>
  /** The same, and starts one where none lives. Throws a FaultError when that cannot be. */
  ensured(): Promise<MortalEngine>
  /** The state on disk, for who looks while no engine lives. */
  stored(): Promise<State>
  /** Contents and archived runs on disk, likewise. */
  readonly disk: Pick<Engine, 'read' | 'archivedRuns' | 'archivedRun'>
}

const LOOK_EVERY_MS = 1000

/**
 * One Engine for as long as the host lives, over engines that come and go: when one ends, the last state stays on the
 * screen; when another lives, every listener gets its snapshot. Only a command or new content starts an engine:
 * who merely looks starts nothing.
 */
export function steadyEngine(first: MortalEngine, { living, ensured, stored, disk }: Doors): SteadyEngine {
  /** All that is listened to, and how at an engine. */
  const joined = new Set<{ readonly on: (engine: Engine) => Unsubscribe; leave: Unsubscribe }>()
  const asked = new Set<(open: readonly Question[]) => void>()
  const present = new Set<(alive: boolean) => void>()
  let current: MortalEngine | null = null
  let gone = false

  function take(engine: MortalEngine): MortalEngine {
    // Two who asked at once bring two attachments to the same engine.
    if (current) {
      if (current !== engine) engine.detach()
      return current
    }
    current = engine
    for (const each of joined) each.leave = each.on(engine)
    void engine.closed.then(() => {
      current = null
      for (const listener of asked) listener([]) // its questions have ended with it
      say(false)
      void look()
    })
    say(true)
    return engine
  }
  async function look(): Promise<void> {
    while (!current && !gone) {
      await sleep(LOOK_EVERY_MS, undefined, { ref: false })
      const engine = await living().catch(() => null)
      if (engine && gone) engine.detach()
      else if (engine) take(engine)
    }
  }
  function say(alive: boolean): void {
    for (const listener of present) listener(alive)
  }
  async function use<T>(act: (engine: Engine) => Promise<Result<T>>): Promise<Result<T>> {
    try {
      return await act(current ?? take(await ensured()))
    } catch (error) {
      if (error instanceof FaultError) return fail(error.fault)
      throw error
    }
  }
  /** Joined to the engine that lives, and to each that lives later. */
  function join(on: (engine: Engine) => Unsubscribe): Unsubscribe {
    const mine = { on, leave: current ? on(current) : () => {} }
    joined.add(mine)
    return () => {
      mine.leave()
      joined.delete(mine)
    }
  }

  take(first)
  return {
    subscribe(listener) {
      let left = false
      const leave = join(engine => engine.subscribe(listener))
      if (!current) {
        const show = (state: State) => {
          if (!current && !left) listener({ is: 'snapshot', state })
        }
        // A folder that cannot be read now is read again by the next engine, which then says what is wrong.
        stored().then(show, () => {})
      }
      return () => {
        left = true
        leave()
      }
    },
    readings: (listener, of) => join(engine => engine.readings(listener, of)),
    questions(listener) {
      asked.add(listener)
      const leave = join(engine => engine.questions(listener))
      return () => {
        leave()
        asked.delete(listener)
      }
    },
    activity: listener => join(engine => engine.activity(listener)),
    send: command => use(engine => engine.send(command)),
    async answer(id, answer) {
      if (current) return current.answer(id, answer)
      return fail({ code: 'not-found', message: 'This question is closed: the engine that asked has ended.' })
    },
    async terminal(call) {
      if (call.does === 'open') return use(engine => engine.terminal(call))
      if (current) return current.terminal(call)
      return fail({ code: 'not-found', message: 'This terminal is closed: its engine has ended.' })
    },
    put: text => use(engine => engine.put(text)),
    // What is on disk is read there while no engine lives: reading starts none.
    read: (ref, range) => (current ?? disk).read(ref, range),
    archivedRuns: () => (current ?? disk).archivedRuns(),
    archivedRun: run => (current ?? disk).archivedRun(run),
    presence(listener) {
      present.add(listener)
      listener(current !== null)
      return () => present.delete(listener)
    },
    detach() {
      gone = true
      current?.detach()
    },
  }
}
