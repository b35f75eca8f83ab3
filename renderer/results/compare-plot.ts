import { lorentzian, type Stick } from '../../shared/nmr/spectrum.ts'
import { axisRange } from '../spectrum/axis-range.ts'
import { plotShifts, type ShiftPlot } from '../spectrum/shift-plot.ts'
import { drawPeakLabels, type LabelledPeak } from './compare-labels.ts'

export type CompareMode = 'mirrored' | 'overlaid' | 'difference'

const POINTS_PER_WIDTH = 8
const MOST_POINTS = 60_000
const LEAST_RANGE_PPM = 2

/** Two spectra over one axis, delta from right to left: B below, over A, or taken from it. One zoom for both. */
export function plotComparison(
  parent: HTMLElement,
  [a, b]: readonly [readonly (Stick & LabelledPeak)[], readonly (Stick & LabelledPeak)[]],
  { mode, width_ppm, label, width }: { mode: CompareMode; width_ppm: number; label: string; width: number },
): ShiftPlot {
  const style = getComputedStyle(parent)
  const token = (name: string) => style.getPropertyValue(name).trim()
  const [from, to] = axisRange(
    [...a, ...b].map(({ delta_ppm }) => delta_ppm),
    LEAST_RANGE_PPM,
  )
  const points = Math.min(MOST_POINTS, Math.ceil(((to - from) / width_ppm) * POINTS_PER_WIDTH))
  const curve = (of: readonly Stick[]) => lorentzian(of, { width_ppm, points, from, to })
  const [one, other] = [curve(a), curve(b)]
  const ppm = one.ppm.length > 0 ? one.ppm : other.ppm
  const up = ppm.map((_, i) => one.intensity[i] ?? 0)
  const below = ppm.map((_, i) => other.intensity[i] ?? 0)
  const first = mode === 'difference' ? up.map((y, i) => y - (below[i] ?? 0)) : up
  const second = mode === 'mirrored' ? below.map(y => -y) : mode === 'overlaid' ? below : ppm.map(() => null)
  const extent = (values: readonly (number | null)[]) => values.reduce<number>((most, y) => Math.max(most, y ?? 0), 0)
  const high = Math.max(extent(first), mode === 'overlaid' ? extent(second) : 0, 1e-9)
  const low = mode === 'mirrored' ? -Math.max(extent(below), 1e-9) : Math.min(...first, 0)
  return plotShifts(parent, {
    label,
    width,
    shifts: [from, to],
    // Text has the room of two lines, above the peaks and below those that hang.
    intensities: mode === 'difference' ? [low * 1.08, high * 1.08] : [low * 1.26, high * 1.26],
    least_ppm: width_ppm * 8,
    data: [ppm as number[], first, second as number[]],
    series: [
      { stroke: token('--text'), width: 1.25 },
      { stroke: token('--accent'), width: 1.25 },
    ],
    hooks: {
      draw: [
        plot => {
          if (mode === 'difference') return
          const { fontFamily: family } = style
          drawPeakLabels(plot, a, { colour: token('--text'), family, series: 1, hangs: false })
          if (mode === 'mirrored') {
            drawPeakLabels(plot, b, { colour: token('--accent'), family, series: 2, hangs: true })
          }
        },
      ],
    },
  })
}
