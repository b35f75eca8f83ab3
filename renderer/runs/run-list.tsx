import type { RunState } from '../../shared/show/status.ts'
import { Badge } from '../ui/badge.tsx'
import { Meter, type Part } from '../ui/meter.tsx'
import { percent } from '../ui/number.ts'
import { clockTime } from '../ui/time.ts'
import { Counts } from './counts.tsx'
import { runAddress } from './run-address.ts'
import type { RunSummary } from './summary.ts'
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
  return (
    <nav className="runs" aria-labelledby="runs-title">
      <h2 id="runs-title">
        {title} <span className="count">{runs.length}</span>
      </h2>
      <ul>
        {runs.map(summary => {
          const { run, look, status } = summary
          return (
            <li key={run.id}>
              <a href={runAddress(run)} data-run={run.id}>
                <span className="row between">
                  <strong className="name">
                    <bdi>{run.name}</bdi>
                  </strong>
                  <Badge look={look} />
                </span>
                <Meter parts={[{ share: status.progress, tone: TONES[status.state] }]} />
                <span className="row between hint">
                  <span>
                    <Counts summary={summary} />
                  </span>
                  <span>
                    {percent(status.progress, 0)} · {run.machine} · {clockTime(run.updated)}
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
