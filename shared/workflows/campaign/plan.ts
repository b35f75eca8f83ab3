import { type JobSpec, lastAttempt, timesTriedAgain } from '../../model/job.ts'
import type { Known, Plan, PlanStep } from '../workflow.ts'
import { nmrJob, optJob } from './jobs.ts'
import { taskCount } from './params.ts'
import {
  type CampaignTask,
  everFailed,
  failedMolecules,
  geometryOf,
  optimisedGeometry,
  optKey,
  paramsOf,
  tasksOf,
} from './tasks.ts'
import { unitsOf } from './units.ts'

/**
 * What should exist now: for each molecule and solvent an optimisation, then the shieldings at every level. Molecule by
 * molecule, so that whole rows of the table are there early.
 */
export function planCampaign(known: Known): Plan {
  const params = paramsOf(known)
  const tasks = tasksOf(known)
  const units = unitsOf(known.run, params, tasks)
  const settled = tasks.filter(({ outcome }) => outcome !== null)
  const failed = failedMolecules(tasks)
  const isOver = settled.length === tasks.length
  const done = tasks.filter(({ outcome }) => outcome === 'completed').length
  return {
    jobs: jobsOf(known, tasks),
    tasks: [],
    ...(isOver
      ? {
          end:
            done > 0
              ? { outcome: 'completed' as const, reason: null }
              : { outcome: 'failed' as const, reason: `none of ${tasks.length} calculations completed` },
        }
      : {}),
    ...(failed.length > params.max_failures
      ? { pause: pauseOf(failed.length, params.max_failures, everFailed(tasks).size) }
      : {}),
    version: 1 + extraAttempts(tasks),
    steps: stepsOf(known, tasks, done, settled.length),
    units,
  }
}

/** `ever`: as many have failed so far. Who fails once more is not new; others are, also once the first have completed. */
function pauseOf(count: number, limit: number, ever: number) {
  const reason = `${count} molecule${count === 1 ? '' : 's'} failed, ${limit} may: paused to ask. Resume goes on; resubmit tries them again.`
  return { reason, mark: ever }
}

/** Those that exist, and as many more as may be under way at once; shieldings before the next optimisation. */
function jobsOf(known: Known, tasks: readonly CampaignTask[]): readonly JobSpec[] {
  const params = paramsOf(known)
  const seen = new Set<string>()
  const wanted: JobSpec[] = []
  for (const task of tasks) {
    const { molecule, solvent } = task
    const key = optKey(molecule, solvent)
    if (params.geometry && !seen.has(key)) wanted.push(optJob(known.run, params, task))
    seen.add(key)
    const geometry = geometryOf(params, task)
    if (geometry) wanted.push(nmrJob(known.run, params, task, geometry))
  }
  const alive = wanted.filter(({ key }) => {
    const job = known.job(key)
    return job && lastAttempt(job).outcome === null
  })
  let room = params.ahead === null ? Number.POSITIVE_INFINITY : params.ahead - alive.length
  return wanted.filter(({ key }) => {
    if (known.job(key)) return true
    room -= 1
    return room >= 0
  })
}

/** Each new attempt is work that the plan did not know of. */
function extraAttempts(tasks: readonly CampaignTask[]): number {
  const jobs = new Set(tasks.flatMap(({ opt, job }) => [opt, job]))
  return [...jobs].reduce((sum, job) => sum + (job ? timesTriedAgain(job) : 0), 0)
}

function stepsOf(known: Known, tasks: readonly CampaignTask[], done: number, settled: number): readonly PlanStep[] {
  const params = paramsOf(known)
  const shieldings = { label: 'shieldings', weight: 4, done, settled, total: taskCount(params) }
  if (!params.geometry) return [shieldings]
  const opts = new Map(tasks.map(({ molecule, solvent, opt }) => [optKey(molecule, solvent), opt]))
  const jobs = [...opts.values()]
  return [
    {
      label: 'optimisation',
      weight: 1,
      done: jobs.filter(job => optimisedGeometry(job) !== null).length,
      settled: jobs.filter(job => job && lastAttempt(job).outcome !== null).length,
      total: opts.size,
    },
    shieldings,
  ]
}
