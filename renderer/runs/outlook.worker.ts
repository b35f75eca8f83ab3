import type { Instant, JobId } from '../../shared/ids.ts'
import type { Job } from '../../shared/model/job.ts'
import { knownOf } from '../../shared/model/known.ts'
import type { Run } from '../../shared/model/run.ts'
import { emptyState, type State } from '../../shared/model/state.ts'
import { draftOf } from '../../shared/model/table.ts'
import { allStalled, stalledOf } from '../../shared/progress/confidence.ts'
import type { Remaining } from '../../shared/progress/eta.ts'
import { remainingOfRun } from '../../shared/show/status.ts'
import { readable } from '../../shared/show/unreadable.ts'

/** Jobs of a run that changed since they were sent last, some at a time; the last part asks. */
export type OutlookMessage =
  | { readonly is: 'jobs'; readonly run: string; readonly jobs: readonly Job[] }
  | ({ readonly is: 'question' } & OutlookQuestion)

interface OutlookQuestion {
  readonly run: Run
  readonly machines: State['machines']
  readonly as_of: State['as_of']
  /** What jobs took on the machines before: without it the figure would be another than the terminal's. */
  readonly times: NonNullable<State['times']>
  /** What is silent makes no event: how long it is late is seen by the clock. */
  readonly now: Instant
}

export interface OutlookAnswer {
  readonly run: string
  readonly remaining: Remaining
  /** Jobs that compute far longer than was predicted. */
  readonly stalled: readonly JobId[]
  /** They are all that runs. */
  readonly allStalled: boolean
  /** How long the answer took. */
  readonly took_ms: number
}

const jobsByRun = new Map<string, Map<JobId, Job>>()

/** A forecast draws hundreds of samples of every job that is left: that would hold the window up. */
addEventListener('message', ({ data }: MessageEvent<OutlookMessage>) => {
  if (data.is === 'jobs') {
    const jobs = jobsByRun.get(data.run) ?? new Map<JobId, Job>()
    for (const job of data.jobs) jobs.set(job.id, job)
    jobsByRun.set(data.run, jobs)
    return
  }
  const begun = performance.now()
  const { run, machines, as_of, times, now } = data
  const jobs = jobsByRun.get(run.id) ?? new Map<JobId, Job>()
  const table = draftOf(emptyState.jobs)
  for (const [id, job] of jobs) table.set(id, job)
  const state: State = { ...emptyState, jobs: table.done(), machines, as_of, times }
  const known = knownOf(state, run)
  const plan = readable(known).plan()
  const keys = new Set(stalledOf(plan, known, now))
  const answer: OutlookAnswer = {
    run: run.id,
    remaining: remainingOfRun(state, run),
    stalled: [...jobs.values()].flatMap(({ id, key }) => (keys.has(key) ? [id] : [])),
    allStalled: allStalled(plan, known, now),
    took_ms: performance.now() - begun,
  }
  postMessage(answer)
})
