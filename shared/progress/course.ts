import type { Figures } from '../programs/program.ts'

/** One cycle of an optimisation. */
export interface CoursePoint {
  /** From 1. */
  readonly cycle: number
  readonly energy_hartree: number | null
  /** Hartree per bohr: the largest component; xtb prints the norm only. */
  readonly max_gradient: number | null
  /** Below what the program wants to have it; absent where its output does not say so. */
  readonly target?: number
}

/** So many points show a course; an optimisation of more cycles is thinned. */
const MOST_POINTS = 60

/** The cycles of an optimisation that have ended, at most 60 of them, evenly; the first and the last always. */
export function courseOf({ cycles }: Pick<Figures, 'cycles'>): readonly CoursePoint[] {
  const all = cycles.map(
    ({ energy_hartree, gradient, target }, i): CoursePoint => ({
      cycle: i + 1,
      energy_hartree,
      max_gradient: gradient,
      ...(target === undefined ? {} : { target }),
    }),
  )
  if (all.length <= MOST_POINTS) return all
  const step = (all.length - 1) / (MOST_POINTS - 1)
  return Array.from({ length: MOST_POINTS }, (_, i) => all[Math.round(i * step)] as CoursePoint)
}
