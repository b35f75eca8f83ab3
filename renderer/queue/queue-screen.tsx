import { useEffect, useMemo, useRef, useState } from 'react'
import type { JobId } from '../../shared/ids.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { useCell } from '../cell.ts'
import { EditDialog } from '../inspector/edit-dialog.tsx'
import { Inspector } from '../inspector/inspector.tsx'
import { useEngineState, useLarmor, useOffline } from '../larmor.ts'
import { isFirstStart, useArchiveList } from '../results/archive-list.ts'
import { address } from '../route.ts'
import { CancelQuestion } from '../runs/cancel-question.tsx'
import { cancelJobs, copy, jobsById, type Possible, possibleFor, resubmit } from '../runs/job-acts.ts'
import { togglePause } from '../runs/pause.ts'
import type { ScreenProps } from '../screens.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { rememberAges } from './data-age.ts'
import { FilterBar, filterText } from './filter-bar.tsx'
import { FirstStart } from './first-start.tsx'
import { FixReview } from './fix-review.tsx'
import { QueueTable } from './queue-table.tsx'
import { createRows, matching, type QueueRow } from './rows.ts'
import { changeView, cursor, queueView, setOpen, tick, ticked } from './selection.ts'
import { useStalled } from './stalled.ts'
import { useJobIndex } from './use-job-index.ts'
import { useQueueKeys } from './use-queue-keys.ts'
import './queue.css'

/** All work: runs and their jobs, what of them wants a person, and the inspector of the one that is looked at. */
export function QueueScreen({ path }: ScreenProps) {
  const state = useEngineState()
  if (state.runs.size > 0) return <Queue path={path} />
  return <Nothing state={state} />
}

/** Nothing is under way: the first start, or all that was run lies in the archive. */
function Nothing({ state }: { readonly state: State }) {
  const first = isFirstStart(state, useArchiveList())
  if (first === null) return <p className="hint pad">Reading older runs from this computer…</p>
  if (first) return <FirstStart />
  return (
    <p className="empty">
      Nothing is under way. <a href={address('new')}>Start a run</a>, or{' '}
      <a href={address('results')}>look at results</a>.
    </p>
  )
}

