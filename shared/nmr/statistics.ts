import { quantile } from '../progress/quantile.ts'

/** One environment: what was measured, and the shielding that was computed for it (mean over its atoms). */
export interface Comparison {
  readonly molecule: string
  /** What the environment is called beside its molecule, e.g. `C1`. */
  readonly name: string
  readonly delta_ppm: number
  readonly sigma_ppm: number
}

/** sigma = slope * delta + intercept: the literature's direction, its slope is near -1.05. */
export interface Line {
  readonly slope: number
  readonly intercept: number
}

export interface Accuracy {
  /** Environments. */
  readonly n: number
  readonly molecules: number
  readonly line: Line
  /** Square of the correlation of sigma and delta. */
  readonly r2: number
  /** Root mean square of computed minus measured shift, ppm; over n, as in the literature. */
  readonly rmsd_ppm: number
  readonly mae_ppm: number
  /** The largest deviation, with its sign. */
  readonly max_ppm: number
  readonly worst: { readonly molecule: string; readonly name: string }
}

/** A shift by the line that sigma was fitted with. */
export function shiftBy({ slope, intercept }: Line, sigma_ppm: number): number {
  return (sigma_ppm - intercept) / slope
}

/**
 * Least squares of sigma on delta (delta is measured without error to speak of). Null for fewer than 3 points or where
 * all shifts are the same. Two parameters need no library: this is all the linear regression there is.
 */
export function regress(points: readonly Pick<Comparison, 'delta_ppm' | 'sigma_ppm'>[]): Line | null {
  const n = points.length
  if (n < 3) return null
  const meanX = sum(points, ({ delta_ppm }) => delta_ppm) / n
  const meanY = sum(points, ({ sigma_ppm }) => sigma_ppm) / n
  const xx = sum(points, ({ delta_ppm }) => (delta_ppm - meanX) ** 2)
  if (!(xx > 0)) return null
  const slope = sum(points, ({ delta_ppm, sigma_ppm }) => (delta_ppm - meanX) * (sigma_ppm - meanY)) / xx
  return slope === 0 ? null : { slope, intercept: meanY - slope * meanX }
}

/** How far the shifts of the fitted line are from the measured ones; null where no line can be fitted. */
export function accuracyOf(points: readonly Comparison[]): Accuracy | null {
  const line = regress(points)
  if (!line) return null
  return { ...deviations(points, line), line, r2: r2Of(points), molecules: moleculesOf(points).length }
}

/** The deviation of each point from the line, computed minus measured, in ppm, in the order of the points. */
export function residuals(points: readonly Comparison[], line: Line): readonly number[] {
  return points.map(({ delta_ppm, sigma_ppm }) => shiftBy(line, sigma_ppm) - delta_ppm)
}

/**
 * RMSD of shifts that were each predicted by a line fitted without any environment of their molecule: what a new
 * molecule may expect. Null where some line cannot be fitted.
 */
export function leaveOneMoleculeOut(points: readonly Comparison[]): number | null {
  let squares = 0
  for (const molecule of moleculesOf(points)) {
    const line = regress(points.filter(each => each.molecule !== molecule))
    if (!line) return null
    const own = points.filter(each => each.molecule === molecule)
    squares += residuals(own, line).reduce((total, residual) => total + residual ** 2, 0)
  }
  return points.length > 0 ? Math.sqrt(squares / points.length) : null
}

export type Interval = readonly [low: number, high: number]

export interface Intervals {
  readonly slope: Interval
  readonly intercept: Interval
}

/**
 * 95 % intervals by bootstrap over molecules (percentiles of `draws` fits): environments of one molecule err together,
 * so that molecules are drawn, not environments. `random` gives numbers from 0 to 1. Null below 5 molecules. A fit needs
 * the sums of its molecules only, so that a window can ask for it.
 */
export function bootstrapIntervals(
  points: readonly Comparison[],
  random: () => number,
  draws = 1000,
): Intervals | null {
  // About the means of all points: else the differences of large sums would be inexact.
  const x0 = sum(points, ({ delta_ppm }) => delta_ppm) / points.length
  const y0 = sum(points, ({ sigma_ppm }) => sigma_ppm) / points.length
  const groups = new Map<string, Sums>()
  for (const { molecule, delta_ppm, sigma_ppm } of points) {
    const [x, y] = [delta_ppm - x0, sigma_ppm - y0]
    groups.set(molecule, added(groups.get(molecule) ?? NO_SUMS, { n: 1, x, y, xx: x * x, xy: x * y }))
  }
  const molecules = [...groups.values()]
  if (molecules.length < 5) return null
  const slopes: number[] = []
  const intercepts: number[] = []
  for (let i = 0; i < draws; i++) {
    let drawn = NO_SUMS
    for (const _ of molecules) drawn = added(drawn, molecules[Math.floor(random() * molecules.length)] ?? NO_SUMS)
    const { n, x, y, xx, xy } = drawn
    const spread = xx - (x * x) / n
    if (n < 3 || !(spread > 0)) continue
    const slope = (xy - (x * y) / n) / spread
    if (slope === 0) continue
    slopes.push(slope)
    intercepts.push(y0 + y / n - slope * (x0 + x / n))
  }
  if (slopes.length < draws / 2) return null
  const interval = (values: readonly number[]): Interval => [quantile(values, 0.025), quantile(values, 0.975)]
  return { slope: interval(slopes), intercept: interval(intercepts) }
}

/** What a line is fitted from. */
interface Sums {
  readonly n: number
  readonly x: number
  readonly y: number
  readonly xx: number
  readonly xy: number
}

const NO_SUMS: Sums = { n: 0, x: 0, y: 0, xx: 0, xy: 0 }

function added(a: Sums, b: Sums): Sums {
  return { n: a.n + b.n, x: a.x + b.x, y: a.y + b.y, xx: a.xx + b.xx, xy: a.xy + b.xy }
}

/** The direct form that references are written in: delta = slope * sigma + intercept. */
export function directForm({ slope, intercept }: Line): Line {
  return { slope: 1 / slope, intercept: -intercept / slope }
}

function deviations(points: readonly Comparison[], line: Line) {
  const all = residuals(points, line)
  const worst = all.reduce((at, residual, i) => (Math.abs(residual) > Math.abs(all[at] ?? 0) ? i : at), 0)
  const { molecule = '', name = '' } = points[worst] ?? {}
  return {
    n: points.length,
    rmsd_ppm: Math.sqrt(sum(all, residual => residual ** 2) / all.length),
    mae_ppm: sum(all, Math.abs) / all.length,
    max_ppm: all[worst] ?? 0,
    worst: { molecule, name },
  }
}

function r2Of(points: readonly Comparison[]): number {
  const n = points.length
  const meanX = sum(points, ({ delta_ppm }) => delta_ppm) / n
  const meanY = sum(points, ({ sigma_ppm }) => sigma_ppm) / n
  const xy = sum(points, ({ delta_ppm, sigma_ppm }) => (delta_ppm - meanX) * (sigma_ppm - meanY))
  const xx = sum(points, ({ delta_ppm }) => (delta_ppm - meanX) ** 2)
  const yy = sum(points, ({ sigma_ppm }) => (sigma_ppm - meanY) ** 2)
  return xy ** 2 / (xx * yy)
}

function moleculesOf(points: readonly Comparison[]): readonly string[] {
  return [...new Set(points.map(({ molecule }) => molecule))]
}

function sum<T>(of: readonly T[], value: (each: T) => number): number {
  return of.reduce((total, each) => total + value(each), 0)
}
