import type { OptCycle } from './program.ts'
import type { Rule } from './rules.ts'

/** Reads the geometry optimisation in an output, cycle by cycle. Programs that print more of it have more to tell. */
export interface OptimisationReader {
  readonly rules: readonly Rule[]
  /** A new run of the program begins in the same output. */
  beginAgain(): void
  /** Whether there is an optimisation at all. */
  isThere(): boolean
  hasConverged(): boolean
  /** The cycles that began; null where there is none. */
  count(): number | null
  cycles(): readonly OptCycle[]
}
