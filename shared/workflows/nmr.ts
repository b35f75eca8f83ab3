import { nmrJobNames } from './nmr/job-names.ts'
import { planNmr } from './nmr/plan.ts'
import { showNmr } from './nmr/show.ts'
import type { Workflow } from './workflow.ts'

export { type NmrArguments, nmrDefaults } from './nmr/arguments.ts'
export { coreTimeText, type NmrCost, nmrCostOf, nmrCostText, timeRangeText } from './nmr/cost.ts'
export { otherTask } from './nmr/jobs.ts'
export { type Outlook, outlookOf } from './nmr/outlook.ts'
export { type ResolvedNmr, resolveNmr } from './nmr/resolve.ts'
export type { ShownAgreement, ShownShift } from './nmr/shifts.ts'
export type { ConformerState, ShownConformer, ShownNmr } from './nmr/show.ts'
export { moleculeOf } from './nmr/stage.ts'

/** Conformer ensemble NMR: conformers, optimisations, a selection, shieldings, weights, averages, shifts. */
export const nmr: Workflow = {
  id: 'nmr',
  label: 'NMR ensemble',
  version: 1,
  plan: planNmr,
  show: showNmr,
  jobNames: nmrJobNames,
}
