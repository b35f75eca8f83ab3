import { type Job, lastAttempt } from '../../shared/model/job.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { jobName } from '../../shared/show/job-name.ts'
import { runsByStart } from '../../shared/show/status.ts'
import { type ShownStanding, type Standing, shownLooks } from '../runs/standing.ts'
import { type JobIndex, NO_CATEGORY } from './job-index.ts'

/** What of the queue is shown. */
export interface QueueView {
  /** Null: all. */
  readonly standing: ShownStanding | null
  /** Of the failed: those of this category. */
  readonly category: string | null
  readonly search: string
  /** Runs whose jobs are shown. */
  readonly open: ReadonlySet<string>
  /** Where there is a filter, runs whose jobs are not shown though some pass it. */
  readonly shut: ReadonlySet<string>
  /** Runs of which all jobs are shown, those that go well too. */
  readonly whole: ReadonlySet<string>
}

/** All that the rows are made from. */
export interface Queue {
  readonly state: State
  readonly index: JobIndex
  /** Of the running jobs; they are shown as that alone. */
  readonly stalled: ReadonlySet<string>
}

export type QueueRow =
  | { readonly is: 'run'; readonly id: string; readonly run: string; readonly open: boolean }
  | { readonly is: 'job'; readonly id: string; readonly job: string; readonly run: string }
  /** The jobs of a long run that want nothing of a person, folded. */
  | { readonly is: 'rest'; readonly id: string; readonly run: string; readonly jobs: readonly string[] }

/** What wants a look stands first, and alone where a run has more jobs than these. */
const FOLD_FROM = 24
const WANTS_A_LOOK: ReadonlySet<Standing | undefined> = new Set<Standing>(['failed', 'check', 'unknown'])

/**
 * The rows as they stand: open runs before ended ones, the newest first; jobs in the order of their plan. While nothing
 * but the jobs themselves changed the rows are the same object: ten thousand of them are not made anew for one job.
 */
export function createRows(): (queue: Queue, view: QueueView) => readonly QueueRow[] {
  let rows: readonly QueueRow[] = []
  let before: readonly unknown[] = []
  return (queue, view) => {
    const { state, index, stalled } = queue
    const all = runsByStart(state)
    const runs = [...all.filter(isOpen), ...all.filter(each => !isOpen(each))]
    // Where a job stands counts only for a filter, and for what is folded.
    const byStanding = isFiltered(view) || runs.some(run => isFolded(run, view))
    const now = [
      view,
      byStanding ? index : null,
      byStanding ? stalled : null,
      ...runs.flatMap(({ id, name, jobs }) => [id, name, jobs]),
    ]
    if (now.length === before.length && now.every((each, i) => each === before[i])) return rows
    before = now
    rows = runs.flatMap(run => rowsOfRun(queue, view, run))
    return rows
  }
}

function rowsOfRun(queue: Queue, view: QueueView, run: Run): readonly QueueRow[] {
  const { index } = queue
  const filtered = isFiltered(view)
  const named = view.standing === null && hasWords(run.name, view.search)
  const all = matching(queue, view, run)
  if (filtered && !named && all.length === 0) return []
  const open = filtered && !named ? !view.shut.has(run.id) : view.open.has(run.id)
  const head: QueueRow = { is: 'run', id: run.id, run: run.id, open }
  if (!open) return [head]
  const fold = isFolded(run, view)
  const shown = fold ? all.filter(id => WANTS_A_LOOK.has(index.standing.get(id))) : all
  const rows = [head, ...shown.map((id): QueueRow => ({ is: 'job', id, job: id, run: run.id }))]
  if (shown.length === all.length) return rows
  const jobs = all.filter(id => !WANTS_A_LOOK.has(index.standing.get(id)))
  return [...rows, { is: 'rest', id: `${run.id} rest`, run: run.id, jobs }]
}

function isFolded(run: Run, view: QueueView): boolean {
  return !isFiltered(view) && run.jobs.length > FOLD_FROM && view.open.has(run.id) && !view.whole.has(run.id)
}

/** `232 more: 168 finished, 24 running, 22 waiting`, each job counted where the filters count it. */
export function restText(jobs: readonly string[], queue: Standings): string {
  const counts = new Map<ShownStanding | undefined, number>()
  for (const id of jobs) {
    const standing = shownStanding(id, queue)
    counts.set(standing, (counts.get(standing) ?? 0) + 1)
  }
  const words = (Object.keys(shownLooks) as ShownStanding[]).flatMap(each => {
    const n = counts.get(each)
    return n === undefined ? [] : [`${n} ${shownLooks[each].word.toLowerCase()}`]
  })
  return `${jobs.length} more: ${words.join(', ')}`
}

type Standings = Pick<Queue, 'index' | 'stalled'>

function shownStanding(id: string, { index, stalled }: Standings): ShownStanding | undefined {
  return stalled.has(id) ? 'stalled' : index.standing.get(id)
}

/** The jobs of a run that the view lets through. */
export function matching({ state, index, stalled }: Queue, view: QueueView, run: Run): readonly string[] {
  if (!isFiltered(view) || (view.standing === null && hasWords(run.name, view.search))) return run.jobs
  const named = hasWords(run.name, view.search)
  return run.jobs.filter(id => {
    if (view.standing !== null && shownStanding(id, { index, stalled }) !== view.standing) return false
    if (view.category === null && named) return true
    const job = get(state.jobs, id)
    return job !== undefined && inCategory(job, view.category) && (named || jobHasWords(state, job, view.search))
  })
}

export function isFiltered({ standing, search }: Pick<QueueView, 'standing' | 'search'>): boolean {
  return standing !== null || search.trim() !== ''
}

function inCategory(job: Job, category: string | null): boolean {
  return category === null || (lastAttempt(job).category ?? NO_CATEGORY) === category
}

function jobHasWords(state: State, job: Job, search: string): boolean {
  const { phase, reason, label } = lastAttempt(job)
  const queue = 'queue_id' in phase ? (phase.queue_id ?? '') : ''
  return [jobName(state, job), job.key, label, queue, reason ?? '', job.machine].some(text => hasWords(text, search))
}

function hasWords(text: string, search: string): boolean {
  return text.toLowerCase().includes(search.trim().toLowerCase())
}

function isOpen(run: Run): boolean {
  return run.phase.is === 'open'
}
