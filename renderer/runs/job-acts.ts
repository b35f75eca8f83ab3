import type { Engine } from '../../shared/contract.ts'
import type { JobId } from '../../shared/ids.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import { resubmitRefusal } from '../../shared/model/resubmit.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { plural } from '../../shared/show/number.ts'
import type { Store } from '../store.ts'
import { note } from '../ui/toast.tsx'
import { fixesOf } from './fixes.ts'

/** What can be done with some jobs now, each list being what really would be done. */
export interface Possible {
  /** Ended without success, and not by a person's wish. */
  readonly failed: readonly Job[]
  /** Of the failed, those that a remedy is known for. */
  readonly fixable: readonly Job[]
  /** What can only be tried again as it was: failed ones without a remedy, or, where none failed, cancelled ones. */
  readonly again: readonly Job[]
  /** May be alive, or still to come. */
  readonly cancellable: readonly Job[]
}

/** What can have a new attempt: what failed, and what was cancelled, which is tried again only where nothing failed. */
export function withoutSuccess(jobs: readonly Job[]) {
  const ended = jobs.filter(job => resubmitRefusal(job) === null)
  const isCancelled = (job: Job) => lastAttempt(job).outcome === 'cancelled'
  return { failed: ended.filter(job => !isCancelled(job)), cancelled: ended.filter(isCancelled) }
}

export function possibleFor(state: Pick<State, 'machines'>, jobs: readonly Job[]): Possible {
  const { failed, cancelled } = withoutSuccess(jobs)
  const fixable = failed.filter(job => fixesOf(state, job).length > 0)
  return {
    failed,
    fixable,
    again: failed.length > 0 ? failed.filter(job => fixesOf(state, job).length === 0) : cancelled,
    cancellable: jobs.filter(isCancellable),
  }
}

function isCancellable(job: Job): boolean {
  const { phase, outcome, cancel_wished } = lastAttempt(job)
  if (outcome !== null || cancel_wished !== null) return false
  return phase.is !== 'ended' && phase.is !== 'fetched' && phase.is !== 'parsed'
}

export function jobsById(state: State, ids: Iterable<string>): readonly Job[] {
  return [...ids].flatMap(id => get(state.jobs, id) ?? [])
}

/**
 * A new attempt of each; `fix`: the id of a remedy, `auto` for the likeliest of each, `none` for the same again. Taking
 * it back withdraws those that were not sent yet, and says so of the others.
 */
export async function resubmit(
  engine: Engine,
  store: Store,
  jobs: readonly Job[],
  fix: 'auto' | 'none' | (string & {}),
): Promise<void> {
  const ids = jobs.map(job => job.id)
  const seen = Object.fromEntries(jobs.map(job => [job.id, lastAttempt(job).n]))
  const sent = await engine.send({ type: 'jobs.resubmit', jobs: ids, fix, seen })
  if (!sent.ok) return note(sent.fault.message, { shape: 'octagon' })
  note(`${plural(ids.length, 'job')} resubmitted`, { shape: 'arrow ring', undo: () => withdraw(engine, store, ids) })
}

/** What was not sent yet is cancelled; how many that really were is counted when the engine has done it. */
export async function withdraw(engine: Engine, store: Store, ids: readonly JobId[]): Promise<void> {
  const jobs = jobsById(store.get().state, ids)
  const unsent = jobs.filter(job => {
    const { phase, outcome } = lastAttempt(job)
    return outcome === null && (phase.is === 'planned' || phase.is === 'staged')
  })
  if (unsent.length > 0) {
    const sent = await engine.send({ type: 'jobs.cancel', jobs: unsent.map(job => job.id) })
    if (!sent.ok) return note(sent.fault.message, { shape: 'octagon' })
    await until(store, sent.value.seq)
  }
  const attempts = jobsById(store.get().state, ids).map(lastAttempt)
  const withdrawn = attempts.filter(({ outcome }) => outcome === 'cancelled').length
  const rest = jobs.length - withdrawn
  const others = rest === 0 ? '' : `; ${rest} had been submitted and ${rest === 1 ? 'goes' : 'go'} on`
  note(`${plural(withdrawn, 'job')} withdrawn${others}`, { shape: 'slash' })
}

/** Resolves when the window shows what the engine knew then; gives up after 5 s. */
function until(store: Store, seq: number): Promise<void> {
  return new Promise(resolve => {
    const look = () => {
      if (store.get().state.seq < seq) return
      done()
    }
    const unsubscribe = store.subscribe(look)
    const timer = setTimeout(done, 5000)
    function done(): void {
      clearTimeout(timer)
      unsubscribe()
      resolve()
    }
    look()
  })
}

export async function cancelJobs(engine: Engine, jobs: readonly Job[]): Promise<void> {
  const sent = await engine.send({ type: 'jobs.cancel', jobs: jobs.map(job => job.id) })
  note(sent.ok ? `Cancel of ${plural(jobs.length, 'job')} asked for` : sent.fault.message, {
    shape: sent.ok ? 'slash' : 'octagon',
  })
}

/** Core hours that running jobs have used so far, and that are lost when they are killed. */
export function coreHoursAtStake(jobs: readonly Job[], now: number): number {
  return jobs.reduce((sum, job) => {
    const { phase, resources } = lastAttempt(job)
    if (phase.is !== 'running') return sum
    return sum + (Math.max(0, now - Date.parse(phase.started)) / 3_600_000) * resources.ranks
  }, 0)
}

/** Puts a text on the clipboard, and says what. */
export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    note(`${what} copied`)
  } catch {
    note(`${what} could not be copied: ${text}`, { shape: 'diamond' })
  }
}
