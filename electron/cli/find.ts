import { join } from 'node:path'
import type { JobId, RunId } from '../../shared/ids.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { draftOf, get, values } from '../../shared/model/table.ts'
import { FaultError } from '../../shared/result.ts'
import { runState } from '../../shared/show/status.ts'
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
  const archived = await openArchive(join(home, 'archive')).list()
  let all = state
  for (const run of wanted) {
    const exact = archived.filter(({ id }) => id === run)
    const begins = archived.filter(({ id }) => id.startsWith(run))
    const named = archived.filter(({ name }) => ids.includes(name))
    // Some are enough to tell that it is not unique.
    const matching = exact.length > 0 ? exact : (begins.length > 0 ? begins : named).slice(0, MOST_LISTED + 1)
    for (const { id } of matching) all = await restored(all, home, id)
  }
  return all
}

/** An archived run of which nothing can be told, and why not, as a sentence. */
export interface UnreadableRun {
  readonly run: RunId
  readonly reason: string
}

/** The state with all archived runs put back into it, and those that cannot be: one damaged document hides no other run. */
export async function readStateWithArchive(
  home: string,
): Promise<{ readonly state: State; readonly unreadable: readonly UnreadableRun[] }> {
  let { state } = await readState(home)
  const unreadable: UnreadableRun[] = []
  for (const run of await openArchive(join(home, 'archive')).ids()) {
    if (get(state.runs, run)) continue
    try {
      state = await restored(state, home, run)
    } catch (error) {
      unreadable.push({ run, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return { state, unreadable }
}

async function restored(state: State, home: string, id: RunId): Promise<State> {
  const { run, jobs } = await openArchive(join(home, 'archive')).read(id)
  const runs = draftOf(state.runs)
  const all = draftOf(state.jobs)
  runs.set(run.id, run)
  for (const job of jobs) all.set(job.id, job)
  return { ...state, runs: runs.done(), jobs: all.done() }
}

/**
 * What an id, the unique beginning of one, or else the whole name of a run names; FaultError `not-found`, or `bad-input`
 * with the candidates where it names several.
 */
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
    throw several(id, [
      ...runs.map(runLine),
      ...jobs.map(job => [job.id, lastAttempt(job).outcome ?? lastAttempt(job).phase.is]),
    ])
  if (runs[0]) return { is: 'run', run: runs[0] }
  if (jobs[0]) return ofJob(state, jobs[0])
  const named = [...values(state.runs)].filter(run => run.name === id)
  if (named.length > 1) throw several(id, named.map(runLine))
  if (named[0]) return { is: 'run', run: named[0] }
  const similar = [...values(state.runs)].filter(run => run.name.toLowerCase().includes(id.toLowerCase()))
  throw new FaultError({
    code: 'not-found',
    message: `There is no run or job "${id}".`,
    hint: [
      ...(similar.length > 0 ? ['Names that hold it:', ...listed(similar.map(runLine))] : []),
      'larmor status lists the runs.',
    ].join('\n'),
  })
}

/** More are counted, not listed. */
const MOST_LISTED = 10

function several(id: string, candidates: readonly (readonly string[])[]): FaultError {
  return badArgument('id', `"${id}" names ${candidates.length} things; type more of it.`, listed(candidates).join('\n'))
}

function listed(candidates: readonly (readonly string[])[]): readonly string[] {
  const lines = candidates.slice(0, MOST_LISTED).map(words => words.join('  '))
  return candidates.length > MOST_LISTED ? [...lines, `and ${candidates.length - MOST_LISTED} more`] : lines
}

function runLine(run: Run): readonly string[] {
  return [run.id, run.name, runState(run)]
}

function isShort(job: Job, run: string, rest: string): boolean {
  return job.run.startsWith(run) && job.id.slice(job.run.length + 1).startsWith(rest)
}

/** The whole id of what was found: it goes on naming that alone. */
export function idOf(found: Found): RunId | JobId {
  return found.is === 'run' ? found.run.id : found.job.id
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
