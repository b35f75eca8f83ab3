import { campaign } from './campaign.ts'
import { nmr } from './nmr.ts'
import { single } from './single.ts'
import type { Workflow } from './workflow.ts'

/** Every workflow that this version knows, by the name that a run keeps. */
export const workflows = { campaign, nmr, single } satisfies Record<string, Workflow>

/** The workflow of a run. `decide` refuses runs of unknown ones, so another name is a defect. */
export function workflowOf(id: string): Workflow {
  const workflow: Workflow | undefined = Object.hasOwn(workflows, id)
    ? workflows[id as keyof typeof workflows]
    : undefined
  if (!workflow) throw new Error(`there is no workflow "${id}"`)
  return workflow
}

export {
  type CampaignArguments,
  type CampaignLength,
  type CampaignParams,
  type CampaignSet,
  type CampaignTaskState,
  delta50Set,
  estimateOf,
  estimateText,
  type FinishedTask,
  factorFiles,
  finishedTasks,
  foundAmong,
  jobsBefore,
  lengthOf,
  type PublishedTable,
  pointRows,
  publishedTable,
  type Regression,
  type ResolvedCampaign,
  readOwnSet,
  regressionsOf,
  resolveCampaign,
  type SetFile,
  type ShownCampaign,
  type ShownTask,
  shiftsFile,
  statisticsRows,
  statusFile,
  usualLevels,
} from './campaign.ts'

export { calculationWork } from './job-work.ts'
export type {
  ConformerState,
  NmrArguments,
  NmrCost,
  Outlook,
  ResolvedNmr,
  ShownAgreement,
  ShownConformer,
  ShownNmr,
  ShownShift,
} from './nmr.ts'
export {
  coreTimeText,
  moleculeOf,
  nmrCostOf,
  nmrCostText,
  nmrDefaults,
  otherTask,
  outlookOf,
  resolveNmr,
  timeRangeText,
} from './nmr.ts'
export type { SingleResult } from './single.ts'
