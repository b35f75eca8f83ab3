/** One budget, measured. */
export interface Measurement {
  readonly what: string
  /** Null when it could not be measured: `beside` says why. */
  readonly measured: number | null
  /** The most that is allowed. */
  readonly budget: number
  readonly unit: string
  readonly met: boolean | null
  readonly beside?: Readonly<Record<string, number | string>>
}

/** The value below which the given share of them lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
