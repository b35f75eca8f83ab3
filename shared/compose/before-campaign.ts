import type { Json } from '../ids.ts'
import { type Job, lastAttempt } from '../model/job.ts'
import { knownOf } from '../model/known.ts'
import type { Machine } from '../model/machine.ts'
import type { Run } from '../model/run.ts'
import { emptyState, type State } from '../model/state.ts'
import { values } from '../model/table.ts'
import type { FactorText } from '../nmr/references.ts'
import { durationsOf } from '../progress/eta.ts'
import type { Duration } from '../progress/time-model.ts'
import { fail, ok, type Result } from '../result.ts'
import { type CampaignParams, factorFiles, workflowOf } from '../workflows/index.ts'
import type { Known } from '../workflows/workflow.ts'
import type { Preview } from './preview-nmr.ts'

/** A campaign that was started before, with all its jobs; archived or not. */
export interface EarlierCampaign {
  readonly run: Run
  readonly jobs: readonly Job[]
}

/** Durations that a campaign begins with: more would not make its model better. */
const MOST_REMEMBERED = 200

/** What calculations took on this machine, in seconds, and what their files take, in bytes. */
export function rememberedOf(
  earlier: readonly EarlierCampaign[],
  machine: Machine,
): { readonly times: readonly Duration[]; readonly outputs: readonly number[] } {
  const times: Duration[] = []
  const outputs: number[] = []
  for (const { run, jobs } of earlier) {
    if (run.workflow !== 'campaign' || run.machine !== machine.name) continue
    const known = knownAs(run, jobs)
    times.push(...durationsOf(workflowOf(run.workflow).plan(known), known))
    outputs.push(...jobs.flatMap(bytesOf))
  }
  return { times: times.slice(-MOST_REMEMBERED), outputs }
}

function bytesOf(job: Job): readonly number[] {
  const { phase } = lastAttempt(job)
  const files = 'files' in phase ? phase.files : []
  return files.length > 0 ? [files.reduce((sum, { bytes }) => sum + bytes, 0)] : []
}

/** What those that have ended fitted, as the engine keeps it for `nmr`: factors/RUN-factors-LEVEL_SOLVENT.json. */
export function fittedOf(earlier: readonly EarlierCampaign[]): readonly FactorText[] {
  return earlier.flatMap(({ run, jobs }) => {
    if (run.workflow !== 'campaign' || run.phase.is !== 'ended') return []
    return factorFiles(knownAs(run, jobs)).map(({ name, file }) => ({
      file: `${run.id}-${name}`,
      text: `${JSON.stringify(file, null, 2)}\n`,
    }))
  })
}

function knownAs(run: Run, jobs: readonly Job[]): Known {
  const byKey = new Map(jobs.map(job => [job.key, job]))
  return { ...knownOf(emptyState, run), job: key => byKey.get(key) }
}

/** The very same campaign on the same machine, still open, is refused: a second one would only do its work again. */
export function refuseTwin(state: State, machine: Machine, params: CampaignParams): Result<void> {
  const essence = ({ set, molecules, levels, solvents, geometry }: CampaignParams) =>
    JSON.stringify([set, molecules.map(({ id, geometry }) => [id, geometry]).toSorted(), levels, solvents, geometry])
  for (const run of values(state.runs)) {
    if (run.workflow !== 'campaign' || run.phase.is !== 'open' || run.machine !== machine.name) continue
    if (essence(run.params as unknown as CampaignParams) !== essence(params)) continue
    return fail({
      code: 'not-now',
      field: 'set',
      message: `This campaign already runs: ${run.id}${run.phase.hold === null ? '' : ` (${run.phase.hold})`}.`,
      hint: `larmor status ${run.id}; larmor resume ${run.id}; or cancel it first`,
    })
  }
  return ok(undefined)
}

/** The jobs of the first molecule; its shieldings with the starting geometry in place of the optimised one. */
export function previewCampaign(params: CampaignParams, machine: Machine): Preview {
  const [first] = params.molecules
  const of = (key: string) => key.startsWith(`${first?.id}/`)
  const planned = (with_: Partial<CampaignParams>) => {
    const run = { id: 'preview', name: '', machine: machine.name, params: { ...params, ...with_ } as unknown as Json }
    return workflowOf('campaign')
      .plan({ run: run as unknown as Run, job: () => undefined, task: () => undefined })
      .jobs.filter(({ key }) => of(key))
  }
  return {
    jobs: [...(params.geometry ? planned({}) : []), ...planned({ geometry: null, ahead: null })],
    notes: params.geometry
      ? ['The first molecule only; its shieldings will start from the optimised geometry, here stands the given one.']
      : ['The first molecule only.'],
  }
}
