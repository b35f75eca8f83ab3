import { useEffect, useMemo, useRef, useState } from 'react'
import 'uplot/dist/uPlot.min.css'
import type { ShelvedRun } from '../../shared/model/archive.ts'
import { knownOfShelved } from '../../shared/model/known.ts'
import { superscript } from '../../shared/show/names.ts'
import { fixed } from '../../shared/show/number.ts'
import { type ShownNmr, workflowOf } from '../../shared/workflows/index.ts'
import { decimalsOf } from '../ensemble/shift-name.ts'
import { useKeys } from '../keys/use-keys.ts'
import { usualWidth, widthPpm } from '../spectrum/line-width.ts'
import type { ShiftPlot } from '../spectrum/shift-plot.ts'
import { useTheme } from '../theme.ts'
import { clearMarks } from './compare-marks.ts'
import { type CompareMode, plotComparison } from './compare-plot.ts'
import { type ComparedShift, compareShifts, meanAbsolute, shownDifference } from './compare-rows.ts'
import { useShelvedRun } from './use-shelved-run.ts'

const MODES: readonly CompareMode[] = ['mirrored', 'overlaid', 'difference']
const FIELD_MHZ = 400

/** Two finished ensembles side by side: their spectra over one axis, and every signal in both. */
export function ComparePage({ a, b }: { readonly a: string; readonly b: string }) {
  const [one, other] = [useShelvedRun(a), useShelvedRun(b)]
  if (one === null || other === null) return <p className="hint pad">Reading both runs…</p>
  const fault = typeof one === 'string' ? one : typeof other === 'string' ? other : null
  if (fault !== null || typeof one === 'string' || typeof other === 'string')
    return <p className="error pad">They cannot be compared: {fault}</p>
  return <Comparison a={one} b={other} />
}

function Comparison({ a, b }: { readonly a: ShelvedRun; readonly b: ShelvedRun }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run that changes is another object
  const shown = useMemo(() => [shownOf(a), shownOf(b)] as const, [a.run, b.run])
  const [left, right] = shown
  const nuclei = [...new Set([...left.shifts, ...right.shifts].map(({ nucleus }) => nucleus))].sort(
    (x, y) => Number(y === '1H') - Number(x === '1H') || x.localeCompare(y),
  )
  const [wished, wish] = useState('1H')
  const [mode, setMode] = useState<CompareMode>('mirrored')
  const nucleus = nuclei.includes(wished) ? wished : nuclei[0]
  const rows = nucleus === undefined ? [] : compareShifts(left.shifts, right.shifts, nucleus)
  return (
    <article className="result-page" aria-labelledby="compare-title" data-compared={`${a.run.id} ${b.run.id}`}>
      <header>
        <h1 id="compare-title">
          Compare <bdi>{a.run.name}</bdi> and <bdi>{b.run.name}</bdi>
        </h1>
        <p className="hint">
          <strong>A</strong> {left.level}, {left.solvent} · <strong className="of-b">B</strong> {right.level},{' '}
          {right.solvent}
        </p>
        <div className="row">
          <div className="segmented">
            {MODES.map(each => (
              <button key={each} type="button" aria-pressed={each === mode} onClick={() => setMode(each)}>
                {each.charAt(0).toUpperCase() + each.slice(1)}
              </button>
            ))}
          </div>
          <div className="segmented">
            {nuclei.map(each => (
              <button key={each} type="button" aria-pressed={each === nucleus} onClick={() => wish(each)}>
                {superscript(each)}
              </button>
            ))}
          </div>
          <button type="button" onClick={clearMarks}>
            Close
          </button>
        </div>
      </header>
      {nucleus === undefined ? (
        <p className="hint pad">Neither has shifts: they are compared once there are some.</p>
      ) : (
        <>
          <Plot rows={rows} nucleus={nucleus} mode={mode} />
          <CompareTable rows={rows} nucleus={nucleus} />
        </>
      )}
    </article>
  )
}

function shownOf(shelved: ShelvedRun): ShownNmr {
  return workflowOf(shelved.run.workflow).show(knownOfShelved(shelved)) as unknown as ShownNmr
}

