import type { Json } from '../ids.ts'
import { workflowOf } from '../workflows/index.ts'
import type { Known, Plan, Workflow } from '../workflows/workflow.ts'

const SAID = 'this version cannot read what the run was started with: its jobs are shown, nothing more'

const nothingPlanned: Plan = { jobs: [], tasks: [], version: 1, steps: [], units: [] }

/**
 * What a run plans and shows, for looking at it. One of an early version may have parameters that no later one reads
 * (`decide` refuses such since): it is shown by its jobs alone, and hides no other run.
 */
export function readable(known: Known) {
  function orElse<T>(read: (workflow: Workflow) => T, instead: T): T {
    try {
      return read(workflowOf(known.run.workflow))
    } catch {
      return instead
    }
  }
  return {
    plan: (): Plan => orElse(workflow => workflow.plan(known), nothingPlanned),
    show: (): Shown => orElse(workflow => workflow.show(known), { warnings: [SAID] }),
    jobNames: (): ReadonlyMap<string, string> => orElse(workflow => workflow.jobNames?.(known) ?? new Map(), new Map()),
    summary: (): Shown => orElse(workflow => workflow.summary?.(known) ?? {}, {}),
  }
}

type Shown = { readonly [key: string]: Json }
