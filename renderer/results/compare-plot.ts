import uPlot from 'uplot'
import { lorentzian, type Stick } from '../../shared/nmr/spectrum.ts'
import { axisRange } from '../spectrum/axis-range.ts'
import { fixed } from '../ui/number.ts'

export type CompareMode = 'mirrored' | 'overlaid' | 'difference'

export interface ComparePlot {
  resize(width: number): void
  fit(): void
  /** Closer (above 1) or farther, about the middle of what is shown. */
  zoom(factor: number): void
  destroy(): void
}

const HEIGHT = 380
const POINTS_PER_WIDTH = 8
const MOST_POINTS = 60_000
const LEAST_RANGE_PPM = 2

/** Two spectra over one axis, delta from right to left: B below, over A, or taken from it. One zoom for both. */
export function plotComparison(
  parent: HTMLElement,
  [a, b]: readonly [readonly Stick[], readonly Stick[]],
  { mode, width_ppm, label, width }: { mode: CompareMode; width_ppm: number; label: string; width: number },
): ComparePlot {
  const style = getComputedStyle(parent)
  const token = (name: string) => style.getPropertyValue(name).trim()
  const font = `12px ${style.fontFamily}`
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
  const plot = new uPlot(
    {
      width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false } },
      scales: {
        x: { time: false, dir: -1, range: (_, min, max) => [min, max] },
        y: { range: () => [low * 1.08, high * 1.08] },
      },
      axes: [
        {
          scale: 'x',
          label,
          labelFont: font,
          font,
          labelSize: 18,
          size: 28,
          gap: 3,
          stroke: token('--text-2'),
          grid: { stroke: token('--border'), width: 1 },
          values: (_, splits) => splits.map(at => fixed(at, to - from > 40 ? 0 : 2)),
          ticks: { stroke: token('--border-strong'), width: 1, size: 5 },
        },
        { show: false },
      ],
      series: [
        {},
        { stroke: token('--text'), width: 1.25, points: { show: false } },
        { stroke: token('--accent'), width: 1.25, points: { show: false } },
      ],
      padding: [4, 12, 0, 12],
    },
    [ppm as number[], first, second as number[]],
    parent,
  )
  document.fonts.ready.then(() => plot.redraw(false))
  const showAll = () => plot.setScale('x', { min: from, max: to })
  return {
    resize: wide => plot.setSize({ width: wide, height: HEIGHT }),
    fit: showAll,
    zoom(factor) {
      const { min, max } = plot.scales.x ?? {}
      if (typeof min !== 'number' || typeof max !== 'number') return
      const half = Math.max((max - min) / factor / 2, width_ppm * 4)
      if (half * 2 >= to - from) return showAll()
      const middle = (min + max) / 2
      plot.setScale('x', { min: Math.max(from, middle - half), max: Math.min(to, middle + half) })
    },
    destroy: () => plot.destroy(),
  }
}
