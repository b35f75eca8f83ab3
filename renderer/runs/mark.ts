import { useMemo } from 'react'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { type Mark, markOf, markText } from '../../shared/show/mark.ts'
import { useCell } from '../cell.ts'
import { useLarmor } from '../larmor.ts'
import { useTroubles } from '../machines/use-channel.ts'
import { useNow } from '../ui/clock.ts'
import { clockTime } from '../ui/time.ts'

/** A job that is silent comes to be late while nothing happens. */
const EVERY_MS = 5000

/** How much the figures of a run may be believed now, and that in words. */
export function useMark(state: State, run: Run): Mark & { readonly said: string } {
  const { is } = useCell(useLarmor().engine.link)
  const engine = is === 'live' ? 'alive' : 'none'
  const trouble = useTroubles().get(run.machine)
  const heldUp = trouble && (trouble.runs?.includes(run.id) ?? true) ? trouble.since : null
  const now = useNow(EVERY_MS)
  const { machines } = state
  // biome-ignore lint/correctness/useExhaustiveDependencies: every event about the run makes a new Run
  const mark = useMemo(
    () => markOf(state, run, { engine, heldUp, now: new Date(now).toISOString() }),
    [run, machines, engine, heldUp, now],
  )
  return { ...mark, said: markText(mark, at => clockTime(at)) }
}
