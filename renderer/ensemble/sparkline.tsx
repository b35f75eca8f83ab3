import type { Tone } from '../ui/badge.tsx'

interface SparklineProps {
  /** Energies of the cycles, the first cycle first. */
  readonly values: readonly number[]
  readonly tone: Tone
  /** Whether its end is marked: it still moves, or did not get farther. */
  readonly live: boolean
}

const [WIDTH, HEIGHT] = [26, 14]

/** How the energy fell over the cycles of the optimisation; nothing for fewer than two. */
export function Sparkline({ values, tone, live }: SparklineProps) {
  if (values.length < 2) return null
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const points = values.map((value, i) => {
    const x = 2 + ((WIDTH - 4) * i) / (values.length - 1)
    const y = 2 + (HEIGHT - 4) * (high === low ? 1 : (high - value) / (high - low))
    return [x, y] as const
  })
  const [endX, endY] = points.at(-1) ?? [0, 0]
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <polyline points={points.map(point => point.join()).join(' ')} />
      {live ? <circle className={`tone-${tone}`} cx={endX} cy={endY} r="2" /> : null}
    </svg>
  )
}
