import type { MachineActivity, Unsubscribe } from '../../shared/contract.ts'

const EVERY_MS = 1000
const SAMPLE_MS = 60_000
const SAMPLES = 60

export interface Activity {
  listen(listener: (activity: readonly MachineActivity[]) => void): Unsubscribe
  stop(): void
}

type Counted = Omit<MachineActivity, 'questions_last_hour'>

/** What machines were asked, to who listens: at once, and whenever it has changed, at most once a second. */
export function createActivity(count: () => readonly Counted[]): Activity {
  const listeners = new Set<(activity: readonly MachineActivity[]) => void>()
  let timer: NodeJS.Timeout | null = null
  let told = ''
  /** By machine, how many questions there had been at each minute of the last hour, oldest first. */
  const samples = new Map<string, number[]>()

  function counted(): readonly MachineActivity[] {
    return count().map(of => {
      const past = samples.get(of.machine)
      const anHourAgo = past && past.length >= SAMPLES ? (past[0] ?? 0) : 0
      return { ...of, questions_last_hour: of.questions - anHourAgo }
    })
  }
  const sampling = setInterval(() => {
    for (const { machine, questions } of count()) {
      samples.set(machine, [...(samples.get(machine) ?? []), questions].slice(-SAMPLES))
    }
  }, SAMPLE_MS).unref()

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
      clearInterval(sampling)
      listeners.clear()
      rest()
    },
  }
}
