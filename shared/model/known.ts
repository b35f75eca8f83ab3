import type { Known } from '../workflows/workflow.ts'
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
