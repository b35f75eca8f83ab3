import type { Work } from './time-model.ts'

/** A part of a run that takes time: one job or task, planned already or still to come. */
export interface Unit {
  /** The key of its job or task. */
  readonly key: string
  /** What its time goes with, beside its size: units of one molecule err together. */
  readonly molecule: string
  /** Null where its size is not known: it is then no part of a forecast. */
  readonly work: Work | null
  /** Predicted when the run was started, and the same for ever: its weight in the bar. */
  readonly seconds: number
  /** The unit whose result it starts from. */
  readonly after: string | null
  /** It will never be: what it would have started from has failed. Counts as processed. */
  readonly dead: boolean
}
