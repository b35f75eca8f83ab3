import { type Job, lastAttempt } from '../../shared/model/job.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { runsByStart } from '../../shared/show/status.ts'
import type { Standing } from '../runs/standing.ts'
import { type JobIndex, NO_CATEGORY } from './job-index.ts'

/** What of the queue is shown. */
export interface QueueView {
  /** Null: all. */
  readonly standing: Standing | null
  /** Of the failed: those of this category. */
  readonly category: string | null
  readonly search: string
  /** Runs whose jobs are shown. */
  readonly open: ReadonlySet<string>
  /** Runs of which all jobs are shown, those that go well too. */
  readonly whole: ReadonlySet<string>
}

export type QueueRow =
  | { readonly is: 'run'; readonly id: string; readonly run: Run; readonly open: boolean }
  | { readonly is: 'job'; readonly id: string; readonly job: string; readonly run: string }
  /** The jobs of a long run that want nothing of a person, folded. */
  | { readonly is: 'rest'; readonly id: string; readonly run: string; readonly jobs: readonly string[] }

/** What wants a look stands first, and alone where a run has more jobs than these. */
const FOLD_FROM = 24
const WANTS_A_LOOK: ReadonlySet<Standing | undefined> = new Set<Standing>(['failed', 'check', 'unknown'])

/** The rows as they stand: open runs before ended ones, the newest first; jobs in the order of their plan. */
export function rowsOf(state: State, index: JobIndex, view: QueueView): readonly QueueRow[] {
  const rows: QueueRow[] = []
  const filtered = isFiltered(view)
  const runs = runsByStart(state)
  for (const run of [...runs.filter(isOpen), ...runs.filter(each => !isOpen(each))]) {
    const named = view.standing === null && hasWords(run.name, view.search)
    const all = filtered && !named ? matching(state, index, view, run) : run.jobs
    if (filtered && !named && all.length === 0) continue
    const open = view.open.has(run.id) !== (filtered && !named)
    rows.push({ is: 'run', id: run.id, run, open })
    if (!open) continue
    const fold = !filtered && run.jobs.length > FOLD_FROM && !view.whole.has(run.id)
    const shown = fold ? all.filter(id => WANTS_A_LOOK.has(index.standing.get(id))) : all
    for (const id of shown) rows.push({ is: 'job', id, job: id, run: run.id })
    if (shown.length < all.length) {
      const rest = all.filter(id => !WANTS_A_LOOK.has(index.standing.get(id)))
      rows.push({ is: 'rest', id: `${run.id} rest`, run: run.id, jobs: rest })
    }
  }
  return rows
}

/** The jobs of a run that the view lets through. */
export function matching(state: State, index: JobIndex, view: QueueView, run: Run): readonly string[] {
  if (!isFiltered(view) || (view.standing === null && hasWords(run.name, view.search))) return run.jobs
  const named = hasWords(run.name, view.search)
  return run.jobs.filter(id => {
    if (view.standing !== null && index.standing.get(id) !== view.standing) return false
    if (view.category === null && named) return true
    const job = get(state.jobs, id)
    return job !== undefined && inCategory(job, view.category) && (named || jobHasWords(job, view.search))
  })
}

function isFiltered({ standing, search }: QueueView): boolean {
  return standing !== null || search.trim() !== ''
}

function inCategory(job: Job, category: string | null): boolean {
  return category === null || (lastAttempt(job).category ?? NO_CATEGORY) === category
}

function jobHasWords(job: Job, search: string): boolean {
  const { phase, reason, label } = lastAttempt(job)
  const queue = 'queue_id' in phase ? (phase.queue_id ?? '') : ''
  return [job.key, label, queue, reason ?? '', job.machine].some(text => hasWords(text, search))
}

function hasWords(text: string, search: string): boolean {
  return text.toLowerCase().includes(search.trim().toLowerCase())
}

function isOpen(run: Run): boolean {
  return run.phase.is === 'open'
}
