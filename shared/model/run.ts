import type { Instant, JobId, Json, MachineName, RunId } from '../ids.ts'
import type { Analysis } from './analysis.ts'
import type { EventBody } from './events.ts'
import type { Task } from './task.ts'
import type { Expected } from './times.ts'

/** How a run ended. `stopped`: what ran was finished, the rest never begun. */
export type RunOutcome = 'completed' | 'failed' | 'cancelled' | 'stopped'

export type RunPhase =
  /** hold: nothing new starts; `paused` waits for resume, `stopping` and `cancelling` for what is alive to end. */
  | {
      readonly is: 'open'
      readonly hold: null | 'paused' | 'stopping' | 'cancelling'
      /** Why it paused by itself. */
      readonly reason?: string
    }
  | { readonly is: 'ended'; readonly outcome: RunOutcome; readonly reason: string | null; readonly at: Instant }

export interface Run {
  readonly id: RunId
  readonly name: string
  readonly workflow: string
  /** Version of the workflow whose plan this run follows. */
  readonly workflow_version: number
  /** Resolved at the start: later defaults never change a run. */
  readonly params: Json
  readonly machine: MachineName
  /** At most so many new attempts of each failed job are made by themselves; absent: none. */
  readonly auto_resubmit?: number
  /** Its jobs do not report themselves into the spool: their ends are found by looking. */
  readonly no_report?: true
  /** A hash of what was asked for, by which a repeat is known; absent where only the params tell. */
  readonly asked?: string
  /** By what was known of the machine at the start; absent: nothing was. */
  readonly expected?: Expected
  readonly started: Instant
  /** When it went on last, after a pause, a stop or its end; absent: it never had to. */
  readonly resumed?: Instant
  readonly updated: Instant
  readonly phase: RunPhase
  /** In the order they were planned. */
  readonly jobs: readonly JobId[]
  /** By key, in the order they were planned. */
  readonly tasks: Readonly<Record<string, Task>>
  /** What a person decided about its spectrum; absent until then. */
  readonly analysis?: Analysis
  /** High-water mark of the bar, 0..1: it never falls within a plan version, over restarts too. */
  readonly progress: number
  /** The highest mark for which it has paused by itself (Plan.pause); absent before the first. */
  readonly pause_mark?: number
  /** Raised when the plan grows: the bar may then say that there is more to do. */
  readonly plan_version: number
}

/** A run at its start, before anything of it is planned. */
export function newRun(started: Omit<Extract<EventBody, { readonly type: 'run.started' }>, 'type'>, at: Instant): Run {
  return {
    id: started.run,
    name: started.name,
    workflow: started.workflow,
    workflow_version: started.workflow_version,
    params: started.params,
    machine: started.machine,
    ...(started.auto_resubmit ? { auto_resubmit: started.auto_resubmit } : {}),
    ...(started.no_report ? { no_report: true } : {}),
    ...(started.asked ? { asked: started.asked } : {}),
    ...(started.expected ? { expected: started.expected } : {}),
    started: at,
    updated: at,
    phase: { is: 'open', hold: null },
    jobs: [],
    tasks: {},
    progress: 0,
    plan_version: 1,
  }
}
