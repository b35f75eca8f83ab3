import { useEffect, useRef } from 'react'
import 'uplot/dist/uPlot.min.css'
import './spectrum.css'
import type { ShownShift } from '../../shared/workflows/index.ts'
import { decimalsOf, shiftName } from '../ensemble/shift-table.tsx'
import { useTheme } from '../theme.ts'
import { fixed, plural } from '../ui/number.ts'
import { plotSpectrum, type Signal, type SpectrumPlot } from './plot.ts'

interface SpectrumProps {
  readonly shifts: readonly ShownShift[]
  readonly nucleus: string
}

/** The averaged spectrum of one nucleus; the shift table beside it has the same numbers. */
export function Spectrum({ shifts, nucleus }: SpectrumProps) {
  const theme = useTheme()
  const parent = useRef<HTMLDivElement>(null)
  const plot = useRef<SpectrumPlot | null>(null)
  const signals = signalsOf(shifts, nucleus)
  const element = shifts.find(shift => shift.nucleus === nucleus)?.element ?? ''
  // A new object with the same numbers must not throw away a zoom.
  const content = JSON.stringify(signals)

  useEffect(() => {
    const box = parent.current
    const drawn = JSON.parse(content) as readonly Signal[]
    if (!box || drawn.length === 0) return
    // The plot reads the colours of the theme that is shown: it is drawn anew for each.
    box.dataset.theme = theme
    const draw = () => {
      plot.current?.destroy()
      const label = `δ(${superscript(nucleus)}) / ppm`
      plot.current = plotSpectrum(box, drawn, { element, label, width: box.clientWidth })
    }
    draw()
    const sizes = new ResizeObserver(() => plot.current?.resize(box.clientWidth))
    sizes.observe(box)
    return () => {
      sizes.disconnect()
      plot.current?.destroy()
      plot.current = null
    }
  }, [content, element, nucleus, theme])

  if (signals.length === 0) {
    return <p className="hint">No {superscript(nucleus)} shift can be drawn: there is no reference for this level.</p>
  }
  return (
    <>
      <div className="row end">
        <span className="hint">Drag to zoom.</span>
        <button type="button" className="link" onClick={() => plot.current?.fit()}>
          Fit
        </button>
      </div>
      <div
        ref={parent}
        className="spectrum"
        role="img"
        aria-label={summary(signals, nucleus)}
        data-signals={signals.length}
      />
    </>
  )
}

function signalsOf(shifts: readonly ShownShift[], nucleus: string): readonly Signal[] {
  return shifts.flatMap(shift => {
    if (shift.nucleus !== nucleus || shift.delta_ppm === null) return []
    const text = fixed(shift.delta_ppm, decimalsOf(shift.element))
    const { delta_ppm, comparable, atoms } = shift
    return [{ name: shiftName(shift), text, delta_ppm, comparable, intensity: atoms.length }]
  })
}

function summary(signals: readonly Signal[], nucleus: string): string {
  const shifts = signals.map(signal => signal.delta_ppm)
  const [low, high] = [Math.min(...shifts), Math.max(...shifts)].map(shift => fixed(shift, 1))
  return `Averaged ${nucleus} spectrum: ${plural(signals.length, 'signal')} from ${high} to ${low} ppm.`
}

/** `1H` as ¹H. */
export function superscript(nucleus: string): string {
  return nucleus.replaceAll(/\d/g, digit => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? digit)
}
