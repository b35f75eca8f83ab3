import { type Attempt, isHeld, type Job, lastAttempt } from '../../shared/model/job.ts'
import type { Run } from '../../shared/model/run.ts'

/** In the order in which a machine takes them. */
export const STEPS = [
  'hold',
  'withdraw',
  'cancel',
  'stage',
  'intend',
  'submit',
  'watch',
  'fetch',
  'parse',
  'clean',
] as const
export type Step = (typeof STEPS)[number]

/**
 * What a job needs now, told from its phase alone: after a crash the same question gives the same answer, and
 * recovery is the normal path. Null: nothing, or not while its run is held.
 */
export function nextStep(job: Job, run: Run): Step | null {
  const attempt = lastAttempt(job)
  if (attempt.outcome !== null) return job.attempts.some(isToBeCleaned) ? 'clean' : null
  const mayBegin = run.phase.is === 'open' && run.phase.hold === null
  switch (attempt.phase.is) {
    case 'planned':
      return mayBegin ? 'stage' : null
    case 'staged':
      return mayBegin ? 'intend' : null
    case 'submitting':
      return attempt.cancel_wished === null ? 'submit' : 'cancel'
    case 'queued':
    case 'running':
      return attempt.cancel_wished === null ? 'watch' : 'cancel'
    case 'ended':
      return 'fetch'
    case 'fetched':
      return 'parse'
    case 'parsed':
      return null
  }
}

/** Whether it waits in a queue of Larmor's own and should be held there, its run being paused, or should be let go. */
export function isToBeHeldOrLetGo(job: Job, run: Run): boolean {
  if (isToBeWithdrawn(job, run)) return false
  const attempt = lastAttempt(job)
  return waits(attempt) && isHeld(attempt.phase) !== (run.phase.is === 'open' && run.phase.hold === 'paused')
}

/** Whether it waits in a queue of Larmor's own, and should be taken out of it, its run being about to stop. */
export function isToBeWithdrawn(job: Job, run: Run): boolean {
  return run.phase.is === 'open' && run.phase.hold === 'stopping' && waits(lastAttempt(job))
}

function waits({ phase, outcome, cancel_wished }: Attempt): boolean {
  return outcome === null && cancel_wished === null && phase.is === 'queued' && phase.queue_id !== null
}

/** A person wants its folder on the machine removed. */
export function isToBeCleaned({ clean }: Attempt): boolean {
  return clean !== undefined && !clean.done && !clean.kept
}

/** A lost attempt: nothing is done for it, but its report may still come, and is then the truth. */
export function mayStillReport({ phase, outcome }: Attempt): boolean {
  return outcome === 'lost' && (phase.is === 'submitting' || phase.is === 'queued' || phase.is === 'running')
}

/** Whether something of it may be alive on a machine, or is still to be read. */
export function isUnderWay({ phase, outcome }: Attempt): boolean {
  return outcome === null && phase.is !== 'planned' && phase.is !== 'staged'
}
