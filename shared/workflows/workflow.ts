import type { Json } from '../ids.ts'
import type { Job, JobSpec } from '../model/job.ts'
import type { Run, RunOutcome } from '../model/run.ts'
import type { Task, TaskSpec } from '../model/task.ts'
import type { Unit } from '../progress/unit.ts'

/** What is known of a run when it is planned. */
export interface Known {
  readonly run: Run
  job(key: string): Job | undefined
  task(key: string): Task | undefined
}

export interface Plan {
  /** All jobs that should exist now, by key; those that already do are left alone. */
  readonly jobs: readonly JobSpec[]
  readonly tasks: readonly TaskSpec[]
  /** Once nothing more is wanted. */
  readonly end?: { readonly outcome: Extract<RunOutcome, 'completed' | 'failed'>; readonly reason: string | null }
  /**
   * Nothing new may begin until a person says so, and why. `mark` rises with what is wrong: a run pauses once for each
   * mark, so that resuming it means something.
   */
  readonly pause?: { readonly reason: string; readonly mark: number }
  /** Raised by one whenever the plan learns that there is more work than it said before. */
  readonly version: number
  /** The lines of `status`; each finished part only grows. */
  readonly steps: readonly PlanStep[]
  /** All that takes time, to the end, also what cannot be planned yet: the bar and what is left of the time go by it. */
  readonly units: readonly Unit[]
}

export interface PlanStep {
  readonly label: string
  /** Predicted seconds of the whole step, known or guessed. */
  readonly weight: number
  /** Parts that completed, of how many. A failed part is counted in `settled`, never in `done`. */
  readonly done: number
  readonly settled: number
  readonly total: number
  /** Of a step that is one task: how many it found, which says more than 1/1. */
  readonly found?: number
}

/** A render function for jobs: the same run and the same finished jobs give the same plan, every time. */
export interface Workflow {
  readonly id: string
  readonly label: string
  readonly version: number
  /** Plans from the run's params. Pure: numbers and references, never bytes. */
  plan(known: Known): Plan
  /** The workflow's part of `show RUN`, e.g. conformers and shifts. */
  show(known: Known): { readonly [key: string]: Json }
  /**
   * What its params come to, whatever the order and the resources: a second open run of the same on one machine would
   * only do the work again, and is refused. Without it any number may run.
   */
  essence?(params: Json): string
  /** What a chemist calls its jobs, by key; without it, and where one is not among them, the key is the name. */
  jobNames?(known: Known): ReadonlyMap<string, string>
  /** What it adds to a run in `status`, small and without texts. */
  summary?(known: Known): { readonly [key: string]: Json }
}
