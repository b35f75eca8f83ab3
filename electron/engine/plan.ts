import { jobId, label, type RunId } from '../../shared/ids.ts'
import type { EventBody } from '../../shared/model/events.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import { knownOf } from '../../shared/model/known.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { workflowOf } from '../../shared/workflows/index.ts'
import type { Plan, PlanStep } from '../../shared/workflows/workflow.ts'
import { isUnderWay } from './next-step.ts'

/** The bar moves in steps of this much, so that a journal is not filled with progress. */
const NOTEWORTHY = 0.01

/**
 * What follows for a run from what is known: the jobs and tasks that should exist and do not, its progress, its end. One
 * that has ended is opened again when a late truth says otherwise.
 */
export function planRun(state: State, id: RunId, isWorking: (task: string) => boolean): readonly EventBody[] {
  const run = get(state.runs, id)
  if (!run) return []
  const plan = workflowOf(run.workflow).plan(knownOf(state, run))
  if (run.phase.is === 'ended') {
    const { outcome } = run.phase
    const stands = outcome === 'cancelled' || outcome === 'stopped' || plan.end?.outcome === outcome
    return stands ? [] : [{ type: 'run.reopened', run: id }]
  }
  const { hold } = run.phase
  const ending = hold === 'stopping' || hold === 'cancelling'
  const events: EventBody[] = ending ? [] : [...newWork(state, run, plan), ...newProgress(run, plan)]

  const attempts = run.jobs.flatMap(job => get(state.jobs, job) ?? []).map(lastAttempt)
  const taskAtWork = Object.keys(run.tasks).some(isWorking)
  if (hold === 'cancelling') {
    if (taskAtWork || attempts.some(({ outcome }) => outcome === null)) return []
    return [{ type: 'run.ended', run: id, outcome: 'cancelled', reason: 'cancelled' }]
  }
  if (plan.end) return [...events, { type: 'run.ended', run: id, ...plan.end }]
  if (hold === 'stopping' && !taskAtWork && !attempts.some(isUnderWay)) {
    return [{ type: 'run.ended', run: id, outcome: 'stopped', reason: 'stopped' }]
  }
  return events
}

function newWork(state: State, run: Run, plan: Plan): readonly EventBody[] {
  const known = knownOf(state, run)
  const jobs = plan.jobs.filter(spec => !known.job(spec.key))
  const tasks = plan.tasks.filter(spec => !known.task(spec.key))
  const planned = jobs.map(spec => {
    const job = jobId(run.id, spec.key)
    return { job, attempt: 1, label: label(job, 1), ...spec }
  })
  return [
    ...(jobs.length > 0 ? [{ type: 'jobs.planned' as const, run: run.id, jobs: planned }] : []),
    ...(tasks.length > 0 ? [{ type: 'tasks.planned' as const, run: run.id, tasks }] : []),
  ]
}

/** Within a plan version the bar only rises; a new version has more work, and may say so. */
function newProgress(run: Run, plan: Plan): readonly EventBody[] {
  const progress = progressOf(plan.steps)
  if (progress < run.progress + NOTEWORTHY && plan.version <= run.plan_version) return []
  return [{ type: 'run.progressed', run: run.id, progress, plan_version: plan.version }]
}

/** Predicted seconds of what is settled over those of all, 0..1. */
function progressOf(steps: readonly PlanStep[]): number {
  const whole = steps.reduce((sum, { weight }) => sum + weight, 0)
  const done = steps.reduce((sum, { weight, settled, total }) => sum + (total > 0 ? (weight * settled) / total : 0), 0)
  return whole > 0 ? Math.min(1, done / whole) : 0
}
