import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { jobsOf } from '../../shared/show/status.ts'
import { timesOf } from '../runs/times.ts'
import { covered, type Span } from './spans.ts'

interface RunTimes {
  readonly waited: number | null
  readonly ran: number | null
}

const EVERY_MS = 2000
const looked = new Map<string, RunTimes & { readonly at: number; readonly run: Run }>()

/**
 * How long a run computed, and how long it waited with nothing computing, in ms. While all had ended (until somebody
 * resubmitted a job) it did neither. Looked for at most every 2 s: a run may have thousands of jobs.
 */
export function timesOfRun(state: State, run: Run, now: number): RunTimes {
  const known = looked.get(run.id)
  if (known && ((known.run === run && run.phase.is === 'ended') || now - known.at < EVERY_MS)) return known
  const attempts = jobsOf(state, run)
    .flatMap(job => job.attempts)
    .map(attempt => timesOf(attempt, now))
  const alive: Span[] = attempts.flatMap(({ from, waited, ran }) =>
    from === null ? [] : [[from, from + (waited ?? 0) + (ran ?? 0)] as const],
  )
  const running: Span[] = attempts.flatMap(({ from, waited, ran }) =>
    from === null || ran === null ? [] : [[from + (waited ?? 0), from + (waited ?? 0) + ran] as const],
  )
  // Until its first job was sent it was made ready.
  const begun = Date.parse(run.started)
  const over = run.phase.is === 'ended' ? Date.parse(run.phase.at) : now
  const first = alive.reduce((least, [from]) => Math.min(least, from), over)
  const ran = covered(running)
  const all = covered([...alive, [begun, Math.max(begun, first)]])
  const times = { waited: Math.max(0, all - ran), ran: running.length === 0 ? null : ran }
  looked.set(run.id, { ...times, at: now, run })
  return times
}
