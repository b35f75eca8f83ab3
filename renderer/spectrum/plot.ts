import uPlot from 'uplot'
import { lorentzian, type Stick } from '../../shared/nmr/spectrum.ts'
import { fixed } from '../ui/number.ts'
import { axisRange } from './axis-range.ts'
import { placeLabels } from './peak-labels.ts'

export interface Signal extends Stick {
  readonly name: string
  /** The shift as the table prints it. */
  readonly text: string
  readonly comparable: boolean
}

export interface SpectrumPlot {
  resize(width: number): void
  /** Shows all signals again after a zoom. */
  fit(): void
  destroy(): void
}

interface Colors {
  readonly text: string
  readonly text2: string
  readonly axis: string
  readonly grid: string
  readonly attention: string
}

const HEIGHT = 320
const FONT_PX = 12
/** Full width at half height, ppm: for the eye, no line width was computed. */
const WIDTH_PPM: Readonly<Record<string, number>> = { H: 0.016, C: 0.5 }
const POINTS_PER_WIDTH = 8
const LEAST_RANGE: Readonly<Record<string, number>> = { H: 2, C: 30 }

/** Draws a spectrum into `parent`, delta from right to left. Colours come from the style sheet's tokens. */
export function plotSpectrum(
  parent: HTMLElement,
  signals: readonly Signal[],
  { element, label, width }: { readonly element: string; readonly label: string; readonly width: number },
): SpectrumPlot {
  const colors = readColors(parent)
  const font = `${FONT_PX}px ${getComputedStyle(parent).fontFamily}`
  const [from, to] = axisRange(
    signals.map(signal => signal.delta_ppm),
    LEAST_RANGE[element] ?? 10,
  )
  const width_ppm = WIDTH_PPM[element] ?? 0.2
  const points = Math.ceil(((to - from) / width_ppm) * POINTS_PER_WIDTH)
  const all = lorentzian(signals, { width_ppm, points, from, to })
  const height = Math.max(...all.intensity)
  // What comes from signals that are not comparable, drawn over the sum in its own colour.
  const doubtful = signals.filter(signal => !signal.comparable)
  const near = (x: number) => doubtful.some(({ delta_ppm }) => Math.abs(x - delta_ppm) < 3 * width_ppm)
  const over = lorentzian(doubtful, { width_ppm, points, from, to }).intensity.map((y, i) =>
    near(all.ppm[i] ?? Number.NaN) ? y : null,
  )

  const plot = new uPlot(
    {
      width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false } },
      scales: {
        // A chemist's axis: large shifts on the left.
        x: { time: false, dir: -1, range: (_, min, max) => [min, max] },
        y: { range: () => [-height * 0.02, height * 1.4] },
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
          stroke: colors.text2,
          grid: { stroke: colors.grid, width: 1 },
          values: (_, splits, __, ___, step) => splits.map(at => fixed(at, step < 1 ? 1 : 0)),
          ticks: { stroke: colors.axis, width: 1, size: 5 },
          border: { show: true, stroke: colors.axis, width: 1 },
        },
        { show: false },
      ],
      series: [
        {},
        { stroke: colors.text, width: 1.25, points: { show: false } },
        { stroke: colors.attention, width: 2, dash: [4, 3], points: { show: false }, spanGaps: false },
      ],
      padding: [4, 12, 0, 12],
      hooks: { draw: [u => drawLabels(u, signals, colors)] },
    },
    [all.ppm as number[], all.intensity as number[], over],
    parent,
  )
  return {
    resize: to => plot.setSize({ width: to, height: HEIGHT }),
    fit: () => plot.setScale('x', { min: from, max: to }),
    destroy: () => plot.destroy(),
  }
}

function drawLabels(plot: uPlot, signals: readonly Signal[], colors: Colors): void {
  const { ctx, bbox } = plot
  const size = FONT_PX * uPlot.pxRatio
  const line = size * 1.2
  const family = getComputedStyle(plot.root).fontFamily
  const [bold, plain] = [`600 ${size}px ${family}`, `${size}px ${family}`]
  const { min = 0, max = 0 } = plot.scales.x ?? {}
  ctx.save()
  const labels = signals
    .filter(({ delta_ppm }) => delta_ppm >= (min ?? 0) && delta_ppm <= (max ?? 0))
    .map(({ name, text, delta_ppm, comparable }) => {
      ctx.font = bold
      const width = Math.max(ctx.measureText(name).width, ctx.measureText(text).width)
      const at = plot.valToIdx(delta_ppm)
      const top = plot.valToPos(plot.data[1]?.[at] ?? 0, 'y', true)
      return { name, shift: text, x: plot.valToPos(delta_ppm, 'x', true), top, width, comparable }
    })
  ctx.textAlign = 'center'
  ctx.textBaseline = 'bottom'
  const box = { left: bbox.left, right: bbox.left + bbox.width, ceiling: bbox.top }
  for (const { name, shift, at } of placeLabels(labels, line, box)) {
    const comparable = labels.find(label => label.name === name)?.comparable ?? true
    ctx.fillStyle = comparable ? colors.text : colors.attention
    ctx.font = bold
    ctx.fillText(name, at.x, at.y - line)
    ctx.fillStyle = colors.text2
    ctx.font = plain
    ctx.fillText(shift, at.x, at.y)
  }
  ctx.restore()
}

function readColors(element: HTMLElement): Colors {
  const style = getComputedStyle(element)
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    text: token('text'),
    text2: token('text-2'),
    axis: token('border-strong'),
    grid: token('border'),
    attention: token('attention'),
  }
}
