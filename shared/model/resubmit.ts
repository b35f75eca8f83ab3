import type { RunId } from '../ids.ts'
import { programOf } from '../programs/index.ts'
import { chooseFix } from '../remedies/index.ts'
import { ok, type Result } from '../result.ts'
import type { Command } from './commands.ts'
import type { EventBody } from './events.ts'
import { isAdopted, isImported, type Job, lastAttempt } from './job.ts'
import { attemptAdded } from './new-attempt.ts'
import { busy, noJob, notNow } from './refusals.ts'
import { staleInputs } from './stale.ts'
import type { State } from './state.ts'
import { get } from './table.ts'

/** Why a job cannot be resubmitted now, or null. */
export function resubmitRefusal(job: Job): string | null {
  const { outcome } = lastAttempt(job)
  if (outcome === null) return 'its last attempt has not ended'
  if (outcome === 'completed') return 'it completed'
  if (isImported(job)) return 'it was imported: there is no input to run again'
  if (isAdopted(lastAttempt(job))) return 'it was submitted by other means: there is no input to run again'
  return null
}

/**
 * One new attempt of each job that can have one, by the remedy that was chosen. Sent twice it gives one: the second time
 * the last attempt is alive, or, where it has ended meanwhile, it is not the one that was `seen`.
 */
export function resubmit(
  state: State,
  { jobs: ids, fix, seen }: Extract<Command, { readonly type: 'jobs.resubmit' }>,
): Result<readonly EventBody[]> {
  const jobs: Job[] = []
  for (const id of new Set(ids)) {
    const job = get(state.jobs, id)
    if (!job) return noJob(id)
    if (isCancelling(state, job.run)) return busy('cancelling')
    const { n } = lastAttempt(job)
    if ((seen?.[id] ?? n) === n) jobs.push(job)
  }
  const added: AttemptAdded[] = []
  let refused: Result<never> | null = null
  const stale = staleInputs(state, jobs)
  for (const job of jobs) {
    const input = stale.get(job.id)
    if (input !== undefined) {
      added.push(attemptAdded(job, { fix: 'none', input, resources: lastAttempt(job).resources }))
    } else if (resubmitRefusal(job) === null) {
      const chosen = chooseFix(job, fix ?? 'auto', state.machines[job.machine])
      if (chosen.ok) added.push(attemptAdded(job, chosen.value))
      else refused ??= notNow(`${job.id} is not resubmitted: ${chosen.fault.message}`)
    }
  }
  return added.length === 0 && refused ? refused : ok(withRunsReopened(state, added))
}

/** A new attempt from files as a person has edited them; refused where the program could not run them. */
export function resubmitEdited(
  state: State,
  { job: id, files, seen }: Extract<Command, { readonly type: 'job.edit' }>,
): Result<readonly EventBody[]> {
  const job = get(state.jobs, id)
  if (!job) return noJob(id)
  if (isCancelling(state, job.run)) return busy('cancelling')
  const { n, resources, input: before } = lastAttempt(job)
  if (n !== seen) return ok([])
  const refusal = resubmitRefusal(job)
  if (refusal !== null) return notNow(`${id} is not resubmitted: ${refusal}`)
  const program = programOf(job.program)
  const input = program.edited(before, files)
  const checked = program.check(input, resources)
  if (!checked.ok) return checked
  return ok(withRunsReopened(state, [attemptAdded(job, { fix: 'edited', input, resources })]))
}

type AttemptAdded = ReturnType<typeof attemptAdded>

/** Before the attempts, that those of their runs which have ended go on. */
function withRunsReopened(state: State, added: readonly AttemptAdded[]): readonly EventBody[] {
  const runs = [...new Set(added.map(({ run }) => run))]
  const ended = runs.filter(run => get(state.runs, run)?.phase.is === 'ended')
  return [...ended.map((run): EventBody => ({ type: 'run.reopened', run })), ...added]
}

function isCancelling(state: State, run: RunId): boolean {
  const phase = get(state.runs, run)?.phase
  return phase?.is === 'open' && phase.hold === 'cancelling'
}
