import type { Engine, Unsubscribe, Update } from '../shared/contract.ts'

/** Batches that may be under way: at one per 33 ms, as many as a page that paints has after two seconds. */
const MOST_UNDER_WAY = 64

export interface CreditFeed {
  /** The receiver has taken one update. */
  taken(): void
  end: Unsubscribe
}

/**
 * A snapshot, then every batch, to a receiver whose channel has no back-pressure of its own and who therefore says what
 * it took. Who falls behind gets a snapshot once it has taken everything, instead of the backlog.
 */
export function creditFeed(engine: Pick<Engine, 'subscribe'>, push: (update: Update) => void): CreditFeed {
  let underWay = 0
  let behind = false
  let leave: Unsubscribe = () => {}
  let subscription = 0

  function follow(): void {
    behind = false
    subscription += 1
    const mine = subscription
    const end = engine.subscribe(update => {
      if (mine !== subscription) return
      underWay += 1
      push(update)
      if (underWay >= MOST_UNDER_WAY) fallBehind()
    })
    if (mine === subscription) leave = end
    else end()
  }
  function fallBehind(): void {
    behind = true
    subscription += 1
    leave()
    leave = () => {}
  }

  follow()
  return {
    taken() {
      underWay = Math.max(0, underWay - 1)
      if (behind && underWay === 0) follow()
    },
    end() {
      subscription += 1
      leave()
    },
  }
}
