import type { Engine, Unsubscribe } from '../shared/contract.ts'
import { GapError, reduce } from '../shared/model/reduce.ts'
import { emptyState, type State } from '../shared/model/state.ts'
import { type Cell, cell } from './cell.ts'

export interface Mirror {
  readonly state: State
  /** False until the first snapshot: nothing is known yet, which is not the same as nothing there. */
  readonly known: boolean
}

export interface Store extends Cell<Mirror> {
  close(): void
}

/**
 * The engine's state, mirrored by the engine's own reducer. Batches are applied as they come and shown once per
 * frame: whatever happened within one look appears together. A gap asks for a fresh snapshot.
 */
export function createStore(
  engine: Pick<Engine, 'subscribe'>,
  nextFrame: (paint: () => void) => unknown = requestAnimationFrame,
): Store {
  const shown = cell<Mirror>({ state: emptyState, known: false })
  let latest = shown.get()
  let due = false
  let unsubscribe: Unsubscribe = () => {}
  let subscription = 0

  function follow(): void {
    subscription += 1
    const mine = subscription
    unsubscribe = engine.subscribe(update => {
      if (mine !== subscription) return
      try {
        const state = update.is === 'snapshot' ? update.state : reduce(latest.state, update.events)
        latest = { state, known: true }
      } catch (error) {
        if (!(error instanceof GapError)) throw error
        unsubscribe()
        follow()
        return
      }
      if (due) return
      due = true
      nextFrame(() => {
        due = false
        shown.set(latest)
      })
    })
  }

  follow()
  return {
    get: shown.get,
    subscribe: shown.subscribe,
    close() {
      subscription += 1
      unsubscribe()
    },
  }
}
