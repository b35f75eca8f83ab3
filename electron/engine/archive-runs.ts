import type { Instant, RunId } from '../../shared/ids.ts'
import type { Event } from '../../shared/model/events.ts'
import { REDUCER_VERSION } from '../../shared/model/reduce.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { get, values } from '../../shared/model/table.ts'
import { ok } from '../../shared/result.ts'
import type { Commits } from './commits.ts'
import type { Store } from './store/store.ts'

/** So many runs share one pass over the journal. */
const AT_ONCE = 50

/** Moves the runs that ended before `before` from the state into the archive, each with its own events. */
export async function archiveRuns(store: Store<State>, commits: Commits, before: Instant): Promise<void> {
  const due = [...values(commits.state.runs)].filter(run => run.phase.is === 'ended' && run.phase.at < before)
  for (let from = 0; from < due.length; from += AT_ONCE)
    await archiveTogether(store, commits, due.slice(from, from + AT_ONCE))
}

async function archiveTogether(store: Store<State>, commits: Commits, runs: readonly Run[]): Promise<void> {
  const events = new Map<RunId, Event[]>(runs.map(run => [run.id, []]))
  for await (const batch of store.events()) {
    for (const event of batch) if ('run' in event) events.get(event.run)?.push(event)
  }
  for (const run of runs) {
    const jobs = run.jobs.flatMap(id => get(commits.state.jobs, id) ?? [])
    await store.archive.keep({ run, jobs, events: events.get(run.id) ?? [], reducer: REDUCER_VERSION })
  }
  // One that somebody has opened again meanwhile stays; its document is written anew when it has ended.
  await commits.commit(state =>
    ok(runs.filter(run => get(state.runs, run.id) === run).map(({ id }) => ({ type: 'run.archived', run: id }))),
  )
}
