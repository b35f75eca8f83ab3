import { previewCampaign } from '../../shared/compose/before-campaign.ts'
import type { ContentRef } from '../../shared/ids.ts'
import type { Machine } from '../../shared/model/machine.ts'
import { badInput, type Fault, ok, type Result } from '../../shared/result.ts'
import {
  type CampaignParams,
  type CampaignSet,
  delta50Set,
  type ResolvedCampaign,
  readOwnSet,
  resolveCampaign,
} from '../../shared/workflows/index.ts'
import type { CampaignDraft } from './campaign-draft.ts'
import { namedTexts, type PreviewedJobs } from './preview.tsx'
import { readNumber } from './read-number.ts'
import { missingProgram, resourcesOf } from './resources.ts'
import type { Start } from './start-runs.ts'

export interface PlannedCampaign {
  readonly fault: Fault | null
  /** The set that was chosen; null while there is none. */
  readonly set: CampaignSet | null
  readonly warnings: readonly string[]
  readonly params: CampaignParams | null
  readonly start: Omit<Start, 'run'> | null
  readonly previewed: PreviewedJobs | null
}

/**
 * All that follows from the form but what it will take, without doing anything; by the functions of `larmor campaign
 * start`.
 */
export function planCampaignDraft(draft: CampaignDraft, machine: Machine): PlannedCampaign {
  const nothing = { fault: null, set: null, warnings: [], params: null, start: null, previewed: null }
  const set = setOf(draft)
  if (!set.ok) return { ...nothing, fault: set.fault }
  const resolve = (refOf: (text: string) => ContentRef) => resolved(draft, set.value, machine, refOf)
  const named = namedTexts()
  const made = resolve(named.refOf)
  if (!made.ok) return { ...nothing, set: set.value, fault: made.fault }
  const { params } = made.value
  return {
    fault: null,
    set: set.value,
    warnings: params.warnings,
    params,
    start: { workflow: 'campaign', resolve },
    previewed: { ...previewCampaign(params, machine), texts: named.texts },
  }
}

function setOf({ set, folder }: CampaignDraft): Result<CampaignSet> {
  if (set === 'delta50') return ok(delta50Set)
  if (folder === null) return badInput('set', 'A folder with structures and a CSV of measured shifts is wanted.')
  return readOwnSet(folder.name, folder.files)
}

function resolved(
  draft: CampaignDraft,
  set: CampaignSet,
  machine: Machine,
  refOf: (text: string) => ContentRef,
): Result<ResolvedCampaign> {
  const resources = resourcesOf(draft, machine)
  if (!resources.ok) return resources
  const pilot = readNumber('pilot', draft.pilot)
  if (!pilot.ok) return pilot
  const max_failures = readNumber('max-failures', draft.max_failures)
  if (!max_failures.ok) return max_failures
  if (draft.solvents.length === 0) return badInput('solvents', 'At least one solvent is wanted.')
  const made = resolveCampaign(
    {
      molecules: draft.which === 'named' ? draft.molecules : undefined,
      pilot: draft.which === 'pilot' ? (pilot.value ?? 0) : undefined,
      program: draft.program,
      levels: draft.levels,
      solvents: draft.solvents.join(','),
      max_failures: max_failures.value,
      order: draft.order,
      geometry: draft.geometry,
      name: draft.name.trim() === '' ? undefined : draft.name.trim(),
    },
    set,
    { machine, resources: resources.value, refOf },
  )
  if (!made.ok) return made
  const missing = missingProgram(made.value.params.program, machine)
  return missing === null ? made : badInput('machine', missing)
}
