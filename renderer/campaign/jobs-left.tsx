import { spanText } from '../../shared/show/duration.ts'
import type { RunStatus } from '../../shared/show/status.ts'
import type { ShownTask } from '../../shared/workflows/index.ts'
import { Chart } from '../ui/chart.tsx'
import { clockTime } from '../ui/time.ts'
import { BOTTOM, LEFT, WIDTH } from './chart-frame.ts'
import { standstillsOf } from './standstills.ts'
import { Throughput } from './throughput.tsx'

interface JobsLeftProps {
  readonly tasks: readonly ShownTask[]
  /** Of these, how many have not ended. */
  readonly left: number
  readonly started: string
  readonly asOf: string | null
  readonly eta: RunStatus['eta']
  readonly isOpen: boolean
  /** Why nothing is foretold, where that is so. */
  readonly noEstimate: string
}

const HEIGHT = 200

/**
 * How many calculations were left at each time, and when the rest may be done: the median dashed, the 80 % range a band.
 * Below it, over the same time, how many ended in each span.
 */
export function JobsLeft({ tasks, left, started, asOf, eta, isOpen, noEstimate }: JobsLeftProps) {
  const total = tasks.length
  const ends = tasks
    .filter(({ state }) => ['completed', 'failed', 'unknown', 'cancelled'].includes(state))
    .flatMap(({ ended }) => ended ?? [])
    .toSorted()
  const from = Date.parse(started)
  const now = Math.max(from + 1000, isOpen ? Date.parse(asOf ?? started) : 0, ...ends.map(end => Date.parse(end)))
  const to = Math.max(now, eta ? Date.parse(eta.finish_high) : now)
  const x = (time: number) => LEFT + ((time - from) / (to - from)) * (WIDTH - LEFT - 8)
  const y = (count: number) => 8 + (1 - count / total) * (HEIGHT - BOTTOM - 8)
  const points = ends.flatMap((end, i) => {
    const at = x(Date.parse(end)).toFixed(1)
    return [`${at},${y(total - i).toFixed(1)}`, `${at},${y(total - i - 1).toFixed(1)}`]
  })
  const line = [`${x(from)},${y(total)}`, ...points, `${x(now).toFixed(1)},${y(left).toFixed(1)}`].join(' ')
  const here = `${x(now).toFixed(1)},${y(left).toFixed(1)}`
  const at = (time: string) => x(Date.parse(time)).toFixed(1)
  // What was cancelled was not computed: it is no rate.
  const computed = tasks
    .filter(({ state }) => ['completed', 'failed', 'unknown'].includes(state))
    .flatMap(({ ended }) => (ended === null ? [] : [Date.parse(ended)]))
    .toSorted((a, b) => a - b)
  const stood = standstillsOf(computed, isOpen ? now : (computed.at(-1) ?? now))
  const said = eta
    ? `${left} of ${total} left; the rest is done between ${clockTime(eta.finish_low)} and ${clockTime(eta.finish_high)} in 8 of 10 cases`
    : `${left} of ${total} left; no estimate`
  const nowAtRight = x(now) > WIDTH - 110
  return (
    <section aria-labelledby="left-title">
      <h2 id="left-title">
        Calculations left <span className="count">{left}</span>
      </h2>
      <Chart
        name="Calculations left"
        heads={['Time', 'Left']}
        rows={() => ends.map((end, i) => [clockTime(end), String(total - i - 1)])}
      >
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={said} className="campaign-plot">
          {[0, 0.5, 1].map(share => (
            <g key={share}>
              <line className="grid" x1={LEFT} x2={WIDTH - 8} y1={y(total * share)} y2={y(total * share)} />
              <text x={LEFT - 4} y={y(total * share) + 4} textAnchor="end">
                {Math.round(total * share)}
              </text>
            </g>
          ))}
          {eta ? (
            <>
              <polygon
                className="band"
                points={`${here} ${at(eta.finish_low)},${y(0)} ${at(eta.finish_high)},${y(0)}`}
              />
              <polyline className="median" points={`${here} ${at(eta.finish_median)},${y(0)}`} />
            </>
          ) : null}
          <polyline className="history" points={line} />
          {stood.map(({ from: begin, to: end }) => {
            // On the curve, which those that were cancelled lower, too.
            const high = y(total - ends.filter(each => Date.parse(each) <= begin).length)
            return (
              <g key={begin} className="standstill">
                <line x1={x(begin)} x2={x(end)} y1={high} y2={high} />
                <text
                  x={x(begin) - LEFT > 130 ? x(end) : x(begin)}
                  y={high + 14}
                  textAnchor={x(begin) - LEFT > 130 ? 'end' : 'start'}
                >
                  nothing ended for {spanText((end - begin) / 1000)}
                </text>
              </g>
            )
          })}
          {isOpen ? (
            <g className="now">
              <line x1={x(now)} x2={x(now)} y1={8} y2={y(0)} />
              <text x={x(now) + (nowAtRight ? -5 : 5)} y={18} textAnchor={nowAtRight ? 'end' : 'start'}>
                now, {left} left
              </text>
            </g>
          ) : null}
          <text x={LEFT} y={HEIGHT - 4}>
            {clockTime(started)}
          </text>
          <text x={WIDTH - 8} y={HEIGHT - 4} textAnchor="end">
            {clockTime(new Date(to).toISOString())}
          </text>
        </svg>
      </Chart>
      <p className="hint">
        {eta
          ? `Done between ${clockTime(eta.finish_low)} and ${clockTime(eta.finish_high)}. Dashed: median, band: 80 %.`
          : noEstimate}
      </p>
      <Throughput ends={computed} from={from} now={now} x={x} />
    </section>
  )
}
