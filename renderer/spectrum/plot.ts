import uPlot from 'uplot'
import { lorentzian, type Stick } from '../../shared/nmr/spectrum.ts'
import { axisRange } from './axis-range.ts'
import { placeLabels } from './peak-labels.ts'
import { plotShifts, type ShiftPlot } from './shift-plot.ts'

export interface Signal extends Stick {
  /** The group of atoms, as the selection names it. */
  readonly key: string
  readonly name: string
  /** The shift as the table prints it. */
  readonly text: string
  readonly comparable: boolean
  /** What was measured, and what the selected conformer alone would have; null where that is not known. */
  readonly measured_ppm: number | null
  readonly single_ppm: number | null
}

/** Its zoom is about the selected signal, where that is in sight. */
export interface SpectrumPlot extends ShiftPlot {
  /** Marks the group; null: none. */
  select(key: string | null): void
}

export interface SpectrumOptions {
  readonly element: string
  readonly label: string
  readonly width: number
  /** Full width at half height of every line. */
  readonly width_ppm: number
  /** Lines without width instead of a curve. */
  readonly sticks: boolean
  onPick(key: string): void
}

interface Colors {
  readonly text: string
  readonly text2: string
  readonly attention: string
  readonly accent: string
  readonly soft: string
  /** The page's font: uPlot's own style sheet names another. */
  readonly family: string
}

const FONT_PX = 12
const POINTS_PER_WIDTH = 8
const MOST_POINTS = 120_000
const LEAST_RANGE: Readonly<Record<string, number>> = { H: 2, C: 30 }
/** Share of the height below the base line, for what was measured. */
const BELOW = 0.32
/** How near to a signal a click must be, in pixels. */
const NEAR_PX = 24

/** Draws a spectrum into `parent`, delta from right to left. Colours come from the style sheet's tokens. */
export function plotSpectrum(parent: HTMLElement, signals: readonly Signal[], options: SpectrumOptions): SpectrumPlot {
  const { element, label, width, width_ppm, sticks, onPick } = options
  const colors = readColors(parent)
  const measured = signals.flatMap(({ measured_ppm, ...signal }) =>
    measured_ppm === null ? [] : [{ ...signal, delta_ppm: measured_ppm }],
  )
  const single = signals.flatMap(({ single_ppm, ...signal }) =>
    single_ppm === null ? [] : [{ ...signal, delta_ppm: single_ppm }],
  )
  const [from, to] = axisRange(
    [...signals, ...measured, ...single].map(signal => signal.delta_ppm),
    LEAST_RANGE[element] ?? 10,
  )
  const points = Math.min(MOST_POINTS, Math.ceil(((to - from) / width_ppm) * POINTS_PER_WIDTH))
  const curve = (of: readonly Stick[]) => lorentzian(of, { width_ppm, points, from, to })
  const all = curve(signals)
  // A point of the grid may miss a narrow top: the height is that of the strongest signal or sum, whichever is larger.
  const height = Math.max(...all.intensity.slice(0, MOST_POINTS), 1e-9)
  const most = Math.max(...signals.map(({ intensity }) => intensity), 1)
  const doubtful = signals.filter(signal => !signal.comparable)
  const near = (x: number) => doubtful.some(({ delta_ppm }) => Math.abs(x - delta_ppm) < 3 * width_ppm)
  // What comes from signals that are not comparable, drawn over the sum in its own colour.
  const over = curve(doubtful).intensity.map((y, i) => (near(all.ppm[i] ?? Number.NaN) ? y : null))
  const none = all.ppm.map(() => null)
  const alone = single.length > 0 && !sticks ? curve(single).intensity : none
  const low = measured.length > 0 ? -height * BELOW * 1.4 : -height * 0.02
  let selected: string | null = null

  const { plot, ...same } = plotShifts(parent, {
    label,
    width,
    shifts: [from, to],
    intensities: [low, height * 1.4],
    least_ppm: width_ppm * 8,
    about: () => signals.find(({ key }) => key === selected)?.delta_ppm ?? null,
    data: [all.ppm as number[], all.intensity as number[], over, alone as number[]],
    series: [
      { stroke: colors.text, width: 1.25, show: !sticks },
      { stroke: colors.attention, width: 2, dash: [4, 3], spanGaps: false, show: !sticks },
      { stroke: colors.accent, width: 1, dash: [2, 2], show: !sticks && single.length > 0 },
    ],
    hooks: {
      setScale: [
        (u, scale) => {
          const { min, max } = u.scales.x ?? {}
          if (scale === 'x' && typeof min === 'number' && typeof max === 'number')
            parent.dataset.range = `${max.toFixed(2)} to ${min.toFixed(2)}`
        },
      ],
      drawClear: [u => drawBand(u, signals, selected, colors)],
      draw: [
        u => {
          if (sticks) {
            for (const each of signals) {
              const stroke = each.comparable ? colors.text : colors.attention
              drawStick(u, each.delta_ppm, 0, (height * each.intensity) / most, stroke)
            }
            for (const each of single)
              drawStick(u, each.delta_ppm, 0, (height * 0.6 * each.intensity) / most, colors.accent)
          }
          for (const each of measured)
            drawStick(u, each.delta_ppm, 0, (-height * BELOW * each.intensity) / most, colors.accent, 2)
          drawLabels(u, signals, selected, colors, signal => (sticks ? (height * signal.intensity) / most : null))
        },
      ],
      ready: [
        u => {
          u.over.addEventListener('click', event => {
            const box = u.over.getBoundingClientRect()
            const key = nearest(u, signals, event.clientX - box.left)
            if (key !== null) onPick(key)
          })
        },
      ],
    },
  })
  return {
    ...same,
    select(key) {
      selected = key
      plot.redraw(false)
    },
  }
}

