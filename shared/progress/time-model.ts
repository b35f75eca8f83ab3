/** What the time of a calculation depends on. */
export interface Work {
  /** Number of basis functions (basis-size.ts). */
  readonly functions: number
  /** What else makes a difference, each a word: the task, the level, the solvent, the machine with its ranks. */
  readonly terms: readonly string[]
}

/** A calculation that was done: its seconds of computing, without waiting. */
export interface Duration extends JobWork {
  readonly seconds: number
}

/** What the time of one job goes with. */
export interface JobWork extends Work {
  /** Jobs of one molecule err together. */
  readonly molecule: string
}

/** log t = a + p log(basis functions) + a term for each word, as corrections to what is believed beforehand: small and plain. */
export type TimeFit = {
  readonly constant: number
  readonly exponent: number
  readonly terms: Readonly<Record<string, number>>
}

/** What nothing was measured for. */
export const UNFITTED: TimeFit = { constant: 0, exponent: 0, terms: {} }

/**
 * What is believed before anything was measured: methanol (38 functions at 6-31G*) in 8 s, the usual exponent, and that
 * ranks share the work, not perfectly: time goes with ranks^-0.8. Else the first run on four ranks would be forecast to
 * cost four times as much as on one.
 */
const BEFORE = { atFunctions: 38, seconds: 8, exponent: 2.5, sharing: 0.8 }
/**
 * How sure that is: standard deviations of the constant, of the exponent, of the term of a level (a hybrid on its grid takes
 * tens of times as long as Hartree-Fock of as few functions), of any other term; and of a single log time.
 */
export const SPREAD = { constant: 2, exponent: 0.8, level: 1.5, term: 0.7, single: 0.25 }

/**
 * The model that fits the durations, by least squares drawn towards what is believed beforehand (a Gaussian prior on
 * each parameter), so that one duration already helps and few cannot mislead. Durations that are not positive (a clock
 * that was set back) are left out.
 */
export function fitTimes(durations: readonly Duration[]): TimeFit {
  const usable = durations.filter(({ seconds, functions }) => seconds > 0 && functions > 0 && Number.isFinite(seconds))
  const words = [...new Set(usable.flatMap(({ terms }) => terms))]
  const at = new Map(words.map((word, i) => [word, i + 2]))
  const spreads = [SPREAD.constant, SPREAD.exponent, ...words.map(spreadOf)]
  const size = spreads.length
  const matrix = spreads.map((spread, i) => spreads.map((_, j) => (i === j ? 1 / spread ** 2 : 0)))
  const right = new Array<number>(size).fill(0)
  const weight = 1 / SPREAD.single ** 2
  for (const duration of usable) {
    const row = rowOf(duration, at)
    const value = Math.log(duration.seconds) - expectedBefore(duration)
    for (const [i, x] of row) {
      right[i] = (right[i] ?? 0) + weight * x * value
      const line = matrix[i]
      if (line) for (const [j, y] of row) line[j] = (line[j] ?? 0) + weight * x * y
    }
  }
  const [constant = 0, exponent = 0, ...found] = solve(matrix, right)
  return { constant, exponent, terms: Object.fromEntries(words.map((word, i) => [word, found[i] ?? 0])) }
}

/** Natural logarithm of the seconds that this work is expected to take. */
export function logSeconds({ constant, exponent, terms }: TimeFit, work: Work): number {
  const known = work.terms.reduce((sum, term) => sum + (Object.hasOwn(terms, term) ? (terms[term] ?? 0) : 0), 0)
  return expectedBefore(work) + constant + exponent * logSize(work.functions) + known
}

function expectedBefore({ functions, terms }: Work): number {
  return Math.log(BEFORE.seconds) + BEFORE.exponent * logSize(functions) - BEFORE.sharing * Math.log(ranksIn(terms))
}

/** The N of a term `ranks:N`; 1 where there is none. */
function ranksIn(terms: readonly string[]): number {
  const word = terms.find(term => term.startsWith('ranks:'))
  return Math.max(1, Number(word?.slice('ranks:'.length)) || 1)
}

function logSize(functions: number): number {
  return Math.log(Math.max(1, functions) / BEFORE.atFunctions)
}

function rowOf({ functions, terms }: Work, at: ReadonlyMap<string, number>): readonly (readonly [number, number])[] {
  const known = terms.flatMap(term => at.get(term) ?? [])
  return [[0, 1], [1, logSize(functions)], ...known.map(i => [i, 1] as const)]
}

function spreadOf(term: string): number {
  return term.startsWith('level:') ? SPREAD.level : SPREAD.term
}

/** Solves a symmetric positive definite system by Cholesky's decomposition; a prior makes every one definite. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): readonly number[] {
  const n = right.length
  const lower = matrix.map(row => row.map(() => 0))
  const get = (of: readonly (readonly number[])[], i: number, j: number) => of[i]?.[j] ?? 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = get(matrix, i, j)
      for (let k = 0; k < j; k++) sum -= get(lower, i, k) * get(lower, j, k)
      const row = lower[i]
      if (row) row[j] = i === j ? Math.sqrt(sum) : sum / get(lower, j, j)
    }
  }
  const half: number[] = []
  for (let i = 0; i < n; i++) {
    let sum = right[i] ?? 0
    for (let k = 0; k < i; k++) sum -= get(lower, i, k) * (half[k] ?? 0)
    half.push(sum / get(lower, i, i))
  }
  const found = new Array<number>(n).fill(0)
  for (let i = n - 1; i >= 0; i--) {
    let sum = half[i] ?? 0
    for (let k = i + 1; k < n; k++) sum -= get(lower, k, i) * (found[k] ?? 0)
    found[i] = sum / get(lower, i, i)
  }
  return found
}
