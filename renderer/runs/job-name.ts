import type { Job } from '../../shared/model/job.ts'
import { knownOf } from '../../shared/model/known.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { readable } from '../../shared/show/unreadable.ts'

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
