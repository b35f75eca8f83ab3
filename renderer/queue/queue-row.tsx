import { ChevronDown, ChevronRight, Tick } from '@blueprintjs/icons'
import { memo, type ReactNode } from 'react'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import type { Run } from '../../shared/model/run.ts'
import { percentDone, plural } from '../../shared/show/number.ts'
import { runState } from '../../shared/show/status.ts'
import { workflowOf } from '../../shared/workflows/index.ts'
import { lookNow, runLook } from '../runs/looks.ts'
import type { Outlook } from '../runs/outlook.ts'
import {
  reasonOf,
  STALLED,
  type Standing,
  type Surroundings,
  stalledLook,
  standingLooks,
  standings,
} from '../runs/standing.ts'
import { timesOf } from '../runs/times.ts'
import { programText } from '../runs/words.ts'
import { Badge } from '../ui/badge.tsx'
import { Segments } from '../ui/segments.tsx'
import { clockTime, hoursMinutes } from '../ui/time.ts'
import type { Tally } from './job-index.ts'

const FILLS = {
  finished: 'done',
  running: 'run',
  unknown: 'attention',
  check: 'attention',
  failed: 'fail',
  held: 'held',
  sending: 'thin',
  waiting: 'thin',
  pending: 'thin',
  stopped: 'stopped',
} as const satisfies Record<Standing, string>

interface Shared {
  readonly rowId: string
  readonly at: number
  readonly top: number
  readonly isCursor: boolean
  readonly tick: 'all' | 'some' | 'none'
  readonly age: { readonly text: string; readonly old: boolean }
}

interface RunRowProps extends Shared {
  readonly run: Run
  readonly open: boolean
  readonly tally: Tally
  readonly reached: boolean
  /** What it waits for, where nothing of it computes. */
  readonly waits: string | null
  /** What tells it from others of its name. */
  readonly apart: string | null
  readonly outlook: Outlook
  readonly waited: number | null
  readonly ran: number | null
}

export const RunRow = memo(function RunRow(props: RunRowProps) {
  const { run, open, tally, reached, waits, apart, outlook, waited, ran } = props
  const look = lookOfRun(run, tally, reached, waits, outlook)
  const total = standings.reduce((sum, each) => sum + tally[each], 0)
  return (
    <Row
      {...props}
      level={1}
      expanded={open}
      says={`${[run.name, apart, look.word].filter(each => each !== null).join(', ')}, ${total === 0 ? percentDone(run.progress) : `${tally.finished} of ${total} finished`}`}
    >
      <span role="gridcell" className="queue-cell name-cell">
        <span className="twisty">
          {open ? <ChevronDown size={12} title={false} /> : <ChevronRight size={12} title={false} />}
        </span>
        <span className="name" title={apart === null ? run.name : `${run.name}, ${apart}`}>
          <strong>
            <bdi>{run.name}</bdi>
          </strong>{' '}
          <span className="kind">{apart ?? kindOf(run)}</span>
        </span>
      </span>
      <span role="gridcell" className="queue-cell" title={waits === null ? undefined : `Waits ${waits}`}>
        <Badge look={look} />
        <span className="reason">{runReason(run, tally, look.word, waits, outlook.stalled.size)}</span>
      </span>
      <span role="gridcell" className="queue-cell">
        <Segments segments={standings.map(each => ({ name: each, n: tally[each], fill: FILLS[each] }))} />
        {/* A run of tasks alone has no jobs to count. */}
        <span className="of">{total === 0 ? percentDone(run.progress) : `${tally.finished}/${total}`}</span>
      </span>
      <Times waited={waited} ran={ran} />
      <span
        role="gridcell"
        className="queue-cell quiet-text"
        title={outlook.finish ?? 'No estimate: too few comparable jobs have finished, or it is held.'}
      >
        {run.phase.is === 'open' ? (outlook.finish ?? '–') : clockTime(run.phase.at)}
      </span>
      <span role="gridcell" className="queue-cell right" />
      <span role="gridcell" className="queue-cell" title={run.machine}>
        {run.machine}
      </span>
      <Age {...props.age} />
    </Row>
  )
})

interface JobRowProps extends Shared {
  readonly job: Job
  /** What a chemist calls it. */
  readonly name: string
  readonly standing: Standing
  readonly surroundings: Surroundings
  /** It computes far longer than was predicted. */
  readonly stalled: boolean
  readonly progress: string | null
  readonly fix: string | null
  readonly now: number
}

export const JobRow = memo(function JobRow(props: JobRowProps) {
  const { job, name, standing, surroundings, stalled, progress, fix, now } = props
  const attempt = lastAttempt(job)
  const look = stalled ? stalledLook : standingLooks[standing]
  const reason = stalled ? STALLED : reasonOf(job, surroundings)
  // Space is short: of `the SCF did not converge` the noun is to be seen.
  const inShort = reason?.replace(/^(the|its) /, '')
  const { waited, ran } = timesOf(attempt, now)
  const says = [name, look.word, reason, `attempt ${attempt.n}`].filter(each => each !== null).join(', ')
  return (
    <Row {...props} level={2} says={says}>
      <span role="gridcell" className="queue-cell name-cell job-name">
        <span className="name" title={name === job.key ? name : `${name} (${job.key})`}>
          <bdi>{name}</bdi> <span className="kind">{programText(job.program)}</span>
        </span>
      </span>
      <span role="gridcell" className="queue-cell" title={reason ?? undefined}>
        <Badge look={look} />
        <span className="reason">{inShort}</span>
      </span>
      <span role="gridcell" className="queue-cell quiet-text">
        {progress}
      </span>
      <Times waited={waited} ran={ran} />
      <span role="gridcell" className="queue-cell quiet-text" title={fix ?? undefined}>
        {fix}
      </span>
      <span role="gridcell" className="queue-cell right">
        {attempt.n}
      </span>
      <span role="gridcell" className="queue-cell" title={job.machine}>
        {job.machine}
      </span>
      <Age {...props.age} />
    </Row>
  )
})