function Queue({ path: [wantedRun, wantedJob] }: ScreenProps) {
  const { engine, store } = useLarmor()
  const state = useEngineState()
  const link = useCell(engine.link)
  const offline = useOffline()
  const index = useJobIndex()
  const view = useCell(queueView)
  const ticks = useCell(ticked)
  const at = useCell(cursor)
  const [asking, ask] = useState<readonly Job[] | null>(null)
  const [reviewing, setReviewing] = useState(false)
  const [editing, edit] = useState<JobId | null>(null)
  const grid = useRef<HTMLDivElement>(null)
  const chips = useRef<HTMLFieldSetElement>(null)
  const search = useRef<HTMLInputElement>(null)
  const [rowsOf] = useState(createRows)
  const stalled = useStalled(state, index)
  const queue = { state, index, stalled }
  const rows = rowsOf(queue, view)

  // An address that names a run or a job puts the cursor there.
  useEffect(() => {
    if (wantedRun === undefined) return
    cursor.set(wantedJob ?? wantedRun)
    if (wantedJob !== undefined) changeView({ open: new Set([...queueView.get().open, wantedRun]) })
  }, [wantedRun, wantedJob])

  const inspected = wantedJob === undefined ? undefined : get(state.jobs, wantedJob)
  const edited = editing === null ? undefined : get(state.jobs, editing)
  const tickedJobs = useMemo(() => (ticks.size === 0 ? NONE : jobsById(state, ticks)), [state, ticks])
  const possible = useMemo(() => possibleFor(state, tickedJobs), [state, tickedJobs])
  const row = rows.find(({ id }) => id === at)
  // The time of the newest fact says an age only while no engine was ever heard.
  const newest = link.is === 'live' ? null : state.as_of
  const ageOf = useMemo(() => rememberAges(state.machines, newest, link), [state.machines, newest, link])

  /** The jobs that a row stands for, as far as they pass the filter. */
  function jobsAt(each: QueueRow | undefined): readonly string[] {
    if (!each) return []
    if (each.is === 'job') return [each.job]
    if (each.is === 'rest') return each.jobs
    const run = get(state.runs, each.run)
    return run ? matching(queue, view, run) : []
  }
  /** What a key would be about: the ticked jobs, or, where none is, those of the row; asked for only when it is pressed. */
  function meant(): Possible {
    return ticks.size > 0 ? possible : possibleFor(state, jobsById(state, jobsAt(row)))
  }
  function resubmitNow(fix: 'auto' | 'none'): void {
    const { fixable, again } = meant()
    const jobs = fix === 'auto' ? fixable : again
    if (offline === null && jobs.length > 0) resubmit(engine, store, jobs, fix)
  }
  const acts = {
    resubmit() {
      resubmitNow(meant().fixable.length > 0 ? 'auto' : 'none')
    },
    edit() {
      const { failed, again } = meant()
      const [job] = new Set([...failed, ...again])
      if (offline === null && job) edit(job.id)
    },
    cancel() {
      const { cancellable } = meant()
      if (offline === null && cancellable.length > 0) ask(cancellable)
    },
    pause() {
      const run = row && get(state.runs, row.run)
      if (offline === null && run) togglePause(engine, state, run)
    },
    inspect(each: QueueRow) {
      if (each.is === 'rest') changeView({ whole: new Set([...view.whole, each.run]) })
      else if (each.is === 'run') show(each.run)
      else show(each.run, each.job)
    },
    close() {
      if (wantedRun !== undefined) show()
      else ticked.set(new Set())
      grid.current?.focus()
    },
    'copy-id'() {
      const job = inspected ?? jobsById(state, jobsAt(row).slice(0, 1))[0]
      if (job) copy(lastAttempt(job).label, 'Job name')
    },
  }
  useQueueKeys({ rows, at, acts, grid, chips, search, jobsAt })

  function onRow(each: QueueRow, { tick: ticking, range }: { readonly tick: boolean; readonly range: boolean }): void {
    const from = rows.findIndex(({ id }) => id === at)
    const to = rows.indexOf(each)
    cursor.set(each.id)
    if (range && from >= 0) {
      const [low, high] = from < to ? [from, to] : [to, from]
      tick(
        rows.slice(low, high + 1).flatMap(between => (between.is === 'job' ? [between.job] : [])),
        true,
      )
      return
    }
    if (ticking) {
      const jobs = jobsAt(each)
      tick(jobs, !jobs.every(id => ticks.has(id as JobId)))
      return
    }
    if (each.is === 'run') setOpen(each.run, !each.open)
    acts.inspect(each)
  }

  return (
    <div className={inspected ? 'queue with-inspector' : 'queue'}>
      <div className="queue-list">
        <FilterBar
          index={index}
          stalled={stalled.size}
          view={view}
          jobs={state.jobs.size}
          chips={chips}
          search={search}
        />
        {tickedJobs.length > 0 ? (
          <BulkBar
            jobs={tickedJobs}
            possible={possible}
            offline={offline}
            onResubmit={resubmitNow}
            onReview={() => setReviewing(true)}
            onCancel={acts.cancel}
            onClear={() => ticked.set(new Set())}
          />
        ) : null}
        {rows.length === 0 ? (
          <p className="empty">
            {filterText(view)}: none.{' '}
            <button
              type="button"
              className="link"
              onClick={() => changeView({ standing: null, category: null, search: '' })}
            >
              Clear filter
            </button>
          </p>
        ) : (
          <QueueTable
            state={state}
            index={index}
            rows={rows}
            cursor={at}
            ticked={ticks}
            stalled={stalled}
            jobsOfRun={(each: Run) => matching(queue, view, each)}
            ageOf={ageOf}
            grid={grid}
            onFirst={() => cursor.set(rows[0]?.id ?? null)}
            onRow={onRow}
          />
        )}
      </div>
      {inspected ? (
        <Inspector
          key={inspected.id}
          job={inspected}
          onClose={acts.close}
          onCancel={() => ask([inspected])}
          onEdit={() => edit(inspected.id)}
          onResubmit={fix => resubmit(engine, store, [inspected], fix)}
        />
      ) : null}
      {reviewing && possible.fixable.length > 0 ? (
        <FixReview
          jobs={possible.fixable}
          offline={offline}
          onResubmit={() => resubmitNow('auto')}
          onClose={() => setReviewing(false)}
        />
      ) : null}
      {edited ? <EditDialog key={`edit ${edited.id}`} job={edited} onClose={() => edit(null)} /> : null}
      {asking ? (
        <CancelQuestion jobs={asking} onConfirm={() => cancelJobs(engine, asking)} onClose={() => ask(null)} />
      ) : null}
    </div>
  )
}

const NONE: readonly Job[] = []

/** Another row of the same screen is no step of the back button. */
function show(...path: readonly string[]): void {
  location.replace(address('queue', ...path))
}
