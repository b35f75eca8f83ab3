import type { MachineActivity, Unsubscribe } from '../../shared/contract.ts'

const EVERY_MS = 1000

export interface Activity {
  listen(listener: (activity: readonly MachineActivity[]) => void): Unsubscribe
  stop(): void
}

/** What machines were asked, to who listens: at once, and whenever it has changed, at most once a second. */
export function createActivity(counted: () => readonly MachineActivity[]): Activity {
  const listeners = new Set<(activity: readonly MachineActivity[]) => void>()
  let timer: NodeJS.Timeout | null = null
  let told = ''

  function look(): void {
    const now = counted()
    const text = JSON.stringify(now)
    if (text === told) return
    told = text
    for (const listener of listeners) listener(now)
  }
  function rest(): void {
    if (timer) clearInterval(timer)
    timer = null
  }

  return {
    listen(listener) {
      listeners.add(listener)
      listener(counted())
      timer ??= setInterval(look, EVERY_MS)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) rest()
      }
    },
    stop() {
      listeners.clear()
      rest()
    },
  }
}