interface RestRowProps extends Shared {
  /** How many jobs there are, and where they stand. */
  readonly text: string
}

export function RestRow(props: RestRowProps) {
  const { text } = props
  return (
    <Row {...props} level={2} says={text}>
      <span role="gridcell" className="queue-cell job-name rest">
        {text}
      </span>
    </Row>
  )
}

interface RowProps extends Shared {
  readonly level: number
  readonly expanded?: boolean
  readonly says: string
  readonly children: ReactNode
}

function Row({ rowId, at, top, isCursor, tick, level, expanded, says, children }: RowProps) {
  return (
    <div
      role="row"
      id={`row-${at}`}
      className={`queue-row level-${level}${isCursor ? ' cursor' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      aria-level={level}
      aria-rowindex={at + 2}
      aria-selected={tick === 'all'}
      aria-expanded={expanded}
      aria-label={says}
      data-row={rowId}
    >
      <span role="gridcell" className="queue-cell tick-cell" data-tick="">
        <span className={`tick ${tick}`}>
          {tick === 'all' ? <Tick size={12} title={false} /> : tick === 'some' ? <span className="dash" /> : null}
        </span>
      </span>
      {children}
    </div>
  )
}

function Times({ waited, ran }: { readonly waited: number | null; readonly ran: number | null }) {
  if (waited === null && ran === null)
    return (
      <span role="gridcell" className="queue-cell quiet-text">
        –
      </span>
    )
  const [w, r] = [waited ?? 0, ran ?? 0]
  const share = w + r === 0 ? 0 : (r / (w + r)) * 70
  return (
    <span role="gridcell" className="queue-cell times">
      {waited === null ? '–' : hoursMinutes(w)}
      <span className="slash"> / </span>
      {ran === null ? '–' : hoursMinutes(r)}
      <svg className="split" viewBox="0 0 70 2" width="70" height="2" aria-hidden="true">
        <rect className="split-waited" width="70" height="2" />
        <rect className="split-ran" x={70 - share} width={share} height="2" />
      </svg>
    </span>
  )
}

function Age({ text, old }: Shared['age']) {
  return (
    <span role="gridcell" className={`queue-cell right ${old ? 'tone-attention' : 'quiet-text'}`}>
      {text}
    </span>
  )
}

/** Jobs that are nothing but jobs need no word for it. */
function kindOf({ workflow }: Run): string | null {
  return workflow === 'single' ? null : workflowOf(workflow).label
}

function lookOfRun(run: Run, tally: Tally, reached: boolean, waits: string | null, { allStalled }: Outlook) {
  if (waits !== null) return tally.check > 0 ? standingLooks.check : standingLooks.waiting
  if (run.phase.is === 'open' && !reached) return standingLooks.unknown
  const state = runState(run)
  if (state === 'running' && tally.running === 0) {
    if (tally.waiting > 0) return standingLooks.waiting
    if (tally.sending > 0) return standingLooks.sending
    if (tally.check > 0) return standingLooks.check
  }
  const look = runLook(state, tally.failed + tally.unknown + tally.check > 0)
  return lookNow(state, look, { all_stalled: allStalled && tally.running > 0 })
}

function runReason(
  run: Run,
  { failed, check, unknown, running }: Tally,
  word: string,
  waits: string | null,
  stalled: number,
): ReactNode {
  const parts: ReactNode[] = []
  if (waits !== null) parts.push(word === standingLooks.waiting.word ? waits : `waits ${waits}`)
  if (failed > 0)
    parts.push(
      <span key="failed" className="tone-fail">
        {failed} failed
      </span>,
    )
  if (check > 0)
    parts.push(
      <span key="check" className="tone-attention">
        {check} to check
      </span>,
    )
  if (unknown > 0 && word !== 'Unknown')
    parts.push(
      <span key="unknown" className="tone-attention">
        {unknown} unknown
      </span>,
    )
  if (word === 'Unknown') parts.push(unknown === 0 ? 'no answer' : `no answer, ${plural(unknown, 'job')} may go on`)
  if (stalled > 0)
    parts.push(
      <span
        key="stalled"
        className="tone-attention"
        title={`${plural(stalled, 'job')} computing for far longer than expected`}
      >
        {word === stalledLook.word ? `${plural(stalled, 'job')} far longer than expected` : `${stalled} stalled`}
      </span>,
    )
  if (run.phase.is === 'open' && run.phase.hold === 'paused') parts.push(run.phase.reason ?? 'by you')
  if (run.phase.is === 'open' && run.phase.hold === 'paused' && running > 0) parts.push(`${running} still running`)
  if (run.phase.is === 'open' && run.jobs.length === 0 && run.phase.hold === null)
    parts.push('prepared on this computer')
  if (run.phase.is === 'open' && run.phase.hold === 'stopping') parts.push('being stopped')
  if (run.phase.is === 'open' && run.phase.hold === 'cancelling') parts.push('being cancelled')
  if (run.phase.is === 'ended' && run.phase.reason !== null) parts.push(run.phase.reason)
  return parts.flatMap((part, i) => (i === 0 ? [part] : [', ', part]))
}
