import type { Json } from '../ids.ts'
import type { ShelvedRun } from '../model/archive.ts'
import { knownOfShelved } from '../model/known.ts'
import type { Machine } from '../model/machine.ts'
import type { Run } from '../model/run.ts'
import type { FactorText } from '../nmr/references.ts'
import { type CampaignParams, factorFiles, workflowOf } from '../workflows/index.ts'
import type { Preview } from './preview-nmr.ts'

/** A campaign that was started before, with all its jobs; archived or not. */
export type EarlierCampaign = ShelvedRun

/** What those that have ended fitted, as the engine keeps it for `nmr`: factors/RUN-factors-LEVEL_SOLVENT.json. */
export function fittedOf(earlier: readonly EarlierCampaign[]): readonly FactorText[] {
  return earlier.flatMap(({ run, jobs }) => {
    if (run.workflow !== 'campaign' || run.phase.is !== 'ended') return []
    return factorFiles(knownOfShelved({ run, jobs })).map(({ name, file }) => ({
      file: `${run.id}-${name}`,
      text: `${JSON.stringify(file, null, 2)}\n`,
    }))
  })
}

/** The jobs of the first molecule; its shieldings with the starting geometry in place of the optimised one. */
export function previewCampaign(params: CampaignParams, machine: Machine): Preview {
  const molecules = params.molecules.slice(0, 1)
  const workflow = workflowOf('campaign')
  const known = (with_: Partial<CampaignParams>) => {
    const of = { ...params, molecules, ...with_ } as unknown as Json
    const run = { id: 'preview', name: '', machine: machine.name, params: of }
    return { run: run as unknown as Run, job: () => undefined, task: () => undefined }
  }
  const planned = (with_: Partial<CampaignParams>) => workflow.plan(known(with_)).jobs
  return {
    jobs: [...(params.geometry ? planned({}) : []), ...planned({ geometry: null, ahead: null })],
    names: workflow.jobNames?.(known({})) ?? new Map(),
    notes: params.geometry
      ? ['The first molecule only; its shieldings will start from the optimised geometry, here stands the given one.']
      : ['The first molecule only.'],
  }
}
