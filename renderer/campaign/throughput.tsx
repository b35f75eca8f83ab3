import { plural } from '../../shared/show/number.ts'
import { Chart } from '../ui/chart.tsx'
import { clockTime } from '../ui/time.ts'
import { LEFT, WIDTH } from './chart-frame.ts'
import { spanText, throughputOf } from './spans.ts'

interface ThroughputProps {
  /** When calculations ended, ms. */
  readonly ends: readonly number[]
  readonly from: number
  readonly now: number
  /** The time axis that it shares. */
  x(time: number): number
}

const HEIGHT = 84

/** How many calculations ended in each span of time. */
export function Throughput({ ends, from, now, x }: ThroughputProps) {
  const { span, counts, median } = throughputOf(ends, from, now)
  const most = Math.max(1, ...counts)
  const high = (count: number) => 8 + (1 - count / most) * (HEIGHT - 12)
  const lately = median === null ? '' : `, lately ${median.toFixed(1)} an hour (median)`
  const rate = `${plural(ends.length, 'calculation')} ended; bars: in each ${spanText(span)}${lately}`
  const spanStart = (i: number) => clockTime(new Date(from + i * span).toISOString())
  return (
    <>
      <h2>Throughput</h2>
      <Chart
        name="Throughput"
        heads={['From', `Ended in this ${spanText(span)}`]}
        rows={() => counts.map((count, i) => [spanStart(i), String(count)])}
      >
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={rate} className="campaign-plot">
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
    </>
  )
}
