import type { Model } from '../../../electron/engine/store/store.ts'
import type { RunId } from '../../../shared/ids.ts'
import type { Event, EventBody } from '../../../shared/model/events.ts'

/** A state that shows every event that was applied, and in which order. */
export interface Seen {
  readonly seq: number
  readonly seen: readonly string[]
}

export const seen: Model<Seen> = {
  reducerVersion: 1,
  emptyState: { seq: 0, seen: [] },
  reduce(state, events) {
    for (const [i, event] of events.entries()) {
      if (event.seq !== state.seq + i + 1) throw new Error(`event ${event.seq} follows ${state.seq + i}`)
    }
    return { seq: events.at(-1)?.seq ?? state.seq, seen: [...state.seen, ...events.map(textOf)] }
  },
}

/** Everything that an event says, but for its number. */
function textOf({ seq: _, ...event }: Event): string {
  return JSON.stringify(event)
}

export const AT = '2026-01-02T03:04:05.678Z'

/** A small event that tells itself from others. */
export function paused(run: string): EventBody {
  return { type: 'run.paused', run: run as RunId }
}

export const noFence = { fence: () => {} }
