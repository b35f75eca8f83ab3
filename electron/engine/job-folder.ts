import { join } from 'node:path'
import type { Job } from '../../shared/model/job.ts'

/** Where the files of an attempt lie on this computer, readable: `runs/RUN/JOB/ATTEMPT` in the data folder. */
export function jobFolder(home: string, { id, run }: Pick<Job, 'id' | 'run'>, attempt: number): string {
  return join(home, 'runs', run, id.slice(run.length + 1), String(attempt))
}
