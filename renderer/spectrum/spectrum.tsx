import { useEffect, useRef, useState } from 'react'
import 'uplot/dist/uPlot.min.css'
import './spectrum.css'
import { superscript } from '../../shared/show/names.ts'
import { fixed, plural } from '../../shared/show/number.ts'
import type { ShownShift } from '../../shared/workflows/index.ts'
import { groupKey } from '../ensemble/selection.ts'
import { decimalsOf, shiftName } from '../ensemble/shift-name.ts'
import { useKeys } from '../keys/use-keys.ts'
import { useTheme } from '../theme.ts'
import { FIELDS_MHZ, usualWidth, WIDTHS_HZ, widthPpm } from './line-width.ts'
import { plotSpectrum, type Signal, type SpectrumPlot } from './plot.ts'

interface SpectrumProps {
  readonly shifts: readonly ShownShift[]
  readonly nucleus: string
  /** The shifts of the selected conformer alone, in the order of `shifts`; null where they are not known. */
  readonly single: { readonly name: string; readonly shifts: readonly (number | null)[] } | null
  readonly selected: string | null
  onPick(group: string): void
}

/** The averaged spectrum of one nucleus; the shift table beside it has the same numbers. */
export function Spectrum({ shifts, nucleus, single, selected, onPick }: SpectrumProps) {
  const parent = useRef<HTMLDivElement>(null)
  const plot = useRef<SpectrumPlot | null>(null)
  const pick = useRef(onPick)
  pick.current = onPick
  const theme = useTheme()
  const [field, setField] = useState(400)
  const [width, setWidth] = useState<number | null>(null)
  const [sticks, setSticks] = useState(false)
  const [overlaid, setOverlaid] = useState(false)
  const width_Hz = width ?? usualWidth(nucleus)
  const signals = signalsOf(shifts, nucleus, overlaid ? (single?.shifts ?? null) : null)
  const element = shifts.find(shift => shift.nucleus === nucleus)?.element ?? ''
  // A new object with the same numbers must not throw away a zoom.
  const content = JSON.stringify(signals)
  const chosen = useRef(selected)
  chosen.current = selected

  useEffect(() => {
    const box = parent.current
    const drawn = JSON.parse(content) as readonly Signal[]
    if (!box || drawn.length === 0) return
    // The plot reads the colours of the theme that is shown: it is drawn anew for each.
    box.dataset.theme = theme
    plot.current = plotSpectrum(box, drawn, {
      element,
      label: `δ(${superscript(nucleus)}) / ppm`,
      width: box.clientWidth,
      width_ppm: widthPpm(nucleus, width_Hz, field),
      sticks,
      onPick: key => pick.current(key),
    })
    plot.current.select(chosen.current)
    const sizes = new ResizeObserver(() => plot.current?.resize(box.clientWidth))
    sizes.observe(box)
    return () => {
      sizes.disconnect()
      plot.current?.destroy()
      plot.current = null
    }
  }, [content, element, nucleus, field, width_Hz, sticks, theme])
  useEffect(() => plot.current?.select(selected), [selected])

  const step = (by: 1 | -1) => {
    const next = neighbour(signals, selected, by)
    if (next !== null) onPick(next)
  }
  useKeys({
    peakNext: () => step(1),
    peakPrevious: () => step(-1),
    zoomIn: () => plot.current?.zoom(1.6),
    zoomOut: () => plot.current?.zoom(1 / 1.6),
    zoomFit: () => plot.current?.fit(),
  })

  if (signals.length === 0) {
    return (
      <p className="hint pad">No {superscript(nucleus)} shift can be drawn: there is no reference for this level.</p>
    )
  }
  return (
    <>
      <div className="spectrum-tools">
        <label>
          Field
          <select
            value={field}
            onChange={event => setField(Number(event.target.value))}
            aria-label="Spectrometer field"
          >
            {FIELDS_MHZ.map(each => (
              <option key={each} value={each}>
                {each} MHz
              </option>
            ))}
          </select>
        </label>
        <label>
          Width
          <select value={width_Hz} onChange={event => setWidth(Number(event.target.value))} aria-label="Line width">
            {WIDTHS_HZ.map(each => (
              <option key={each} value={each}>
                {each} Hz
              </option>
            ))}
          </select>
        </label>
        <label className="check">
          <input type="checkbox" checked={sticks} onChange={event => setSticks(event.target.checked)} />
          Sticks
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={overlaid}
            disabled={single === null}
            onChange={event => setOverlaid(event.target.checked)}
          />
          {single === null ? 'Selected conformer' : `${single.name} alone`}
        </label>
        <span className="row spectrum-zoom">
          <button type="button" onClick={() => plot.current?.zoom(1.6)} aria-label="Zoom in" title="Zoom in (+)">
            +
          </button>
          <button type="button" onClick={() => plot.current?.zoom(1 / 1.6)} aria-label="Zoom out" title="Zoom out (−)">
            −
          </button>
          <button type="button" className="link" onClick={() => plot.current?.fit()} title="All signals (0)">
            Fit
          </button>
        </span>
      </div>
      <div
        ref={parent}
        className="spectrum"
        role="img"
        aria-label={summary(signals, nucleus)}
        data-selected={selected ?? ''}
      />
    </>
  )
}

function signalsOf(
  shifts: readonly ShownShift[],
  nucleus: string,
  single: readonly (number | null)[] | null,
): readonly Signal[] {
  return shifts.flatMap((shift, i) => {
    if (shift.nucleus !== nucleus || shift.delta_ppm === null) return []
    const text = fixed(shift.delta_ppm, decimalsOf(shift.element))
    const { delta_ppm, comparable, atoms, experiment_ppm } = shift
    return [
      {
        key: groupKey(atoms),
        name: shiftName(shift),
        text,
        delta_ppm,
        comparable,
        intensity: atoms.length,
        measured_ppm: experiment_ppm,
        single_ppm: single?.[i] ?? null,
      },
    ]
  })
}

/** The next signal to the right (1) or left; without a selection the outermost one. */
function neighbour(signals: readonly Signal[], selected: string | null, by: 1 | -1): string | null {
  const sorted = [...signals].sort((a, b) => b.delta_ppm - a.delta_ppm)
  const place = sorted.findIndex(({ key }) => key === selected)
  const next = place < 0 ? (by === 1 ? 0 : sorted.length - 1) : place + by
  return sorted[next]?.key ?? null
}

function summary(signals: readonly Signal[], nucleus: string): string {
  const shifts = signals.map(signal => signal.delta_ppm)
  const [low, high] = [Math.min(...shifts), Math.max(...shifts)].map(shift => fixed(shift, 1))
  const measured = signals.filter(signal => signal.measured_ppm !== null).length
  const beside = measured > 0 ? `, ${measured} of them beside a measured one` : ''
  return `Averaged ${nucleus} spectrum: ${plural(signals.length, 'signal')} from ${high} to ${low} ppm${beside}.`
}
