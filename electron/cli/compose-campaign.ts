import { readdir, readFile, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, join, resolve } from 'node:path'
import type { ContentRef, Json } from '../../shared/ids.ts'
import { type Job, lastAttempt, type Resources } from '../../shared/model/job.ts'
import { knownOf } from '../../shared/model/known.ts'
import type { Machine } from '../../shared/model/machine.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { values } from '../../shared/model/table.ts'
import { durationsOf } from '../../shared/progress/eta.ts'
import type { Duration } from '../../shared/progress/time-model.ts'
import { FaultError, orThrow } from '../../shared/result.ts'
import { jobsOf } from '../../shared/show/status.ts'
import {
  type CampaignParams,
  type CampaignSet,
  delta50Set,
  estimateOf,
  estimateText,
  readOwnSet,
  resolveCampaign,
  workflowOf,
} from '../../shared/workflows/index.ts'
import { openArchive } from '../engine/store/archive.ts'
import { refOf } from '../engine/store/content-ref.ts'
import { readState } from '../engine-client.ts'
import { homeFolder } from '../home.ts'
import { badArgument, type Given, oneWord } from './command.ts'
import type { Composed } from './compose.ts'
import { requireProgram } from './programs-here.ts'

/** Durations that a campaign begins with: more would not make its model better. */
const MOST_REMEMBERED = 200
const MOST_FILE_BYTES = 1 << 20

/** `campaign start delta50|FOLDER`: everything that can be wrong is found here, before an engine is even started. */
export async function composeCampaign(
  given: Given,
  machine: Machine,
  cwd: string,
  resources: Resources,
): Promise<Composed> {
  const set = await setOf(oneWord(given, 'SET'), cwd)
  const { state } = await readState(homeFolder())
  const remembered = await rememberedOf(state, machine)
  const resolved = orThrow(
    resolveCampaign(
      {
        molecules: given.text('molecules'),
        pilot: given.number('pilot', Number.NEGATIVE_INFINITY),
        levels: given.text('levels'),
        solvents: given.text('solvents'),
        max_failures: given.number('max-failures', Number.NEGATIVE_INFINITY),
        order: given.text('order'),
        geometry: given.text('geometry'),
        name: given.text('name'),
      },
      set,
      {
        machine,
        cores: machine.settings.transport === 'local' ? availableParallelism() : undefined,
        resources,
        times: remembered.times,
        refOf,
      },
    ),
  )
  requireProgram(resolved.params.program, machine)
  if (given.text('request-id') === undefined) refuseTwin(state, machine, resolved.params)
  const estimate = estimateOf(resolved.params, remembered.outputs)
  const contents = new Map(resolved.texts.map(text => [refOf(text).sha256, text]))
  return {
    name: resolved.name,
    workflow: 'campaign',
    machine: machine.name,
    params: resolved.params as unknown as Json,
    texts: resolved.texts,
    files: [],
    warnings: resolved.params.warnings,
    beforehand: { text: estimateText(estimate), document: { estimate: estimate as unknown as Json } },
    preview: () => previewOf(resolved.params, machine, ref => contents.get(ref.sha256) ?? ''),
  }
}

/** `delta50`, or a folder with structures and a CSV of shifts. */
async function setOf(word: string, cwd: string): Promise<CampaignSet> {
  if (word.toLowerCase() === 'delta50') return delta50Set
  const folder = resolve(cwd, word)
  const about = await stat(folder).catch(() => null)
  if (!about?.isDirectory()) throw badArgument('set', `There is no set "${word}".`, 'delta50, or a folder')
  const names = (await readdir(folder)).filter(name => /\.(xyz|mol|sdf|sd|csv)$/i.test(name)).toSorted()
  const files = await Promise.all(
    names.map(async name => {
      const path = join(folder, name)
      const { size } = await stat(path)
      if (size > MOST_FILE_BYTES) throw badArgument('set', `${path} is larger than 1 MB.`)
      return { name, text: await readFile(path, 'utf8') }
    }),
  )
  return orThrow(readOwnSet(basename(folder), files))
}

/** What calculations took on this machine, and what their files take, in all runs that are known, archived ones too. */
async function rememberedOf(
  state: State,
  machine: Machine,
): Promise<{ readonly times: readonly Duration[]; readonly outputs: readonly number[] }> {
  const times: Duration[] = []
  const outputs: number[] = []
  const remember = (run: Run, jobs: readonly Job[]) => {
    const byKey = new Map(jobs.map(job => [job.key, job]))
    const known = { ...knownOf(state, run), job: (key: string) => byKey.get(key) }
    times.push(...durationsOf(workflowOf(run.workflow).plan(known), known))
    outputs.push(...jobs.flatMap(bytesOf))
  }
  for (const run of values(state.runs)) {
    if (run.workflow === 'campaign' && run.machine === machine.name) remember(run, jobsOf(state, run))
  }
  const archive = openArchive(join(homeFolder(), 'archive'))
  const archived = (await archive.list()).filter(
    entry => entry.workflow === 'campaign' && entry.machine === machine.name,
  )
  for (const { id } of archived.slice(-20)) {
    const { run, jobs } = await archive.read(id)
    remember(run, jobs)
  }
  return { times: times.slice(-MOST_REMEMBERED), outputs }
}

function bytesOf(job: Job): readonly number[] {
  const { phase } = lastAttempt(job)
  const files = 'files' in phase ? phase.files : []
  return files.length > 0 ? [files.reduce((sum, { bytes }) => sum + bytes, 0)] : []
}

/** The very same campaign on the same machine, still open: a second one would only do its work again. */
function refuseTwin(state: State, machine: Machine, params: CampaignParams): void {
  const essence = ({ set, molecules, levels, solvents, geometry }: CampaignParams) =>
    JSON.stringify([set, molecules.map(({ id, geometry }) => [id, geometry]).toSorted(), levels, solvents, geometry])
  for (const run of values(state.runs)) {
    if (run.workflow !== 'campaign' || run.phase.is !== 'open' || run.machine !== machine.name) continue
    if (essence(run.params as unknown as CampaignParams) !== essence(params)) continue
    throw new FaultError({
      code: 'not-now',
      field: 'set',
      message: `This campaign already runs: ${run.id}${run.phase.hold === null ? '' : ` (${run.phase.hold})`}.`,
      hint: `larmor status ${run.id}; larmor resume ${run.id}; or cancel it first`,
    })
  }
}

/** The jobs of the first molecule; its shieldings with the starting geometry in place of the optimised one. */
function previewOf(
  params: CampaignParams,
  machine: Machine,
  contents: (ref: ContentRef) => string,
): ReturnType<Composed['preview']> {
  const [first] = params.molecules
  const run = {
    id: 'preview',
    name: '',
    machine: machine.name,
    params: { ...params, geometry: null },
  } as unknown as Run
  const known = { run, job: () => undefined, task: () => undefined }
  const optimised = { ...known, run: { ...run, params: params as unknown as Json } }
  const { plan } = workflowOf('campaign')
  const of = (key: string) => key.startsWith(`${first?.id}/`)
  const opts = params.geometry ? plan(optimised).jobs.filter(({ key }) => of(key)) : []
  const shieldings = plan({
    ...known,
    run: { ...run, params: { ...params, geometry: null, ahead: null } as unknown as Json },
  })
  return {
    jobs: [...opts, ...shieldings.jobs.filter(({ key }) => of(key))],
    shown: async ref => contents(ref),
    notes: params.geometry
      ? ['The first molecule only; its shieldings will start from the optimised geometry, here stands the given one.']
      : ['The first molecule only.'],
  }
}
