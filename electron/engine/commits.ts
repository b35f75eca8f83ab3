import type { Instant } from '../../shared/ids.ts'
import { admit } from '../../shared/model/admit.ts'
import type { Event, EventBody } from '../../shared/model/events.ts'
import { reduce } from '../../shared/model/reduce.ts'
import type { State } from '../../shared/model/state.ts'
import { EVENT_VERSION } from '../../shared/model/upcast.ts'
import type { Result } from '../../shared/result.ts'

/** What should become a fact, told from the state as it is at that very moment. */
export type Decision = (state: State) => Result<readonly EventBody[]>

/** The only road into the state: decide, flush, reduce, tell. One decision at a time sees what all before it did. */
export interface Commits {
  readonly state: State
  /** Resolves when the events are on disk and in the state; rejects when they could not be written, and nothing changed. */
  commit(decision: Decision): Promise<Result<readonly Event[]>>
}

interface Waiting {
  readonly decision: Decision
  resolve(result: Result<readonly Event[]>): void
  reject(error: unknown): void
}

/**
 * Decisions that wait while a flush is under way are written together by the next one (group commit): each is decided
 * on the state that the ones before it would give, and none is seen by anybody before all are on disk.
 */
export function createCommits(options: {
  readonly state: State
  /** Numbers the bodies and resolves when they are on disk. */
  readonly append: (bodies: readonly EventBody[], at: Instant) => Promise<readonly Event[]>
  readonly now: () => Instant
  readonly committed: (events: readonly Event[]) => void
}): Commits {
  let { state } = options
  let waiting: Waiting[] = []
  let writing = false

  async function write(): Promise<void> {
    if (writing) return
    writing = true
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      await writeBatch(batch)
    }
    writing = false
  }

  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    const at = options.now()
    let ahead = state
    const bodies: EventBody[] = []
    const decided: { readonly waiting: Waiting; readonly from: number; readonly to: number }[] = []
    for (const one of batch) {
      try {
        const decision = one.decision(ahead)
        if (!decision.ok) {
          one.resolve(decision)
          continue
        }
        const admitted = admit(ahead, decision.value, at)
        const from = bodies.length
        bodies.push(...admitted)
        ahead = reduce(ahead, number(admitted, ahead.seq, at))
        decided.push({ waiting: one, from, to: bodies.length })
      } catch (error) {
        one.reject(error)
      }
    }
    try {
      const events = bodies.length > 0 ? await options.append(bodies, at) : []
      state = reduce(state, events)
      if (events.length > 0) options.committed(events)
      for (const { waiting, from, to } of decided) waiting.resolve({ ok: true, value: events.slice(from, to) })
    } catch (error) {
      for (const { waiting } of decided) waiting.reject(error)
    }
  }

  return {
    get state() {
      return state
    },
    commit: decision =>
      new Promise((resolve, reject) => {
        waiting.push({ decision, resolve, reject })
        void write()
      }),
  }
}

/** The events as the journal will number them: from the state's seq on, without gaps. */
function number(bodies: readonly EventBody[], seq: number, at: Instant): readonly Event[] {
  return bodies.map((body, i) => ({ ...body, seq: seq + 1 + i, at, v: EVENT_VERSION }))
}
