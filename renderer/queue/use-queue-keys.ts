import type { RefObject } from 'react'
import { useKeys } from '../keys/use-keys.ts'
import type { QueueRow } from './rows.ts'
import { cursor, setOpen, tick, ticked } from './selection.ts'

interface QueueKeys {
  readonly rows: readonly QueueRow[]
  /** The id of the cursor's row. */
  readonly at: string | null
  readonly acts: {
    readonly resubmit: () => void
    readonly edit: () => void
    readonly cancel: () => void
    readonly pause: () => void
    readonly inspect: (row: QueueRow) => void
    readonly close: () => void
    readonly 'copy-id': () => void
  }
  readonly grid: RefObject<HTMLElement | null>
  readonly chips: RefObject<HTMLElement | null>
  readonly search: RefObject<HTMLElement | null>
  /** The jobs that a row stands for, as far as they pass the filter. */
  readonly jobsAt: (row: QueueRow | undefined) => readonly string[]
}

/** The keys of the queue: a tree as file managers have it. */
export function useQueueKeys({ rows, at, acts, grid, chips, search, jobsAt }: QueueKeys): void {
  const place = rows.findIndex(({ id }) => id === at)
  const row = rows[place]

  function move(to: number): void {
    const next = rows[Math.max(0, Math.min(rows.length - 1, to))]
    if (!next) return
    cursor.set(next.id)
    grid.current?.focus()
  }
  function tickAnd(step: number): void {
    if (row?.is === 'job') tick([row.job], true)
    const next = rows[place + step]
    if (next?.is === 'job') tick([next.job], true)
    move(place + step)
  }

  useKeys({
    down: () => move(place + 1),
    up: () => move(place < 0 ? 0 : place - 1),
    first: () => move(0),
    last: () => move(rows.length - 1),
    open: () => {
      if (row?.is === 'run' && !row.open) setOpen(row.run, true)
      else move(place + 1)
    },
    shut: () => {
      if (row?.is === 'run' && row.open) setOpen(row.run, false)
      else if (row && row.is !== 'run') move(rows.findIndex(({ id }) => id === row.run))
    },
    tick: () => {
      const jobs = jobsAt(row)
      tick(jobs, !jobs.every(id => ticked.get().has(id as never)))
    },
    'tick-down': () => tickAnd(1),
    'tick-up': () => tickAnd(-1),
    'tick-all': () => tick([...new Set(rows.flatMap(each => (each.is === 'run' ? jobsAt(each) : [])))], true),
    inspect: () => row && acts.inspect(row),
    filter: () => chips.current?.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus(),
    search: () => search.current?.focus(),
    resubmit: acts.resubmit,
    edit: acts.edit,
    pause: acts.pause,
    cancel: acts.cancel,
    close: acts.close,
    'copy-id': acts['copy-id'],
  })
}
