import { chooseFix } from '../remedies/index.ts'
import type { EventBody } from './events.ts'
import { type Job, lastAttempt } from './job.ts'
import { attemptAdded } from './new-attempt.ts'
import type { Run } from './run.ts'
import type { State } from './state.ts'
import { get } from './table.ts'

/**
 * The attempts that a run makes by itself. Where a person allowed some: of each job that failed or ran out of time, by
 * its likeliest remedy, at most so many; never where only an edit helps, nor where no remedy is left; what was cancelled
 * or is lost is a person's to judge. And always, where the file that an attempt was to begin with is gone: the same
 * without it, for that is what the person wanted.
 */
export function automaticAttempts(state: State, run: Run): readonly EventBody[] {
  if (run.phase.is === 'ended' || run.phase.hold === 'stopping' || run.phase.hold === 'cancelling') return []
  return run.jobs.flatMap((id): readonly EventBody[] => {
    const job = get(state.jobs, id)
    if (!job || !(fallsBack(job) || isAllowed(job, run.auto_resubmit ?? 0))) return []
    const chosen = chooseFix(job, 'auto', state.machines[job.machine])
    return chosen.ok ? [{ ...attemptAdded(job, chosen.value), by: 'policy' }] : []
  })
}

function isAllowed(job: Job, most: number): boolean {
  const { outcome } = lastAttempt(job)
  if (outcome !== 'failed' && outcome !== 'timeout') return false
  // One that was taken back before it began is counted by the one that it was planned again as.
  return job.attempts.filter(({ by, withdrawn }) => by === 'policy' && !withdrawn).length < most
}

/** It was never sent, for a file of the attempt before is gone. */
function fallsBack(job: Job): boolean {
  const { outcome, category, phase, fix } = lastAttempt(job)
  return outcome === 'failed' && category === 'missing-file' && phase.is === 'planned' && fix !== 'no-restart'
}
