import { lastAttempt } from '../../shared/model/job.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { jobsOf } from '../../shared/show/status.ts'

interface RunTimes {
  readonly waited: number | null
  readonly ran: number | null
}

const EVERY_MS = 2000
const looked = new Map<string, { readonly at: number; readonly first: number | null }>()

/**
 * How long a run waited until its first job ran, and how long it has run since, in ms. The first start is looked for
 * at most every 2 s: a run may have thousands of jobs.
 */
export function timesOfRun(state: State, run: Run, now: number): RunTimes {
  const known = looked.get(run.id)
  const fresh = known && now - known.at < EVERY_MS
  const first = fresh ? known.first : firstStart(state, run)
  if (!fresh) looked.set(run.id, { at: now, first })
  const begun = Date.parse(run.started)
  const end = run.phase.is === 'ended' ? Date.parse(run.phase.at) : now
  if (first === null) return { waited: Math.max(0, end - begun), ran: null }
  return { waited: Math.max(0, first - begun), ran: Math.max(0, end - first) }
}

function firstStart(state: State, run: Run): number | null {
  let first: string | null = null
  for (const job of jobsOf(state, run)) {
    for (const { phase } of [job.attempts[0] ?? lastAttempt(job)]) {
      const started = 'started' in phase ? phase.started : null
      if (started !== null && (first === null || started < first)) first = started
    }
  }
  return first === null ? null : Date.parse(first)
}
