import type { AtomGroups } from '../nmr/atom-classes.ts'
import type { Experiment } from '../nmr/experiment.ts'

/** What a person decided about the spectrum of a run: kept with it, so that window, terminal and exports agree. */
export interface Analysis {
  /** Equivalent atoms as a person grouped them; null: as the molecule's symmetry has them. */
  readonly classes: AtomGroups | null
  readonly experiment: Experiment | null
}
