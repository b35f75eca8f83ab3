import { lastAttempt } from '../../shared/model/job.ts'
import type { State } from '../../shared/model/state.ts'
import { values } from '../../shared/model/table.ts'

/** What a person would see of a state, in words that later versions of the state will still have. */
export function summary(state: State) {
  const runs = [...values(state.runs)].map(
    run => `${run.id} "${run.name}" ${run.phase.is} ${run.phase.is === 'ended' ? run.phase.outcome : run.phase.hold}`,
  )
  const jobs = [...values(state.jobs)].map(job => {
    const { label, phase, outcome, category, fix } = lastAttempt(job)
    return `${job.id}: ${job.attempts.length} attempts, ${label} ${phase.is} ${outcome} ${category} ${fix}`
  })
  return {
    seq: state.seq,
    runs: runs.toSorted(),
    jobs: jobs.toSorted(),
    machines: Object.keys(state.machines).toSorted(),
  }
}
