import { type Instant, jobIds, label, type RunId } from '../../shared/ids.ts'
import type { EventBody } from '../../shared/model/events.ts'
import { type JobSpec, lastAttempt } from '../../shared/model/job.ts'
import { knownOf } from '../../shared/model/known.ts'
import { automaticAttempts } from '../../shared/model/policy.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { progressOf } from '../../shared/progress/progress.ts'
import { workflowOf } from '../../shared/workflows/index.ts'
import type { Plan } from '../../shared/workflows/workflow.ts'
import { isUnderWay } from './next-step.ts'

/** The bar moves in steps of this much, or once a minute, so that a journal is not filled with progress. */
const NOTEWORTHY = 0.01
const NOTEWORTHY_MS = 60_000

/**
 * What follows for a run from what is known: the jobs and tasks that should exist and do not, its progress, its end. One
 * that has ended is opened again when a late truth says otherwise.
 */
export function planRun(
  state: State,
  id: RunId,
  isWorking: (task: string) => boolean,
  now: Instant = state.as_of ?? '',
): readonly EventBody[] {
  const run = get(state.runs, id)
  if (!run) return []
  const known = knownOf(state, run)
  const plan = workflowOf(run.workflow).plan(known)
  if (run.phase.is === 'ended') {
    const { outcome } = run.phase
    const stands = outcome === 'cancelled' || outcome === 'stopped' || plan.end?.outcome === outcome
    return stands ? [] : [{ type: 'run.reopened', run: id }]
  }
  const { hold } = run.phase
  const ending = hold === 'stopping' || hold === 'cancelling'
  // What is tried again by itself is not over, and no failure to pause for.
  const automatic = automaticAttempts(state, run)
  const events: EventBody[] = [
    ...(automatic.length > 0 ? [] : pauseOf(run, plan)),
    ...(ending ? [] : newWork(state, run, plan)),
    // What is cancelled counts as over: the bar of what is given up is left as it is.
    ...(hold === 'cancelling' ? [] : newProgress(run, plan, progressOf(plan, known, now), now)),
  ]

  const attempts = run.jobs.flatMap(job => get(state.jobs, job) ?? []).map(lastAttempt)
  const taskAtWork = Object.keys(run.tasks).some(isWorking)
  if (hold === 'cancelling') {
    if (taskAtWork || attempts.some(({ outcome }) => outcome === null)) return []
    return [{ type: 'run.ended', run: id, outcome: 'cancelled', reason: 'cancelled' }]
  }
  if (automatic.length > 0) return [...events, ...automatic]
  if (plan.end) return [...events, { type: 'run.ended', run: id, ...plan.end }]
  if (hold === 'stopping' && !taskAtWork && !attempts.some(isUnderWay)) {
    return [...events, { type: 'run.ended', run: id, outcome: 'stopped', reason: 'stopped' }]
  }
  return events
}

function newWork(state: State, run: Run, plan: Plan): readonly EventBody[] {
  const known = knownOf(state, run)
  const jobs = plan.jobs.filter(spec => !known.job(spec.key))
  const tasks = plan.tasks.filter(spec => !known.task(spec.key))
  const keys = jobs.map(({ key }) => key)
  const planned = jobIds(run.id, keys, run.jobs).map((job, i) => {
    return { job, attempt: 1, label: label(job, 1), ...(jobs[i] as JobSpec) }
  })
  return [
    ...(jobs.length > 0 ? [{ type: 'jobs.planned' as const, run: run.id, jobs: planned }] : []),
    ...(tasks.length > 0 ? [{ type: 'tasks.planned' as const, run: run.id, tasks }] : []),
  ]
}

/** The run's own rule wants a person to look; a mark that was answered once pauses nothing again. */
function pauseOf(run: Run, { pause, end }: Plan): readonly EventBody[] {
  const isOpen = run.phase.is === 'open' && run.phase.hold === null
  if (!pause || end || !isOpen || pause.mark <= (run.pause_mark ?? 0)) return []
  return [{ type: 'run.paused', run: run.id, reason: pause.reason, mark: pause.mark }]
}

/** Within a plan version the bar only rises; a new version has more work, and may say so. */
function newProgress(run: Run, plan: Plan, progress: number, now: Instant): readonly EventBody[] {
  const isOld = progress > run.progress && Date.parse(now) - Date.parse(run.updated) >= NOTEWORTHY_MS
  if (progress < run.progress + NOTEWORTHY && !isOld && plan.version <= run.plan_version) return []
  return [{ type: 'run.progressed', run: run.id, progress, plan_version: plan.version }]
}
