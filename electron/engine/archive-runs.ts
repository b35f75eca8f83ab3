import type { Instant, RunId } from '../../shared/ids.ts'
import type { Event } from '../../shared/model/events.ts'
import { REDUCER_VERSION } from '../../shared/model/reduce.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { get, values } from '../../shared/model/table.ts'
import { ok } from '../../shared/result.ts'
import { jobsOf } from '../../shared/show/status.ts'
import type { Commits } from './commits.ts'
import { isToBeCleaned } from './next-step.ts'
import type { Store } from './store/store.ts'

/** So many runs share one pass over the journal. */
const AT_ONCE = 50

/**
 * Moves the runs that ended before `before` from the state into the archive, each with its own events. One whose folders on
 * a machine are still to be removed stays until they are: in the archive nobody would remember.
 */
export async function archiveRuns(store: Store<State>, commits: Commits, before: Instant): Promise<void> {
  const { state } = commits
  const due = [...values(state.runs)].filter(
    run => run.phase.is === 'ended' && run.phase.at < before && !awaitsCleaning(state, run),
  )
  for (let from = 0; from < due.length; from += AT_ONCE)
    await archiveTogether(store, commits, due.slice(from, from + AT_ONCE))
}

async function archiveTogether(store: Store<State>, commits: Commits, runs: readonly Run[]): Promise<void> {
  const events = new Map<RunId, Event[]>(runs.map(run => [run.id, []]))
  for await (const batch of store.events()) {
    for (const event of batch) if ('run' in event) events.get(event.run)?.push(event)
  }
  const archived = runs.map(run => ({ run, jobs: jobsOf(commits.state, run) }))
  for (const { run, jobs } of archived) {
    await store.archive.keep({ run, jobs, events: events.get(run.id) ?? [], reducer: REDUCER_VERSION })
  }
  // One that somebody has opened again meanwhile, or has to be cleaned, stays; its document is written anew next time.
  await commits.commit(state => {
    const unchanged = archived.filter(
      ({ run, jobs }) => get(state.runs, run.id) === run && jobs.every(job => get(state.jobs, job.id) === job),
    )
    return ok(unchanged.map(({ run }) => ({ type: 'run.archived', run: run.id })))
  })
}

/** Whether a machine that is still known has to remove something of it. */
function awaitsCleaning(state: State, run: Run): boolean {
  return jobsOf(state, run).some(
    ({ machine, attempts }) => Object.hasOwn(state.machines, machine) && attempts.some(isToBeCleaned),
  )
}
