import type { CoursePoint } from '../../shared/progress/course.ts'
import { fixed } from '../../shared/show/number.ts'
import { Chart } from '../ui/chart.tsx'

const [WIDTH, HEIGHT] = [160, 44]

/** Energy and largest gradient over the cycles of an optimisation, each also as its last number. */
export function Course({ course }: { readonly course: readonly CoursePoint[] }) {
  if (course.length === 0) return null
  const last = course.at(-1) as CoursePoint
  const cycles = last.cycle
  const gradients = course.map(({ max_gradient }) =>
    max_gradient === null ? null : Math.log10(Math.abs(max_gradient)),
  )
  const { target } = last
  return (
    <Chart
      name="Course of the optimisation"
      heads={['Cycle', 'Energy / Eₕ', 'Max gradient / a.u.']}
      rows={() =>
        course.map(({ cycle, energy_hartree, max_gradient }) => [
          String(cycle),
          fixed(energy_hartree, 6),
          fixed(max_gradient, 6),
        ])
      }
    >
      <section className="course" aria-label="Course of the optimisation" data-cycles={cycles}>
        <figure>
          <figcaption>Energy</figcaption>
          <Line values={course.map(({ energy_hartree }) => energy_hartree)} name="Energy" cycles={cycles} />
          <p>
            {fixed(last.energy_hartree, 6)} E<sub>h</sub>, cycle {cycles}
          </p>
        </figure>
        <figure>
          <figcaption>
            Max gradient <span className="hint">log scale</span>
          </figcaption>
          <Line
            values={gradients}
            name="Largest gradient"
            cycles={cycles}
            {...(target ? { target: Math.log10(target) } : {})}
          />
          <p>
            {last.max_gradient === null ? '–' : `${scientific(last.max_gradient)} a.u.`}
            {target ? <span className="hint"> of at most {scientific(target)}</span> : null}
          </p>
        </figure>
      </section>
    </Chart>
  )
}

function scientific(value: number): string {
  return value.toExponential(1).replace('-', '−')
}

interface LineProps {
  readonly values: readonly (number | null)[]
  readonly name: string
  readonly cycles: number
  /** Where the program wants to have them. */
  readonly target?: number
}

function Line({ values, name, cycles, target }: LineProps) {
  const all = target === undefined ? values : [...values, target]
  const known = all.filter((value): value is number => value !== null && Number.isFinite(value))
  const [low, high] = [Math.min(...known), Math.max(...known)]
  const x = (i: number) => 3 + (i / Math.max(1, values.length - 1)) * (WIDTH - 6)
  const y = (value: number) => (high === low ? HEIGHT / 2 : 4 + ((high - value) / (high - low)) * (HEIGHT - 8))
  const points = values.flatMap((value, i) =>
    value === null || !Number.isFinite(value) ? [] : [[x(i), y(value)] as const],
  )
  const end = points.at(-1)
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${name} over ${cycles} cycles`}>
      {target === undefined ? null : <line className="course-target" x1="0" x2={WIDTH} y1={y(target)} y2={y(target)} />}
      <polyline
        className="course-line"
        points={points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ')}
      />
      {end ? <circle className="course-end" cx={end[0]} cy={end[1]} r="2.5" /> : null}
    </svg>
  )
}
