import type { Job } from '../model/job.ts'
import { knownOf } from '../model/known.ts'
import type { Run } from '../model/run.ts'
import type { State } from '../model/state.ts'
import { get } from '../model/table.ts'
import { readable } from './unreadable.ts'

/** An event about a run, its jobs or tasks makes a new Run object. */
const made = new WeakMap<Run, ReadonlyMap<string, string>>()

/** What a chemist calls a job: `conformer 3, shieldings`; its key where its run has no other name for it. */
export function jobName(state: State, job: Job): string {
  const run = get(state.runs, job.run)
  return (run && namesOf(state, run).get(job.key)) ?? job.key
}

function namesOf(state: State, run: Run): ReadonlyMap<string, string> {
  const before = made.get(run)
  if (before) return before
  const names = readable(knownOf(state, run)).jobNames()
  made.set(run, names)
  return names
}
