import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { ContentRef, Json } from '../../shared/ids.ts'
import type { Event, EventBody } from '../../shared/model/events.ts'
import type { JobSpec, Resources } from '../../shared/model/job.ts'
import { knownOf } from '../../shared/model/known.ts'
import type { Machine } from '../../shared/model/machine.ts'
import { reduce } from '../../shared/model/reduce.ts'
import { emptyState } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { formatOf } from '../../shared/nmr/parse-structure.ts'
import { orThrow } from '../../shared/result.ts'
import { type NmrArguments, type ResolvedNmr, resolveNmr, workflows } from '../../shared/workflows/index.ts'
import { refOf } from '../engine/store/content-ref.ts'
import { canEmbed } from '../engine/tasks/embedding.ts'
import { doTask } from '../engine/tasks/index.ts'
import { badArgument, type Given, oneWord } from './command.ts'
import type { Composed } from './compose.ts'
import { requireProgram } from './programs-here.ts'

const NONE_NEEDED = 'Conformers and populations by force field alone: --program none'

/** `nmr INPUT`: everything that can be wrong is found here, before an engine is even started. */
export async function composeNmr(given: Given, machine: Machine, cwd: string, resources: Resources): Promise<Composed> {
  if (given.flag('no-report')) throw badArgument('no-report', '--no-report is not in this version.')
  const input = oneWord(given, 'INPUT')
  const structure = await structureOf(input, cwd)
  const args: NmrArguments = {
    input,
    name: given.text('name'),
    preset: given.text('preset'),
    program: given.text('program'),
    xc: given.text('xc'),
    basis: given.text('basis'),
    solvent: given.text('solvent'),
    nuclei: given.text('nuclei'),
    charge: given.number('charge', -100),
    mult: given.number('mult', -100),
    max_conformers: given.number('max-conformers', -1),
    ff_window: given.number('ff-window', -1),
    dft_window: given.number('dft-window', -1),
    temperature: given.number('temperature', -300),
    reference: await referenceOf(given.text('reference'), cwd),
    one_job: given.flag('one-job'),
    generate: given.flag('generate'),
    seed: given.number('seed', -1),
    ranks: resources.ranks,
    memory_mb: resources.memory_mb,
    seconds: resources.seconds,
  }
  const resolved = orThrow(resolveNmr(args, structure, { machine, refOf, canEmbed }))
  if (resolved.params.program !== 'none') requireProgram(resolved.params.program, machine, NONE_NEEDED)
  return {
    name: resolved.name,
    workflow: 'nmr',
    machine: machine.name,
    params: resolved.params as unknown as Json,
    texts: resolved.texts,
    files: [],
    warnings: resolved.warnings,
    preview: () => previewOf(resolved, machine),
  }
}

async function structureOf(input: string, cwd: string): Promise<Parameters<typeof resolveNmr>[1]> {
  const format = formatOf(input)
  return format === null
    ? { format: 'smiles', text: input }
    : { format, text: await readGiven(resolve(cwd, input), 'input') }
}

async function referenceOf(wish: string | undefined, cwd: string): Promise<NmrArguments['reference']> {
  if (wish === undefined || wish === 'auto' || wish === 'published' || wish === 'tms' || wish === 'none') return wish
  return { file: basename(wish), text: await readGiven(resolve(cwd, wish), 'reference') }
}

async function readGiven(path: string, field: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code
    throw badArgument(field, code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read (${code}).`)
  })
}

/** The jobs of the first conformer as they would be sent: made by the plan itself, from a state that nobody keeps. */
function previewOf({ params, texts, name }: ResolvedNmr, machine: Machine): ReturnType<Composed['preview']> {
  const contents = new Map(texts.map(text => [refOf(text).sha256, text]))
  const read = (ref: ContentRef) => contents.get(ref.sha256) ?? ''
  const put = (text: string) => {
    const ref = refOf(text)
    contents.set(ref.sha256, text)
    return ref
  }
  const run = 'preview' as never
  let state = emptyState
  const happen = (body: EventBody) => {
    state = reduce(state, [{ ...body, seq: state.seq + 1, at: '', v: 1 } as Event])
  }
  const plan = () => {
    const planned = get(state.runs, run)
    if (!planned) throw new Error('the preview has no run')
    return workflows.nmr.plan(knownOf(state, planned))
  }
  happen({
    type: 'run.started',
    run,
    name,
    workflow: 'nmr',
    workflow_version: workflows.nmr.version,
    params: { ...params, max_conformers: 1 } as unknown as Json,
    machine: machine.name,
  })
  const { tasks } = plan()
  happen({ type: 'tasks.planned', run, tasks })
  for (const task of tasks) {
    happen({ type: 'task.done', run, task: task.key, result: doTask(task.kind, task.input, { read, put }) })
  }
  const jobs = plan().jobs.flatMap(spec => withShielding(spec, params.one_job))
  const note =
    'The first conformer only; its shieldings will start from the optimised geometry, here stands the one of the force field.'
  return { jobs, shown: async ref => read(ref), notes: params.one_job || jobs.length === 0 ? [] : [note] }
}

/** The shielding job of an optimisation, which the plan only makes once that has ended. */
function withShielding(spec: JobSpec, oneJob: boolean): readonly JobSpec[] {
  if (oneJob || !spec.key.endsWith('/opt')) return [spec]
  const input = { ...(spec.input as Record<string, Json>), task: 'nmr' }
  return [spec, { ...spec, key: spec.key.replace(/opt$/, 'nmr'), input }]
}
