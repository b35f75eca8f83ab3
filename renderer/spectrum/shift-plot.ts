import uPlot from 'uplot'
import { fixed } from '../../shared/show/number.ts'

/** What can be done with any spectrum on the screen. */
export interface ShiftPlot {
  /** To the width given and the height of its place. */
  resize(width: number): void
  /** Shows all signals. */
  fit(): void
  /** Closer (above 1) or farther, about the middle of what is shown. */
  zoom(factor: number): void
  destroy(): void
}

interface ShiftPlotOptions {
  /** Of the axis. */
  readonly label: string
  readonly width: number
  /** All of the axis, in ppm. */
  readonly shifts: readonly [low: number, high: number]
  readonly intensities: readonly [low: number, high: number]
  /** No narrower stretch is shown, in ppm. */
  readonly least_ppm: number
  readonly series: readonly uPlot.Series[]
  readonly data: uPlot.AlignedData
  readonly hooks?: uPlot.Hooks.Arrays
  /** About what the zoom goes, in ppm, where it is in sight; null: the middle. */
  readonly about?: () => number | null
}

const FONT_PX = 12

/** Draws curves over an axis of shifts into `parent`, from right to left; dragging zooms. Colours are the style sheet's. */
export function plotShifts(parent: HTMLElement, options: ShiftPlotOptions): ShiftPlot & { readonly plot: uPlot } {
  const { label, width, shifts, intensities, least_ppm, series, data, hooks = {}, about = () => null } = options
  const [from, to] = shifts
  const style = getComputedStyle(parent)
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const font = `${FONT_PX}px ${style.fontFamily}`
  const plot = new uPlot(
    {
      width,
      height: parent.clientHeight,
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false } },
      scales: {
        // A chemist's axis: large shifts on the left.
        x: { time: false, dir: -1, range: (_, min, max) => [min, max] },
        y: { range: () => [...intensities] },
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
          stroke: token('text-2'),
          grid: { stroke: token('border'), width: 1 },
          values: (_, splits, __, ___, step) => splits.map(at => fixed(at, decimalsFor(step))),
          ticks: { stroke: token('border-strong'), width: 1, size: 5 },
          border: { show: true, stroke: token('border-strong'), width: 1 },
        },
        { show: false },
      ],
      series: [{}, ...series.map(each => ({ points: { show: false }, ...each }))],
      padding: [4, 12, 0, 12],
      hooks,
    },
    data,
    parent,
  )
  // Text on a canvas does not change by itself when its font has come.
  document.fonts.ready.then(() => plot.redraw(false))
  const showAll = () => plot.setScale('x', { min: from, max: to })
  return {
    plot,
    resize: wide => plot.setSize({ width: wide, height: parent.clientHeight }),
    fit: showAll,
    zoom(factor) {
      const { min, max } = plot.scales.x ?? {}
      if (typeof min !== 'number' || typeof max !== 'number') return
      const at = about()
      const middle = at !== null && at >= min && at <= max ? at : (min + max) / 2
      const half = Math.max(((max - min) / factor) * 0.5, least_ppm / 2)
      if (half * 2 >= to - from) return showAll()
      plot.setScale('x', { min: Math.max(from, middle - half), max: Math.min(to, middle + half) })
    },
    destroy: () => plot.destroy(),
  }
}

/** Decimals that a step needs: 1 for 0.5, 2 for 0.25. */
function decimalsFor(step: number): number {
  return [0, 1, 2, 3].find(each => Math.abs(step * 10 ** each - Math.round(step * 10 ** each)) < 1e-6) ?? 4
}
