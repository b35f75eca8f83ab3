import { join } from 'node:path'
import type { RunId } from '../../shared/ids.ts'
import type { Job } from '../../shared/model/job.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { draftOf, get, values } from '../../shared/model/table.ts'
import { FaultError } from '../../shared/result.ts'
import { openArchive } from '../engine/store/archive.ts'
import { readLock } from '../engine/store/lock.ts'
import { follow, readState, type Seen } from '../engine-client.ts'
import { badArgument } from './command.ts'

/** A run or a job that an id, or a unique prefix of one, names. */
export type Found =
  | { readonly is: 'run'; readonly run: Run }
  | { readonly is: 'job'; readonly job: Job; readonly run: Run }

/** What is seen, and, where no engine lives here, the other computer whose engine may: nothing can be known of that one. */
export interface SeenHere extends Seen {
  readonly elsewhere: string | null
}

/** The state, with the archived run that `id` names put back into it: reading knows no difference. */
export async function readStateWith(home: string, ids: readonly string[]): Promise<SeenHere> {
  return withMore(await readState(home), home, ids)
}

/** As `follow`, with the archived runs that `ids` name: a run that is archived meanwhile does not vanish. */
export async function* followWith(home: string, ids: readonly string[], signal: AbortSignal): AsyncGenerator<SeenHere> {
  for await (const seen of follow(home, signal)) yield await withMore(seen, home, ids)
}

async function withMore(seen: Seen, home: string, ids: readonly string[]): Promise<SeenHere> {
  const lock = seen.engine === 'none' ? await readLock(home) : null
  const elsewhere = lock?.liveness === 'elsewhere' ? lock.owner.host : null
  return { ...seen, state: await withArchived(seen.state, home, ids), elsewhere }
}

async function withArchived(state: State, home: string, ids: readonly string[]): Promise<State> {
  const wanted = ids.map(id => id.split('.')[0] ?? id).filter(run => run !== '' && !get(state.runs, run))
  if (wanted.length === 0) return state
  const archived = (await openArchive(join(home, 'archive')).list()).map(({ id }) => id)
  let all = state
  for (const run of wanted) {
    const exact = archived.filter(id => id === run)
    // Two are enough to tell that a prefix is not unique.
    const matching = exact.length > 0 ? exact : archived.filter(id => id.startsWith(run)).slice(0, 2)
    for (const id of matching) all = await restored(all, home, id)
  }
  return all
}

async function restored(state: State, home: string, id: RunId): Promise<State> {
  const { run, jobs } = await openArchive(join(home, 'archive')).read(id)
  const runs = draftOf(state.runs)
  const all = draftOf(state.jobs)
  runs.set(run.id, run)
  for (const job of jobs) all.set(job.id, job)
  return { ...state, runs: runs.done(), jobs: all.done() }
}

/** What an id names; FaultError `not-found`, or `bad-input` where a prefix names several. */
export function find(state: State, id: string): Found {
  if (id === '') throw badArgument('id', 'An id is empty.')
  const exactRun = get(state.runs, id)
  if (exactRun) return { is: 'run', run: exactRun }
  const exactJob = get(state.jobs, id)
  if (exactJob) return ofJob(state, exactJob)
  const runs = [...values(state.runs)].filter(run => run.id.startsWith(id))
  const [run = '', ...key] = id.split('.')
  // Of a job both the run and what follows it may be shortened.
  const jobs = id.includes('.') ? [...values(state.jobs)].filter(job => isShort(job, run, key.join('.'))) : []
  if (runs.length + jobs.length > 1)
    throw badArgument('id', `"${id}" names ${runs.length + jobs.length} things; type more of it.`)
  if (runs[0]) return { is: 'run', run: runs[0] }
  if (jobs[0]) return ofJob(state, jobs[0])
  throw new FaultError({
    code: 'not-found',
    message: `There is no run or job "${id}".`,
    hint: 'larmor status lists the runs.',
  })
}

function isShort(job: Job, run: string, rest: string): boolean {
  return job.run.startsWith(run) && job.id.slice(job.run.length + 1).startsWith(rest)
}

export function findRun(state: State, id: string): Run {
  const found = find(state, id)
  if (found.is === 'run') return found.run
  throw badArgument('run', `"${id}" is a job, not a run.`)
}

function ofJob(state: State, job: Job): Found {
  const run = get(state.runs, job.run)
  if (!run) throw new FaultError({ code: 'not-found', message: `The run of job "${job.id}" is gone.` })
  return { is: 'job', job, run }
}
