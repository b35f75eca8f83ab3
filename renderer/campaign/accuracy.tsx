import { useState } from 'react'
import { shortName, solventText, superscript } from '../../shared/show/names.ts'
import { fixed } from '../../shared/show/number.ts'
import { accuracyDecimals, lineDecimals } from '../../shared/show/significant.ts'
import type { Regression, ShownCampaign, ShownTask } from '../../shared/workflows/index.ts'
import { Chart } from '../ui/chart.tsx'

type Statistic = ShownCampaign['statistics'][number]

interface AccuracyProps {
  readonly tasks: readonly ShownTask[]
  readonly statistics: readonly Statistic[]
  readonly factors: ShownCampaign['factors']
  readonly regressions: readonly Regression[]
}

/** How near the computed shifts come to the measured ones, and the plot of each nucleus with its outliers named. */
export function Accuracy({ tasks, statistics, factors, regressions }: AccuracyProps) {
  const molecules = new Map(tasks.map(({ molecule, name }) => [molecule, name]))
  const names = [...new Set(statistics.map(nameOfLevel))]
  const nameOf = (id: string) => shortName(molecules.get(id) ?? id)
  const [wanted, choose] = useState('')
  const chosen = names.includes(wanted) ? wanted : (names[0] ?? '')
  const of = (each: OfLevel) => nameOfLevel(each) === chosen
  const rows = statistics.filter(of)
  // They are in the figures, though a witness contradicts.
  const toCheck = tasks.filter(task => task.check !== null && of(task)).length
  const notes = [...new Set(rows.flatMap(({ note }) => note ?? []))]
  return (
    <section aria-labelledby="accuracy-title">
      <h2 id="accuracy-title">
        Accuracy{' '}
        {rows.length > 0 ? (
          <span className="count">
            {Math.max(...rows.map(({ molecules: count }) => count))} of {molecules.size} molecules
          </span>
        ) : null}
      </h2>
      {names.length === 0 ? <p className="hint">No line can be fitted yet: too little is computed.</p> : null}
      {names.length > 0 ? (
        <label>
          <span className="only-read">Level</span>
          <select value={chosen} onChange={event => choose(event.target.value)}>
            {names.map(name => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      ) : null}
      {rows.length > 0 ? (
        <table className="campaign-figures">
          <thead>
            <tr>
              <th scope="col">Nucleus</th>
              <th scope="col">n</th>
              <th scope="col">RMSD / ppm</th>
              <th scope="col">MAE / ppm</th>
              <th scope="col">Max. dev. / ppm</th>
              <th scope="col">
                R<sup>2</sup>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(row => (
              <Row key={row.nucleus} of={row} nameOf={nameOf} />
            ))}
          </tbody>
        </table>
      ) : null}
      {rows.length > 0 && toCheck > 0 ? (
        <p className="hint tone-attention">Of these figures’ calculations, to check: {toCheck}.</p>
      ) : null}
      {notes.map(note => (
        <p key={note} className="hint">
          {note}
        </p>
      ))}
      {factors.filter(of).map(factor => (
        <Line key={factor.nucleus} of={factor} />
      ))}
      {regressions.filter(of).map(regression => (
        <Plot key={regression.nucleus} regression={regression} nameOf={nameOf} />
      ))}
    </section>
  )
}

function Row({ of, nameOf }: { readonly of: Statistic; nameOf(molecule: string): string }) {
  const { nucleus, n, molecules, rmsd_ppm, mae_ppm, max_ppm, worst, r2 } = of
  const decimals = accuracyDecimals(of)
  return (
    <tr>
      <th scope="row">{superscript(nucleus)}</th>
      <td title={`${molecules} molecules`}>{n}</td>
      <td>{fixed(rmsd_ppm, decimals.ppm)}</td>
      <td>{fixed(mae_ppm, decimals.ppm)}</td>
      <td>
        {fixed(max_ppm, Math.min(2, decimals.ppm))}{' '}
        <span className="hint">
          {nameOf(worst.molecule)} {worst.environment}
        </span>
      </td>
      <td>{fixed(r2, decimals.r2)}</td>
    </tr>
  )
}

/** What was fitted, to as many digits as its intervals bear. */
function Line({ of }: { readonly of: ShownCampaign['factors'][number] }) {
  const { nucleus, slope, slope_95, intercept, intercept_95 } = of
  const [m, b] = lineDecimals(of)
  const range = ([low, high]: readonly [number, number], decimals: number) =>
    `${fixed(low, decimals)} to ${fixed(high, decimals)}`
  return (
    <p className="hint">
      {superscript(nucleus)}: σ = {fixed(slope, m)} δ + {fixed(intercept, b)} ppm
      {slope_95 && intercept_95
        ? ` (95 %: ${range(slope_95, m)}, ${range(intercept_95, b)})`
        : ' (too few molecules for an interval)'}
    </p>
  )
}

interface OfLevel {
  readonly level: string
  readonly solvent: string
}

function nameOfLevel({ level, solvent }: OfLevel): string {
  return `${level} in ${solventText(solvent)}`
}

const SIZE = { width: 400, height: 186, left: 36, bottom: 34 }
/** So many of the largest deviations are named. */
const NAMED = 2
const LINE = 13

/** Round values between two ends, at most seven. */
function ticksOf(from: number, to: number): readonly number[] {
  const power = 10 ** Math.floor(Math.log10(to - from))
  const step = Math.max(1, [0.1, 0.2, 0.5, 1, 2].map(of => of * power).find(each => (to - from) / each <= 6) ?? power)
  const first = Math.ceil(from / step)
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) => (first + i) * step)
}