interface PlotProps {
  readonly rows: readonly ComparedShift[]
  readonly nucleus: string
  readonly mode: CompareMode
}

function Plot({ rows, nucleus, mode }: PlotProps) {
  const parent = useRef<HTMLDivElement>(null)
  const plot = useRef<ShiftPlot | null>(null)
  const theme = useTheme()
  const digits = decimalsOf(rows[0]?.element ?? 'C')
  const content = JSON.stringify(rows.map(({ key, name, a, b }) => [key.split(',').length, a, b, name]))
  useEffect(() => {
    const box = parent.current
    if (!box) return
    const signals = JSON.parse(content) as readonly (readonly [number, number | null, number | null, string])[]
    const sticks = (side: 1 | 2) =>
      signals.flatMap(signal => {
        const delta_ppm = signal[side]
        const [intensity, , , name] = signal
        return delta_ppm === null ? [] : [{ delta_ppm, intensity, name, shift: fixed(delta_ppm, digits) }]
      })
    box.dataset.theme = theme
    const made = plotComparison(box, [sticks(1), sticks(2)], {
      mode,
      width: box.clientWidth,
      width_ppm: widthPpm(nucleus, usualWidth(nucleus), FIELD_MHZ),
      label: `δ(${superscript(nucleus)}) / ppm`,
    })
    plot.current = made
    const sizes = new ResizeObserver(() => made.resize(box.clientWidth))
    sizes.observe(box)
    return () => {
      sizes.disconnect()
      made.destroy()
    }
  }, [content, nucleus, mode, theme, digits])
  useKeys({
    zoomIn: () => plot.current?.zoom(1.6),
    zoomOut: () => plot.current?.zoom(1 / 1.6),
    zoomFit: () => plot.current?.fit(),
  })
  return (
    <div
      ref={parent}
      className="compare-plot"
      role="img"
      aria-label={`${nucleus} spectra of A and B, ${mode}; the table below has the same numbers.`}
      data-mode={mode}
    />
  )
}

function CompareTable({ rows, nucleus }: { readonly rows: readonly ComparedShift[]; readonly nucleus: string }) {
  const digits = decimalsOf(rows[0]?.element ?? 'C')
  const ppm = (value: number | null) => (value === null ? '–' : fixed(value, digits))
  const signed = (one: number | null, other: number | null) => {
    const value = shownDifference(one, other, digits)
    return value === null ? '–' : `${Number(value.toFixed(digits)) > 0 ? '+' : ''}${fixed(value, digits)}`
  }
  const counted = rows.filter(({ comparable }) => comparable)
  const [a, b] = [meanAbsolute(counted.map(row => row.a_error)), meanAbsolute(counted.map(row => row.b_error))]
  const apart = meanAbsolute(counted.map(row => row.difference))
  return (
    <section className="card" aria-label="Signals in both">
      <table className="compare-table">
        <thead>
          <tr>
            {['Atoms', 'A / ppm', 'B / ppm', 'A − B', 'exp / ppm', 'A − exp', 'B − exp'].map(head => (
              <th key={head} scope="col" className={head === 'Atoms' ? undefined : 'number'}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <tr key={row.key} data-compared-row={row.key}>
              <th scope="row">{row.name}</th>
              <td className="number">{ppm(row.a)}</td>
              <td className="number">{ppm(row.b)}</td>
              <td className="number">{signed(row.a, row.b)}</td>
              <td className="number">{ppm(row.measured)}</td>
              <td className="number">{signed(row.a, row.measured)}</td>
              <td className="number">{signed(row.b, row.measured)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="hint">
        {apart === null
          ? `No ${superscript(nucleus)} signal is in both.`
          : `On average A and B are ${fixed(apart, 3)} ppm apart.`}{' '}
        {a === null && b === null ? 'Nothing was measured.' : `MAE: A ${mean(a)}, B ${mean(b)}.`} What cannot be
        compared with measurements (OH, NH) is left out.
      </p>
    </section>
  )
}

function mean(value: number | null): string {
  return value === null ? 'not known' : `${fixed(value, 3)} ppm`
}
