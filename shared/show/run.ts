import type { Json } from '../ids.ts'
import { lastAttempt } from '../model/job.ts'
import { knownOf } from '../model/known.ts'
import type { Run } from '../model/run.ts'
import type { State } from '../model/state.ts'
import { workflowOf } from '../workflows/index.ts'
import { jobsOf, type RunState, runState } from './status.ts'

/** `larmor show RUN`: what every run shows, and what its workflow adds (for nmr: conformers and shifts). */
export interface RunDocument {
  readonly run: string
  readonly name: string
  readonly workflow: string
  readonly state: RunState
  readonly reason: string | null
  readonly machine: string
  readonly started: string
  readonly updated: string
  readonly jobs: readonly {
    readonly job: string
    readonly key: string
    readonly phase: string
    readonly outcome: string | null
    readonly reason: string | null
  }[]
  readonly [key: string]: Json
}

export function showRun(state: State, run: Run): RunDocument {
  return {
    run: run.id,
    name: run.name,
    workflow: run.workflow,
    state: runState(run),
    reason: run.phase.reason ?? null,
    machine: run.machine,
    started: run.started,
    updated: run.updated,
    ...workflowOf(run.workflow).show(knownOf(state, run)),
    jobs: jobsOf(state, run).map(job => {
      const { phase, outcome, reason } = lastAttempt(job)
      return { job: job.id, key: job.key, phase: phase.is, outcome, reason }
    }),
  }
}
