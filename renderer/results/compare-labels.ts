import uPlot from 'uplot'
import { placeLabels } from '../spectrum/peak-labels.ts'

/** A signal of one of the spectra. */
export interface LabelledPeak {
  readonly name: string
  readonly shift: string
  readonly delta_ppm: number
}

interface LabelStyle {
  readonly colour: string
  readonly family: string
  /** Series of the plot whose peaks they are. */
  readonly series: 1 | 2
  /** The peaks hang from the base line, and so do their labels: their shifts alone, since their names stand above. */
  readonly hangs: boolean
}

const FONT_PX = 12

/** Names and shifts at the peaks that are in sight, as far as there is room. */
export function drawPeakLabels(plot: uPlot, peaks: readonly LabelledPeak[], style: LabelStyle): void {
  const { ctx, bbox } = plot
  const { colour, family, series, hangs } = style
  const size = FONT_PX * uPlot.pxRatio
  const line = size * 1.2
  const { min, max } = plot.scales.x ?? {}
  if (typeof min !== 'number' || typeof max !== 'number') return
  // What hangs is placed as if it stood: upside down, and turned back.
  const turned = (y: number) => (hangs ? 2 * bbox.top + bbox.height - y : y)
  ctx.save()
  ctx.font = `600 ${size}px ${family}`
  ctx.fillStyle = colour
  ctx.textAlign = 'center'
  ctx.textBaseline = hangs ? 'top' : 'bottom'
  const labels = peaks
    .filter(({ delta_ppm }) => delta_ppm >= min && delta_ppm <= max)
    .map(({ name, shift, delta_ppm }) => {
      const value = plot.data[series]?.[plot.valToIdx(delta_ppm)] ?? 0
      return {
        name,
        shift,
        x: plot.valToPos(delta_ppm, 'x', true),
        top: turned(plot.valToPos(value, 'y', true)),
        width: Math.max(ctx.measureText(hangs ? '' : name).width, ctx.measureText(shift).width),
      }
    })
  const box = { left: bbox.left, right: bbox.left + bbox.width, ceiling: bbox.top }
  for (const { name, shift, at } of placeLabels(labels, line, box)) {
    if (!hangs) ctx.fillText(name, at.x, at.y - line)
    ctx.font = `${size}px ${family}`
    ctx.fillText(shift, at.x, turned(at.y))
    ctx.font = `600 ${size}px ${family}`
  }
  ctx.restore()
}
