/** Places that are taken one after the other; who is urgent goes before who merely works. */
export interface Channels {
  /** Resolves with what gives the place back; `giveWay` is called where whoever keeps it for long leaves none to others. */
  take(urgent: boolean, giveWay?: () => void): Promise<() => void>
  /** The other side has fewer than was thought: as many as are open now, at least one. False where none is open. */
  shrink(): boolean
}

/** An open line to a machine, as all commands of a session share it; `client` is that by which one is begun there. */
export interface OpenLine<Client> {
  readonly client: Client
  readonly channels: Channels
  /** Aborts when the line is lost. */
  readonly lost: AbortSignal
  /** Is told what the login shell printed of its own before a command. */
  greeted(text: string): void
}

/** Of the ten sessions that sshd allows on a connection (MaxSessions), two are left to the person. */
const MOST_CHANNELS = 8
/** How often a command waits for a channel that it does not get though none of ours is open. */
export const MOST_REFUSALS = 50
export const REFUSED_MS = 100

/** All places are free. */
export function createChannels(most = MOST_CHANNELS): Channels {
  const waiting: { readonly rank: number; readonly go: () => void }[] = []
  const lasting = new Set<() => void>()
  let places = most
  let taken = 0

  function give(giveWay?: () => void): () => void {
    taken += 1
    if (giveWay) lasting.add(giveWay)
    let given = true
    return () => {
      if (!given) return
      given = false
      if (giveWay) lasting.delete(giveWay)
      taken -= 1
      if (taken >= places) return
      // Whoever would keep the place goes last: who came before it could not ask it to give way.
      const first = Math.min(...waiting.map(({ rank }) => rank))
      const next = waiting.findIndex(({ rank }) => rank === first)
      waiting.splice(Math.max(0, next), 1)[0]?.go()
    }
  }

  /** Who keeps a place for long gives it back where no other is left. */
  function makeRoom(): void {
    if (lasting.size >= places) for (const giveWay of [...lasting]) giveWay()
  }

  return {
    take(urgent, giveWay) {
      if (taken < places) return Promise.resolve(give(giveWay))
      return new Promise(resolve => {
        waiting.push({ rank: urgent ? 0 : giveWay ? 2 : 1, go: () => resolve(give(giveWay)) })
        makeRoom()
      })
    },
    shrink() {
      // The one that was refused holds a place, too.
      if (taken <= 1) return false
      places = Math.min(places, taken - 1)
      makeRoom()
      return true
    },
  }
}
