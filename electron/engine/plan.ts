import { jobId, label, type RunId } from '../../shared/ids.ts'
import type { EventBody } from '../../shared/model/events.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import { knownOf } from '../../shared/model/known.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { workflowOf } from '../../shared/workflows/index.ts'
import type { PlanStep } from '../../shared/workflows/workflow.ts'
import { isUnderWay } from './next-step.ts'

/** The bar moves in steps of this much, so that a journal is not filled with progress. */
const NOTEWORTHY = 0.01

/** What follows for a run from what is known: the jobs and tasks that should exist and do not, its progress, its end. */
export function planRun(state: State, id: RunId, isWorking: (task: string) => boolean): readonly EventBody[] {
  const run = get(state.runs, id)
  if (run?.phase.is !== 'open') return []
  const known = knownOf(state, run)
  const plan = workflowOf(run.workflow).plan(known)
  const events: EventBody[] = []

  const jobs = plan.jobs.filter(spec => !known.job(spec.key))
  if (jobs.length > 0) {
    const planned = jobs.map(spec => {
      const job = jobId(id, spec.key)
      return { job, attempt: 1, label: label(job, 1), ...spec }
    })
    events.push({ type: 'jobs.planned', run: id, jobs: planned })
  }
  const tasks = plan.tasks.filter(spec => !known.task(spec.key))
  if (tasks.length > 0) events.push({ type: 'tasks.planned', run: id, tasks })

  const progress = progressOf(plan.steps)
  if (progress >= run.progress + NOTEWORTHY || plan.version > run.plan_version) {
    events.push({
      type: 'run.progressed',
      run: id,
      progress: Math.max(progress, run.progress),
      plan_version: plan.version,
    })
  }

  if (plan.end) return [...events, { type: 'run.ended', run: id, ...plan.end }]
  const { hold } = run.phase
  const attempts = run.jobs.flatMap(job => get(state.jobs, job) ?? []).map(lastAttempt)
  const taskAtWork = Object.keys(run.tasks).some(isWorking)
  if (hold === 'stopping' && !taskAtWork && !attempts.some(isUnderWay)) {
    return [...events, { type: 'run.ended', run: id, outcome: 'stopped', reason: 'stopped' }]
  }
  if (hold === 'cancelling' && !taskAtWork && attempts.every(({ outcome }) => outcome !== null)) {
    return [{ type: 'run.ended', run: id, outcome: 'cancelled', reason: 'cancelled' }]
  }
  return events
}

/** Predicted seconds of what is settled over those of all, 0..1. */
export function progressOf(steps: readonly PlanStep[]): number {
  const whole = steps.reduce((sum, { weight }) => sum + weight, 0)
  const done = steps.reduce((sum, { weight, settled, total }) => sum + (total > 0 ? (weight * settled) / total : 0), 0)
  return whole > 0 ? Math.min(1, done / whole) : 0
}
