/** Places that are taken one after the other; who is urgent goes before who merely works. */
export interface Channels {
  /** Resolves with what gives the place back. */
  take(urgent: boolean): Promise<() => void>
  /** The other side has fewer than was thought: as many as are open now, at least one. False where none is open. */
  shrink(): boolean
}

/** sshd allows ten sessions on a connection (MaxSessions), of which some are left to the person. */
export function createChannels(most: number): Channels {
  const waiting: { readonly urgent: boolean; readonly go: () => void }[] = []
  let places = most
  let taken = 0

  function give(): () => void {
    taken += 1
    let given = true
    return () => {
      if (!given) return
      given = false
      taken -= 1
      if (taken >= places) return
      const next = waiting.findIndex(({ urgent }) => urgent)
      waiting.splice(Math.max(0, next), 1)[0]?.go()
    }
  }

  return {
    take(urgent) {
      if (taken < places) return Promise.resolve(give())
      return new Promise(resolve => waiting.push({ urgent, go: () => resolve(give()) }))
    },
    shrink() {
      // The one that was refused holds a place, too.
      if (taken <= 1) return false
      places = Math.min(places, taken - 1)
      return true
    },
  }
}
