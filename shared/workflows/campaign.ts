import type { Json } from '../ids.ts'
import { campaignJobNames } from './campaign/job-names.ts'
import { campaignEssence } from './campaign/params.ts'
import { planCampaign } from './campaign/plan.ts'
import { campaignSummary, showCampaign } from './campaign/show.ts'
import type { Workflow } from './workflow.ts'

export { type CampaignLength, estimateOf, estimateText, lengthOf } from './campaign/estimate.ts'
export {
  type FinishedTask,
  factorFiles,
  finishedTasks,
  pointRows,
  shiftsFile,
  statisticsRows,
  statusFile,
} from './campaign/files.ts'
export { foundAmong, jobsBefore } from './campaign/found.ts'
export { type CampaignSet, readOwnSet, type SetFile } from './campaign/own-set.ts'
export type { CampaignParams } from './campaign/params.ts'
export { type PublishedTable, publishedTable } from './campaign/published.ts'
export {
  type CampaignArguments,
  delta50Set,
  type ResolvedCampaign,
  resolveCampaign,
  usualLevels,
} from './campaign/resolve.ts'
export type { CampaignTaskState, ShownCampaign, ShownTask } from './campaign/show.ts'
export { type Regression, regressionsOf } from './campaign/statistics.ts'

/** A benchmark campaign: molecules x levels x solvents, compared with measured shifts. */
export const campaign: Workflow = {
  id: 'campaign',
  label: 'Benchmark campaign',
  version: 1,
  plan: planCampaign,
  show: showCampaign,
  essence: campaignEssence,
  jobNames: campaignJobNames,
  summary: known => campaignSummary(known) as unknown as { readonly [key: string]: Json },
}