interface PlotProps {
  readonly regression: Regression
  nameOf(molecule: string): string
}

function Plot({ regression: { nucleus, points }, nameOf }: PlotProps) {
  const shifts = points.map(({ delta_ppm }) => delta_ppm)
  const [from, to] = [Math.min(0, ...shifts), Math.max(1, ...shifts) * 1.05]
  const x = (ppm: number) => SIZE.left + ((ppm - from) / (to - from)) * (SIZE.width - SIZE.left - 8)
  const y = (ppm: number) => 8 + (1 - (ppm - from) / (to - from)) * (SIZE.height - SIZE.bottom - 8)
  const outliers = points.toSorted((a, b) => Math.abs(b.deviation_ppm) - Math.abs(a.deviation_ppm)).slice(0, NAMED)
  // The second name stands clear of the first.
  const wished = outliers.map(
    ({ delta_ppm, deviation_ppm }) => y(delta_ppm + deviation_ppm) + (deviation_ppm > 0 ? -4 : 12),
  )
  const [first = 0, second = 0] = wished
  const labelY = Math.abs(first - second) < LINE ? [first, second >= first ? first + LINE : first - LINE] : wished
  const label = `${superscript(nucleus)}: computed against measured shift of ${points.length} environments; the largest deviations are ${outliers.map(({ molecule, name, deviation_ppm }) => `${nameOf(molecule)} ${name} ${fixed(deviation_ppm, 2)} ppm`).join(' and ')}`
  return (
    <Chart
      name={`${superscript(nucleus)}, computed against measured`}
      heads={['Environment', 'Measured / ppm', 'Computed / ppm', 'Deviation / ppm']}
      rows={() =>
        points.map(({ molecule, name, delta_ppm, deviation_ppm }) => [
          `${nameOf(molecule)} ${name}`,
          fixed(delta_ppm, 2),
          fixed(delta_ppm + deviation_ppm, 2),
          fixed(deviation_ppm, 2),
        ])
      }
    >
      <svg viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} role="img" aria-label={label} className="campaign-plot">
        <line className="grid" x1={SIZE.left} x2={SIZE.width - 8} y1={y(from)} y2={y(from)} />
        <line className="grid" x1={SIZE.left} x2={SIZE.left} y1={8} y2={y(from)} />
        {ticksOf(from, to).map(ppm => (
          <g key={ppm}>
            <line className="grid" x1={x(ppm)} x2={x(ppm)} y1={y(from)} y2={y(from) + 4} />
            <text x={x(ppm)} y={y(from) + 16} textAnchor="middle">
              {fixed(ppm, 0)}
            </text>
            <line className="grid" x1={SIZE.left - 4} x2={SIZE.left} y1={y(ppm)} y2={y(ppm)} />
            <text x={SIZE.left - 8} y={y(ppm) + 4} textAnchor="end">
              {fixed(ppm, 0)}
            </text>
          </g>
        ))}
        <line className="ideal" x1={x(from)} y1={y(from)} x2={x(to)} y2={y(to)} />
        {points.map(({ molecule, name, delta_ppm, deviation_ppm }) => (
          <circle key={`${molecule}${name}`} cx={x(delta_ppm)} cy={y(delta_ppm + deviation_ppm)} r="2.2" />
        ))}
        {outliers.map(({ molecule, name, delta_ppm, deviation_ppm }, i) => (
          <g key={`${molecule}${name}`} className="outlier">
            <circle cx={x(delta_ppm)} cy={y(delta_ppm + deviation_ppm)} r="3.5" />
            <text
              x={x(delta_ppm) + (delta_ppm > (from + to) / 2 ? -6 : 6)}
              y={labelY[i]}
              textAnchor={delta_ppm > (from + to) / 2 ? 'end' : 'start'}
            >
              {nameOf(molecule)} {name}
            </text>
          </g>
        ))}
        <text x={SIZE.left + 4} y={16}>
          {superscript(nucleus)} computed / ppm
        </text>
        <text x={SIZE.width - 8} y={SIZE.height - 4} textAnchor="end">
          measured / ppm
        </text>
      </svg>
    </Chart>
  )
}
