import type { Instant, JobId } from '../../shared/ids.ts'
import type { Job } from '../../shared/model/job.ts'
import { knownOf } from '../../shared/model/known.ts'
import type { Run } from '../../shared/model/run.ts'
import { emptyState, type State } from '../../shared/model/state.ts'
import { draftOf } from '../../shared/model/table.ts'
import { stalledOf } from '../../shared/progress/confidence.ts'
import { type RunStatus, statusOf } from '../../shared/show/status.ts'
import { readable } from '../../shared/show/unreadable.ts'

export interface OutlookQuestion {
  readonly run: Run
  readonly jobs: readonly Job[]
  readonly machines: State['machines']
  readonly as_of: State['as_of']
  /** What jobs took on the machines before: without it the figure would be another than the terminal's. */
  readonly times: NonNullable<State['times']>
  /** What is silent makes no event: how long it is late is seen by the clock. */
  readonly now: Instant
}

export interface OutlookAnswer {
  readonly run: string
  readonly eta: RunStatus['eta']
  /** Jobs that compute far longer than was predicted. */
  readonly stalled: readonly JobId[]
}

/** A forecast draws hundreds of samples of every job that is left: that would hold the window up. */
addEventListener('message', ({ data }: MessageEvent<OutlookQuestion>) => {
  const { run, jobs, machines, as_of, times, now } = data
  const table = draftOf(emptyState.jobs)
  for (const job of jobs) table.set(job.id, job)
  const state: State = { ...emptyState, jobs: table.done(), machines, as_of, times }
  const known = knownOf(state, run)
  const keys = new Set(stalledOf(readable(known).plan(), known, now))
  const answer: OutlookAnswer = {
    run: run.id,
    eta: statusOf(state, run).eta,
    stalled: jobs.flatMap(({ id, key }) => (keys.has(key) ? [id] : [])),
  }
  postMessage(answer)
})
