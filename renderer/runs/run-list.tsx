import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { percentDone } from '../../shared/show/number.ts'
import { runAddress } from '../../shared/show/run-address.ts'
import type { RunState } from '../../shared/show/status.ts'
import { hasBegun } from '../../shared/show/waits-for.ts'
import { useEngineState } from '../larmor.ts'
import { Badge } from '../ui/badge.tsx'
import { Meter, type Part } from '../ui/meter.tsx'
import { clockTime } from '../ui/time.ts'
import { Counts } from './counts.tsx'
import { lookNow } from './looks.ts'
import { useMark } from './mark.ts'
import { MarkWord } from './mark-word.tsx'
import type { RunSummary } from './summary.ts'
import { useApart } from './tell-apart.ts'
import './runs.css'

const TONES: { readonly [State in RunState]: Part['tone'] } = {
  planned: 'ink',
  running: 'run',
  paused: 'ink',
  stopped: 'ink',
  completed: 'done',
  failed: 'fail',
  cancelled: 'ink',
}

interface RunListProps {
  readonly runs: readonly RunSummary[]
  readonly title: string
}

/** Runs, the newest first; each opens where it is shown best. */
export function RunList({ runs, title }: RunListProps) {
  const state = useEngineState()
  const apart = useApart(state)
  return (
    <nav className="runs" aria-labelledby="runs-title">
      <h2 id="runs-title">
        {title} <span className="count">{runs.length}</span>
      </h2>
      <ul>
        {runs.map(summary => {
          const { run, jobs, status } = summary
          const begun = run.phase.is === 'ended' || hasBegun(run, jobs)
          const other = apart.get(run.id)
          return (
            <li key={run.id}>
              <a href={runAddress(run)} data-run={run.id}>
                <span className="row between">
                  <span className="name" title={run.name}>
                    <strong>
                      <bdi>{run.name}</bdi>
                    </strong>
                    {other === undefined ? null : <span className="kind"> {other}</span>}
                  </span>
                  <RunBadge state={state} summary={summary} />
                </span>
                <Meter parts={[{ share: begun ? status.progress : 0, tone: TONES[status.state] }]} />
                <span className="row between hint">
                  <span>
                    <Counts summary={summary} />
                  </span>
                  <span>
                    {begun ? percentDone(status.progress) : 'not begun'}
                    {begun && run.phase.is === 'open' ? <MarkOf state={state} run={run} /> : null} · {run.machine} ·{' '}
                    {clockTime(run.updated)}
                  </span>
                </span>
              </a>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}

function RunBadge({ state, summary }: { readonly state: State; readonly summary: RunSummary }) {
  const { run, status, look } = summary
  return <Badge look={lookNow(status.state, look, useMark(state, run))} />
}

/** How much the figure of a run may be believed; what it means stands on its own page. */
function MarkOf({ state, run }: { readonly state: State; readonly run: Run }) {
  return (
    <>
      {' '}
      <MarkWord {...useMark(state, run)} />
    </>
  )
}
