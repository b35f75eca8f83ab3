import type { Expected } from '../model/times.ts'
import { type JobWork, logSeconds, UNFITTED } from './time-model.ts'

/** A part of a run that takes time: one job or task, planned already or still to come. */
export interface Unit {
  readonly is: 'job' | 'task'
  /** The key of its job or task; of one that cannot be named yet, a word of its own. */
  readonly key: string
  /** Null where its size is not known, or not yet: nothing can then be said of the time that is left. */
  readonly work: JobWork | null
  /** Predicted when the run was started, and the same for ever: its weight in the bar. */
  readonly seconds: number
  /** The unit whose result it starts from. */
  readonly after: string | null
  /** It will never be: what it would have started from has failed. Counts as processed. */
  readonly dead: boolean
  /** What several calculations start from: it takes time, and is counted beside those that are left, not among them. */
  readonly shared?: true
}

/** Seconds that a job is expected to compute, by what was known when its run was started. */
export function expectedSeconds({ expected }: { readonly expected?: Expected }, work: JobWork): number {
  return Math.exp(logSeconds(expected ?? UNFITTED, work))
}
