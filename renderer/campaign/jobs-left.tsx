import type { RunStatus } from '../../shared/show/status.ts'
import type { ShownTask } from '../../shared/workflows/index.ts'
import { Chart } from '../ui/chart.tsx'
import { plural } from '../ui/number.ts'
import { clockTime } from '../ui/time.ts'
import { spanText, throughputOf } from './throughput.ts'

interface JobsLeftProps {
  readonly tasks: readonly ShownTask[]
  readonly total: number
  readonly started: string
  readonly asOf: string | null
  readonly eta: RunStatus['eta']
  readonly isOpen: boolean
}

const WIDTH = 400
const HEIGHT = 200
const LEFT = 32
const BOTTOM = 20
const BARS = 84

/**
 * How many calculations were left at each time, and when the rest may be done: the median dashed, the 80 % range a band.
 * Below it, over the same time, how many ended in each span.
 */
export function JobsLeft({ tasks, total, started, asOf, eta, isOpen }: JobsLeftProps) {
  // What was cancelled was not computed: it is left, and no rate.
  const computed = tasks.filter(({ state }) => ['completed', 'failed', 'unknown'].includes(state))
  const left = total - computed.length
  const ends = computed.flatMap(({ ended }) => ended ?? []).toSorted()
  const from = Date.parse(started)
  const now = Math.max(from + 1000, isOpen ? Date.parse(asOf ?? started) : 0, ...ends.map(end => Date.parse(end)))
  const to = Math.max(now, eta ? Date.parse(eta.finish_high) : now)
  const x = (time: number) => LEFT + ((time - from) / (to - from)) * (WIDTH - LEFT - 8)
  const y = (left: number) => 8 + (1 - left / total) * (HEIGHT - BOTTOM - 8)
  const points = ends.flatMap((end, i) => {
    const at = x(Date.parse(end)).toFixed(1)
    return [`${at},${y(total - i).toFixed(1)}`, `${at},${y(total - i - 1).toFixed(1)}`]
  })
  const line = [`${x(from)},${y(total)}`, ...points, `${x(now).toFixed(1)},${y(left).toFixed(1)}`].join(' ')
  const here = `${x(now).toFixed(1)},${y(left).toFixed(1)}`
  const at = (time: string) => x(Date.parse(time)).toFixed(1)
  const { span, counts, median } = throughputOf(
    ends.map(end => Date.parse(end)),
    from,
    now,
  )
  const most = Math.max(1, ...counts)
  const high = (count: number) => 8 + (1 - count / most) * (BARS - 12)
  const lately = median === null ? '' : `, lately ${median.toFixed(1)} an hour (median)`
  const rate = `${plural(ends.length, 'calculation')} ended; bars: in each ${spanText(span)}${lately}`
  const spanStart = (i: number) => clockTime(new Date(from + i * span).toISOString())
  const said = eta
    ? `${left} of ${total} left; the rest is done between ${clockTime(eta.finish_low)} and ${clockTime(eta.finish_high)} in 8 of 10 cases`
    : `${left} of ${total} left; no estimate`
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
          <text x={LEFT} y={HEIGHT - 4}>
            {clockTime(started)}
          </text>
          <text x={WIDTH - 8} y={HEIGHT - 4} textAnchor="end">
            {clockTime(new Date(to).toISOString())}
          </text>
        </svg>
      </Chart>
      <p className="hint">
        {eta ? 'Dashed: median, band: 80 %.' : ''}
        {isOpen && !eta ? 'A range is shown once five comparable ones are done.' : ''}
      </p>
      <h2>Throughput</h2>
      <Chart
        name="Throughput"
        heads={['From', `Ended in this ${spanText(span)}`]}
        rows={() => counts.map((count, i) => [spanStart(i), String(count)])}
      >
        <svg viewBox={`0 0 ${WIDTH} ${BARS}`} role="img" aria-label={rate} className="campaign-plot">
          {[0, most].map(count => (
            <g key={count}>
              <line className="grid" x1={LEFT} x2={WIDTH - 8} y1={high(count)} y2={high(count)} />
              <text x={LEFT - 4} y={high(count) + 4} textAnchor="end">
                {count}
              </text>
            </g>
          ))}
          {counts.map((count, i) => {
            const start = from + i * span
            const [begin, end] = [x(start), x(Math.min(now, start + span))]
            return count === 0 ? null : (
              <rect
                key={start}
                className="ended"
                x={begin}
                y={high(count)}
                width={Math.max(0.5, end - begin - 1)}
                height={high(0) - high(count)}
              />
            )
          })}
        </svg>
      </Chart>
      <p className="hint">{rate}</p>
    </section>
  )
}
