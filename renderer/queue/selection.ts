import type { JobId } from '../../shared/ids.ts'
import { cell } from '../cell.ts'
import { isFiltered, type QueueView } from './rows.ts'

/** The jobs that are ticked. Outlives the screen: it is there again when a person comes back. */
export const ticked = cell<ReadonlySet<JobId>>(new Set())

/** The row that the keys move: the id of a run or of a job, or `RUN rest`. */
export const cursor = cell<string | null>(null)

export const queueView = cell<QueueView>({
  standing: null,
  category: null,
  search: '',
  open: new Set(),
  shut: new Set(),
  whole: new Set(),
})

/** Another filter shows again what passes it. */
export function changeView(change: Partial<QueueView>): void {
  const anew = 'standing' in change || 'search' in change ? { shut: new Set<string>() } : {}
  queueView.set({ ...queueView.get(), ...anew, ...change })
}

/** Shows the jobs of a run, or hides them. */
export function setOpen(run: string, open: boolean): void {
  const view = queueView.get()
  const shut = isFiltered(view) ? toggled(view.shut, [run], !open) : view.shut
  changeView({ open: toggled(view.open, [run], open), shut })
}

export function tick(jobs: readonly string[], on: boolean): void {
  ticked.set(toggled(ticked.get(), jobs as readonly JobId[], on))
}

function toggled<T>(set: ReadonlySet<T>, items: readonly T[], on: boolean): ReadonlySet<T> {
  const next = new Set(set)
  for (const item of items) {
    if (on) next.add(item)
    else next.delete(item)
  }
  return next
}
