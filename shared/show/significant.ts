/** Decimals of a figure that is known to within this standard error: one digit of it, two where the first is a 1. */
export function decimalsOf(error: number): number {
  if (!(error > 0) || !Number.isFinite(error)) return MOST
  const power = Math.floor(Math.log10(error))
  const leading = error / 10 ** power
  return Math.min(MOST, Math.max(0, (leading < 1.95 ? 1 : 0) - power))
}

/** More than that no figure of a table has. */
const MOST = 6

interface Accuracy {
  readonly n: number
  readonly rmsd_ppm: number
  readonly r2: number
}

/**
 * Decimals of what is told of a line through n points, by what so few can tell: the standard error of an RMSD is
 * RMSD / sqrt(2 (n - 2)), that of a squared correlation 2 r (1 - r2) / sqrt(n - 1).
 */
export function accuracyDecimals({ n, rmsd_ppm, r2 }: Accuracy): { readonly ppm: number; readonly r2: number } {
  return {
    ppm: decimalsOf(rmsd_ppm / Math.sqrt(2 * Math.max(1, n - 2))),
    r2: decimalsOf((2 * Math.sqrt(r2) * (1 - r2)) / Math.sqrt(Math.max(1, n - 1))),
  }
}

type Interval = readonly [low: number, high: number]

/** Decimals of slope and intercept by their 95 % intervals; few where there are none. */
export function lineDecimals({
  slope_95,
  intercept_95,
}: {
  readonly slope_95: Interval | null
  readonly intercept_95: Interval | null
}): readonly [slope: number, intercept: number] {
  const of = (interval: Interval | null, otherwise: number) =>
    interval ? decimalsOf((interval[1] - interval[0]) / (2 * 1.96)) : otherwise
  return [of(slope_95, 2), of(intercept_95, 1)]
}
