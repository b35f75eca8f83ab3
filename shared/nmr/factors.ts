import type { Environment } from './delta50.ts'
import {
  accuracyOf,
  bootstrapIntervals,
  type Comparison,
  directForm,
  type Interval,
  leaveOneMoleculeOut,
} from './statistics.ts'

/** A file of factors as `nmr --reference FILE` takes it; direct form, delta = slope * sigma + intercept. */
export type FactorFile = {
  readonly program: string
  readonly program_version: string | null
  readonly level: string
  readonly geometry: string
  readonly solvent: string
  readonly source: string
  /** Ids of the molecules that are in the fit. */
  readonly molecules: readonly string[]
  readonly corrections: readonly string[]
  readonly factors: readonly Factor[]
}

export type Factor = {
  readonly nucleus: string
  readonly slope: number
  readonly intercept: number
  /** What a new molecule may expect: RMSD with each molecule predicted by a fit without it, ppm. */
  readonly expected_error_ppm: number | null
  readonly n: number
  readonly molecules: number
  readonly rmsd_ppm: number
  readonly mae_ppm: number
  readonly max_ppm: number
  readonly r2: number
  /** The same line as the literature writes it: sigma = slope * delta + intercept, with 95 % intervals. */
  readonly sigma_on_delta: {
    readonly slope: number
    readonly intercept: number
    readonly slope_95: Interval | null
    readonly intercept_95: Interval | null
  }
}

/** Mean shielding of each environment beside its shift; environments of which an atom has no shielding are left out. */
export function comparisonsOf(
  molecule: string,
  environments: readonly Environment[],
  sigmaOf: (atom: number) => number | undefined,
): readonly (Comparison & { readonly nucleus: string })[] {
  return environments.flatMap(({ nucleus, atoms, delta_ppm }) => {
    const values = atoms.map(sigmaOf)
    if (values.some(value => value === undefined)) return []
    const sigma_ppm = values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / values.length
    return [{ molecule, nucleus, name: nameOf(nucleus, atoms), delta_ppm, sigma_ppm }]
  })
}

/** `C1`, `H5-7`: the element and the atoms. */
function nameOf(nucleus: string, atoms: readonly number[]): string {
  const element = nucleus.replace(/^\d+/, '')
  const [first, last] = [atoms[0] ?? 0, atoms.at(-1) ?? 0]
  const isRow = atoms.length > 1 && last - first === atoms.length - 1
  return isRow ? `${element}${first}-${last}` : atoms.map(atom => `${element}${atom}`).join(',')
}

/** The factor of one nucleus from all environments that were computed; null where no line can be fitted. */
export function factorOf(nucleus: string, points: readonly Comparison[], random: () => number): Factor | null {
  const accuracy = accuracyOf(points)
  if (!accuracy) return null
  const { line, n, molecules, rmsd_ppm, mae_ppm, max_ppm, r2 } = accuracy
  const intervals = bootstrapIntervals(points, random)
  const left = leaveOneMoleculeOut(points)
  return {
    nucleus,
    slope: rounded(directForm(line).slope, 7),
    intercept: rounded(directForm(line).intercept, 5),
    expected_error_ppm: left === null ? null : rounded(left, 3),
    n,
    molecules,
    rmsd_ppm: rounded(rmsd_ppm, 4),
    mae_ppm: rounded(mae_ppm, 4),
    max_ppm: rounded(max_ppm, 4),
    r2: rounded(r2, 6),
    sigma_on_delta: {
      slope: rounded(line.slope, 5),
      intercept: rounded(line.intercept, 4),
      slope_95: intervals && roundedInterval(intervals.slope, 4),
      intercept_95: intervals && roundedInterval(intervals.intercept, 3),
    },
  }
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

function roundedInterval([low, high]: Interval, digits: number): Interval {
  return [rounded(low, digits), rounded(high, digits)]
}
