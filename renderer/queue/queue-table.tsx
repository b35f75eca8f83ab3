import { useVirtualizer } from '@tanstack/react-virtual'
import { type MouseEvent, type RefObject, useEffect, useRef } from 'react'
import type { JobId } from '../../shared/ids.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { jobName } from '../../shared/show/job-name.ts'
import { waitsFor } from '../../shared/show/waits-for.ts'
import { fixesOf } from '../runs/fixes.ts'
import { NO_OUTLOOK, outlookOf } from '../runs/outlook.ts'
import { useApart } from '../runs/tell-apart.ts'
import { useNow } from '../ui/clock.ts'
import type { DataAge } from './data-age.ts'
import { emptyTally, type JobIndex } from './job-index.ts'
import { JobRow, RestRow, RunRow } from './queue-row.tsx'
import { type QueueRow, restText } from './rows.ts'
import { timesOfRun } from './run-times.ts'

const ROW = 28

interface QueueTableProps {
  readonly state: State
  readonly index: JobIndex
  readonly rows: readonly QueueRow[]
  readonly cursor: string | null
  readonly ticked: ReadonlySet<JobId>
  readonly stalled: ReadonlySet<string>
  /** The jobs of a run that pass the filter. */
  readonly jobsOfRun: (run: Run) => readonly string[]
  readonly ageOf: (machine: string, now: number) => DataAge
  readonly grid: RefObject<HTMLDivElement | null>
  /** It has the focus, and no row the cursor. */
  readonly onFirst: () => void
  readonly onRow: (row: QueueRow, how: { readonly tick: boolean; readonly range: boolean }) => void
}

/** Runs and their jobs as a tree of rows, of which only those in sight exist. */
export function QueueTable(props: QueueTableProps) {
  const { state, index, rows, cursor, ticked, stalled, jobsOfRun, ageOf, grid, onFirst, onRow } = props
  const scroller = useRef<HTMLDivElement>(null)
  const now = useNow(1000)
  const apart = useApart(state)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 6,
    // The head lies over the first row's place.
    scrollPaddingStart: ROW,
    scrollMargin: ROW,
  })
  const at = rows.findIndex(({ id }) => id === cursor)
  const scrollTo = virtual.scrollToIndex
  useEffect(() => {
    if (at >= 0) scrollTo(at, { align: 'auto' })
  }, [at, scrollTo])

  function click(event: MouseEvent<HTMLDivElement>): void {
    const element = (event.target as HTMLElement).closest<HTMLElement>('[data-row]')
    const row = rows.find(({ id }) => id === element?.dataset.row)
    if (!row) return
    const tick = (event.target as HTMLElement).closest('[data-tick]') !== null
    onRow(row, { tick: tick || event.ctrlKey || event.metaKey, range: event.shiftKey })
  }

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the grid stand in keys/commands.ts
    <div
      ref={grid}
      role="treegrid"
      tabIndex={0}
      className="queue-grid"
      aria-label="Runs and jobs"
      aria-rowcount={rows.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={at >= 0 ? `row-${at}` : undefined}
      data-keys=""
      onClick={click}
      onFocus={() => at < 0 && onFirst()}
    >
      <div className="queue-scroll" ref={scroller} role="presentation">
        <div role="rowgroup" className="queue-head-place">
          <div role="row" className="queue-head" aria-rowindex={1}>
            {[
              '',
              'Run / job',
              'State and reason',
              'Progress',
              'Waited / ran, h',
              'Finish or fix',
              'Try',
              'Machine',
              'Data',
            ].map((head, i) => (
              <span key={head} role="columnheader" className={i === 6 || i === 8 ? 'queue-cell right' : 'queue-cell'}>
                {head === '' ? <span className="only-read">Selected</span> : head}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="queue-rows" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index: i, start }) => {
            const row = rows[i]
            if (!row) return null
            const shared = { rowId: row.id, at: i, top: start - ROW, isCursor: row.id === cursor }
            if (row.is === 'run') {
              const run = get(state.runs, row.run)
              if (!run) return null
              const age = ageOf(run.machine, now)
              const jobs = jobsOfRun(run)
              const times = timesOfRun(state, run, now)
              const { reached } = index.surroundings(run.id, run.machine)
              const tally = index.byRun.get(run.id) ?? emptyTally
              return (
                <RunRow
                  key={row.id}
                  {...shared}
                  run={run}
                  open={row.open}
                  tally={tally}
                  reached={reached}
                  // Asked only where it may wait: it looks at every job.
                  waits={tally.running === 0 && (tally.sending === 0 || !reached) ? waitsFor(state, run) : null}
                  apart={apart.get(run.id) ?? null}
                  // A machine that does not answer: no estimate.
                  outlook={reached ? outlookOf(state, run, now) : NO_OUTLOOK}
                  tick={tickOf(jobs, ticked)}
                  age={age}
                  {...times}
                />
              )
            }
            if (row.is === 'rest') {
              return (
                <RestRow
                  key={row.id}
                  {...shared}
                  text={restText(row.jobs, { index, stalled })}
                  tick={tickOf(row.jobs, ticked)}
                  age={NO_AGE}
                />
              )
            }
            const job = get(state.jobs, row.job)
            const standing = index.standing.get(row.job)
            if (!job || !standing) return null
            return (
              <JobRow
                key={row.id}
                {...shared}
                job={job}
                name={jobName(state, job)}
                standing={standing}
                surroundings={index.surroundings(job.run, job.machine)}
                stalled={stalled.has(job.id)}
                progress={progressOf(job)}
                fix={standing === 'failed' ? (fixesOf(state, job)[0]?.title ?? null) : null}
                tick={ticked.has(job.id) ? 'all' : 'none'}
                age={ageOf(job.machine, now)}
                now={lastAttempt(job).outcome === null ? now : 0}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}

const NO_AGE: DataAge = { text: '', old: false }

function tickOf(jobs: readonly string[], ticked: ReadonlySet<JobId>): 'all' | 'some' | 'none' {
  if (ticked.size === 0 || jobs.length === 0) return 'none'
  let n = 0
  for (const id of jobs) if (ticked.has(id as JobId)) n += 1
  return n === 0 ? 'none' : n === jobs.length ? 'all' : 'some'
}

/** `cycle 23`: how far it came, where its output says so. */
function progressOf(job: Job): string | null {
  const { phase } = lastAttempt(job)
  if (phase.is !== 'parsed') return null
  if (phase.reused !== null) return 'reused'
  const { opt_cycles } = phase.result
  return opt_cycles === null ? null : `cycle ${opt_cycles}`
}
