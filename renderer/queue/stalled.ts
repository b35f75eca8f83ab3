import { useRef } from 'react'
import type { State } from '../../shared/model/state.ts'
import { runsByStart } from '../../shared/show/status.ts'
import { outlookOf, useForecasts } from '../runs/outlook.ts'
import { useNow } from '../ui/clock.ts'
import type { JobIndex } from './job-index.ts'

const EVERY_MS = 5000

/**
 * The running jobs that compute far longer than was predicted. They are told by the clock and by forecasts, so that no
 * event counts them, as the index does the others; the same object while they are the same.
 */
export function useStalled(state: State, index: JobIndex): ReadonlySet<string> {
  useForecasts()
  const now = useNow(EVERY_MS)
  const before = useRef<ReadonlySet<string>>(new Set())
  const stalled = stalledOf(state, index, now)
  if ([...stalled].join() !== [...before.current].join()) before.current = stalled
  return before.current
}

function stalledOf(state: State, index: JobIndex, now: number): ReadonlySet<string> {
  const open = runsByStart(state).filter(run => (index.byRun.get(run.id)?.running ?? 0) > 0)
  return new Set(
    open.flatMap(run => [...outlookOf(state, run, now).stalled].filter(id => index.standing.get(id) === 'running')),
  )
}
