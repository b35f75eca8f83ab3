import type { Known } from '../workflows/workflow.ts'
import type { ShelvedRun } from './archive.ts'
import type { Job } from './job.ts'
import type { Run } from './run.ts'
import type { State } from './state.ts'
import { get } from './table.ts'

/** What the state knows of a run, by the keys of its plan. */
export function knownOf(state: State, run: Run): Known {
  const jobs = new Map<string, Job>()
  for (const id of run.jobs) {
    const job = get(state.jobs, id)
    if (job) jobs.set(job.key, job)
  }
  return { run, job: key => jobs.get(key), task: key => (Object.hasOwn(run.tasks, key) ? run.tasks[key] : undefined) }
}

/** The same of a run that stands alone with its jobs. */
export function knownOfShelved({ run, jobs }: ShelvedRun): Known {
  const byKey = new Map(jobs.map(job => [job.key, job]))
  return {
    run,
    job: key => byKey.get(key),
    task: key => (Object.hasOwn(run.tasks, key) ? run.tasks[key] : undefined),
  }
}
