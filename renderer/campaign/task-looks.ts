import type { CampaignTaskState, ShownTask } from '../../shared/workflows/index.ts'
import { stalledLook, standingLooks } from '../runs/standing.ts'
import type { Look } from '../ui/badge.tsx'

/** How a calculation stands in the matrix and in the counts above it. */
export type TaskLook = CampaignTaskState | 'check' | 'stalled'

/** In the order of bars: what is verified first, what has not begun last. */
export const taskLooks = {
  completed: standingLooks.finished,
  running: standingLooks.running,
  optimizing: { word: 'Optimizing', shape: 'half disc', tone: 'run' },
  stalled: stalledLook,
  check: standingLooks.check,
  failed: standingLooks.failed,
  unknown: standingLooks.unknown,
  cancelled: standingLooks.stopped,
  waiting: standingLooks.waiting,
  pending: standingLooks.pending,
} as const satisfies { readonly [L in TaskLook]: Look }

/** What completed and is contradicted is no plain success, and what is far too late does not simply run. */
export function taskLook({ state, job, check }: ShownTask, stalled: ReadonlySet<string>): TaskLook {
  if (state === 'completed') return check === null ? state : 'check'
  return (state === 'running' || state === 'optimizing') && job !== null && stalled.has(job) ? 'stalled' : state
}