function nearest(plot: uPlot, signals: readonly Signal[], x: number): string | null {
  let best: { readonly key: string; readonly away: number } | null = null
  for (const { key, delta_ppm } of signals) {
    const away = Math.abs(plot.valToPos(delta_ppm, 'x') - x)
    if (away <= NEAR_PX && (best === null || away < best.away)) best = { key, away }
  }
  return best?.key ?? null
}

function drawBand(plot: uPlot, signals: readonly Signal[], selected: string | null, colors: Colors): void {
  const signal = signals.find(({ key }) => key === selected)
  if (!signal) return
  const { ctx, bbox } = plot
  const middle = plot.valToPos(signal.delta_ppm, 'x', true)
  const half = 16 * uPlot.pxRatio
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  ctx.fillStyle = colors.soft
  ctx.fillRect(middle - half, bbox.top, 2 * half, bbox.height)
  ctx.restore()
}

function drawStick(plot: uPlot, ppm: number, from: number, to: number, stroke: string, width = 1.25): void {
  const { ctx, bbox } = plot
  const x = plot.valToPos(ppm, 'x', true)
  if (x < bbox.left || x > bbox.left + bbox.width) return
  ctx.save()
  ctx.strokeStyle = stroke
  ctx.setLineDash([]) // the last series may have left its own
  ctx.lineWidth = width * uPlot.pxRatio
  ctx.beginPath()
  ctx.moveTo(x, plot.valToPos(from, 'y', true))
  ctx.lineTo(x, plot.valToPos(to, 'y', true))
  ctx.stroke()
  ctx.restore()
}

function drawLabels(
  plot: uPlot,
  signals: readonly Signal[],
  selected: string | null,
  colors: Colors,
  heightOf: (signal: Signal) => number | null,
): void {
  const { ctx, bbox } = plot
  const size = FONT_PX * uPlot.pxRatio
  const line = size * 1.2
  const family = colors.family
  const [bold, plain] = [`600 ${size}px ${family}`, `${size}px ${family}`]
  const { min = 0, max = 0 } = plot.scales.x ?? {}
  ctx.save()
  const labels = signals
    .filter(({ delta_ppm }) => delta_ppm >= (min ?? 0) && delta_ppm <= (max ?? 0))
    .map(signal => {
      const { key, name, text, delta_ppm, comparable } = signal
      ctx.font = bold
      const width = Math.max(ctx.measureText(name).width, ctx.measureText(text).width)
      const value = heightOf(signal) ?? plot.data[1]?.[plot.valToIdx(delta_ppm)] ?? 0
      const top = plot.valToPos(value, 'y', true)
      return { key, name, shift: text, x: plot.valToPos(delta_ppm, 'x', true), top, width, comparable }
    })
  ctx.textAlign = 'center'
  ctx.textBaseline = 'bottom'
  const box = { left: bbox.left, right: bbox.left + bbox.width, ceiling: bbox.top }
  for (const { name, shift, at } of placeLabels(labels, line, box)) {
    const label = labels.find(each => each.name === name)
    const marked = label !== undefined && label.key === selected
    ctx.fillStyle = marked ? colors.accent : (label?.comparable ?? true) ? colors.text : colors.attention
    ctx.font = bold
    ctx.fillText(name, at.x, at.y - line)
    ctx.fillStyle = marked ? colors.accent : colors.text2
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
    attention: token('attention'),
    accent: token('accent'),
    soft: token('accent-soft'),
    family: style.fontFamily,
  }
}
