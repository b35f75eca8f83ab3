import { planNmr } from './nmr/plan.ts'
import { showNmr } from './nmr/show.ts'
import type { Workflow } from './workflow.ts'

export { type NmrArguments, type ResolvedNmr, resolveNmr } from './nmr/resolve.ts'
export type { ConformerState, ShownConformer, ShownNmr, ShownShift } from './nmr/show.ts'

/** Conformer ensemble NMR: conformers, optimisations, a selection, shieldings, weights, averages, shifts. */
export const nmr: Workflow = { id: 'nmr', label: 'Conformer ensemble NMR', version: 1, plan: planNmr, show: showNmr }
