import type { Engine, Reading, Unsubscribe } from '../../../shared/contract.ts'
import type { JobId, RunId } from '../../../shared/ids.ts'

/** The readings of several runs and jobs, as a host asks for them; null: of all. */
export function readingsOf(
  engine: Pick<Engine, 'readings'>,
  listener: (readings: readonly Reading[]) => void,
  of: readonly (RunId | JobId)[] | null,
): Unsubscribe {
  // One function for each: an engine knows its listeners by themselves.
  const all = (of ?? [undefined]).map(each => engine.readings(news => listener(news), each))
  return () => {
    for (const end of all) end()
  }
}
