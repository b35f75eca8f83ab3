import type { Json } from '../ids.ts'
import { type Job, lastAttempt } from '../model/job.ts'
import { knownOf } from '../model/known.ts'
import type { Run } from '../model/run.ts'
import type { State } from '../model/state.ts'
import { jobName } from './job-name.ts'
import { headOf, jobsOf, type RunState } from './status.ts'
import { readable } from './unreadable.ts'

/** `larmor show RUN`: what every run shows, and what its workflow adds (for nmr: conformers and shifts). */
export interface RunDocument {
  readonly run: string
  readonly name: string
  readonly workflow: string
  readonly state: RunState
  /** The same with what did not complete: `completed, 6 failed`. */
  readonly state_text: string
  readonly reason: string | null
  readonly machine: string
  readonly started: string
  readonly updated: string
  readonly jobs: readonly ShownJob[]
  readonly [key: string]: Json
}

/** A job in a list: how far it is, and what its output gave. */
export type ShownJob = {
  readonly job: string
  readonly key: string
  /** What a chemist calls it: `conformer 3, shieldings`. */
  readonly name: string
  readonly program: string
  readonly phase: string
  readonly outcome: string | null
  readonly category: string | null
  readonly reason: string | null
  /** The last that its output names; it is the result only of what completed. */
  readonly energy_hartree: number | null
  readonly converged: boolean | null
}

export function showRun(state: State, run: Run): RunDocument {
  const jobs = jobsOf(state, run)
  return {
    ...headOf(state, run),
    started: run.started,
    updated: run.updated,
    ...readable(knownOf(state, run)).show(),
    jobs: jobs.map(job => shownJob(state, job)),
  }
}

function shownJob(state: State, job: Job): ShownJob {
  const { phase, outcome, category, reason } = lastAttempt(job)
  const result = phase.is === 'parsed' ? phase.result : null
  return {
    job: job.id,
    key: job.key,
    name: jobName(state, job),
    program: job.program,
    phase: phase.is,
    outcome,
    category,
    reason,
    energy_hartree: result?.energy_hartree ?? null,
    converged: result?.converged ?? null,
  }
}
