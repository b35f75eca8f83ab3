/** One line of a spectrum: where, and how strong (number of atoms). */
export interface Stick {
  readonly delta_ppm: number
  readonly intensity: number
}

export interface Curve {
  /** Rising. */
  readonly ppm: readonly number[]
  readonly intensity: readonly number[]
}

/**
 * The sum of Lorentzian lines, each with the area of its stick. `width_ppm` is the full width at half height; the range
 * is that of the sticks and a margin, or the one given.
 */
export function lorentzian(
  sticks: readonly Stick[],
  options: { readonly width_ppm: number; readonly points: number; readonly from?: number; readonly to?: number },
): Curve {
  const { width_ppm, points } = options
  const shifts = sticks.map(({ delta_ppm }) => delta_ppm)
  const spread = Math.max(...shifts, 0) - Math.min(...shifts, 0)
  const margin = Math.max(20 * width_ppm, 0.05 * spread)
  const from = options.from ?? Math.min(...shifts, Number.POSITIVE_INFINITY) - margin
  const to = options.to ?? Math.max(...shifts, Number.NEGATIVE_INFINITY) + margin
  if (!(points >= 2) || !Number.isFinite(from) || !Number.isFinite(to)) return { ppm: [], intensity: [] }
  const half = width_ppm / 2
  const ppm = Array.from({ length: points }, (_, i) => from + ((to - from) * i) / (points - 1))
  const intensity = ppm.map(x =>
    sticks.reduce(
      (sum, { delta_ppm, intensity: area }) => sum + (area * half) / (Math.PI * ((x - delta_ppm) ** 2 + half ** 2)),
      0,
    ),
  )
  return { ppm, intensity }
}
