/** A calculated shift beside a measured one. */
export interface Compared {
  readonly calculated_ppm: number
  readonly measured_ppm: number
}

/** How well calculated shifts meet measured ones, in ppm; every signal counts once. */
export interface Agreement {
  readonly n: number
  readonly mae_ppm: number
  readonly rmsd_ppm: number
  /** The largest difference without its sign, and its place in the list. */
  readonly max_ppm: number
  readonly worst: number
}

/** Mean absolute error, root mean square deviation, largest deviation; null for an empty list. */
export function agreementOf(pairs: readonly Compared[]): Agreement | null {
  if (pairs.length === 0) return null
  const errors = pairs.map(({ calculated_ppm, measured_ppm }) => Math.abs(calculated_ppm - measured_ppm))
  const max_ppm = Math.max(...errors)
  return {
    n: errors.length,
    mae_ppm: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    rmsd_ppm: Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length),
    max_ppm,
    worst: errors.indexOf(max_ppm),
  }
}
