import type { Json } from '../ids.ts'
import type { Evidence, Resources } from '../model/job.ts'
import type { LastAttempt, Program } from '../programs/program.ts'

/** What a remedy goes by: a failed attempt, and what its machine can give at most. */
export interface Situation extends LastAttempt {
  readonly program: Program
  readonly input: Json
  readonly resources: Resources
  readonly evidence: readonly Evidence[]
  /** Memory in MB of one job, and cores; null: not known. */
  readonly limits: { readonly memory_mb: number | null; readonly cores: number | null }
}

export interface Change {
  readonly input: Json
  readonly resources: Resources
}

/** A way to try again that may help where the same again would not. */
export interface Remedy {
  /** For `--fix ID`. */
  readonly id: string
  readonly title: string
  /** The categories that it is for; `none` for what has none (lost, cancelled). */
  readonly against: readonly string[]
  /** The programs of which a real run failed without it and completed with it, in a test. */
  readonly tried: readonly string[]
  /** The new input and resources; null where it cannot be done here, or was done already. */
  change(situation: Situation): Change | null
}
