import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { previewNmr } from '../../shared/compose/preview-nmr.ts'
import type { ContentRef, Json, RunId } from '../../shared/ids.ts'
import type { Resources } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import { formatOf } from '../../shared/nmr/parse-structure.ts'
import { presets } from '../../shared/nmr/presets.ts'
import { NOT_CALIBRATED, type Reference } from '../../shared/nmr/references.ts'
import { readSmiles } from '../../shared/nmr/smiles.ts'
import { openText, stereoisomers } from '../../shared/nmr/stereoisomers.ts'
import { isSameLevel } from '../../shared/programs/index.ts'
import { FaultError, orThrow } from '../../shared/result.ts'
import {
  type NmrArguments,
  nmrCostOf,
  nmrCostText,
  type ResolvedNmr,
  resolveNmr,
} from '../../shared/workflows/index.ts'
import { refOf } from '../engine/store/content-ref.ts'
import { canEmbed } from '../engine/tasks/embedding.ts'
import { doTask } from '../engine/tasks/index.ts'
import { readState } from '../engine-client.ts'
import { homeFolder } from '../home.ts'
import { badArgument, type Given, oneWord } from './command.ts'
import type { Composed } from './compose.ts'
import { requireProgram } from './programs-here.ts'

const NONE_NEEDED = 'Conformers and populations by force field alone: --program none'

/** `nmr INPUT`: everything that can be wrong is found here, before an engine is even started. */
export async function composeNmr(given: Given, machine: Machine, cwd: string, resources: Resources): Promise<Composed> {
  const input = oneWord(given, 'INPUT')
  const structure = await structureOf(input, cwd)
  const args: NmrArguments = {
    input,
    name: given.text('name'),
    preset: given.text('preset'),
    program: given.text('program'),
    pre: given.text('pre'),
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
  const resolved = orThrow(resolveNmr(args, structure, { machine, refOf, canEmbed, fitted: await fittedFactors() }))
  if (resolved.params.program !== 'none') requireProgram(resolved.params.program, machine, NONE_NEEDED)
  if (resolved.params.pre) requireProgram(resolved.params.pre, machine, 'Or leave --pre out.')
  const warnings = [...resolved.warnings, ...stereoWarnings(structure)]
  const { state } = await readState(homeFolder())
  const cost = nmrCostOf([resolved.params], state.times?.[machine.name] ?? [])
  return {
    name: resolved.name,
    workflow: 'nmr',
    machine: machine.name,
    params: { ...resolved.params, warnings } as unknown as Json,
    texts: resolved.texts,
    files: [],
    warnings,
    says: saidOf(resolved.params),
    ...(cost ? { beforehand: { text: nmrCostText(cost), document: { cost: cost as unknown as Json } } } : {}),
    preview: () => previewOf(resolved, machine),
  }
}

/** Level, solvent, ensemble, and what shifts are referred to. */
function saidOf(params: ResolvedNmr['params']): readonly string[] {
  const { program, pre, level, solvent_label, solvent_model, ensemble, max_conformers, references } = params
  const solvent = solvent_model === 'none' ? 'without a solvent model' : `${solvent_model} ${solvent_label}`
  const conformers =
    ensemble === 'generated'
      ? `at most ${max_conformers} conformer${max_conformers === 1 ? '' : 's'}`
      : 'the structures as given'
  const levels = program === 'none' ? level : `${program} ${level}${presetText(params)}, ${solvent}`
  return [
    `${levels}; ${conformers}${pre ? `, first by ${pre}` : ''}`,
    ...(program === 'none' ? [] : references.map(referenceText)),
  ]
}

/** The preset, where both its levels are those that are computed. */
function presetText({ preset, geometry, shielding, other }: ResolvedNmr['params']): string {
  const isItsOwn = presets.some(
    each => each.id === preset && isSameLevel(each.geometry, geometry) && isSameLevel(each.shielding, shielding),
  )
  return isItsOwn && !other ? ` (preset ${preset})` : ''
}

function referenceText({ nucleus, kind, expected_error_ppm, source }: Reference): string {
  if (kind === 'none') return `${nucleus}: shieldings only (${source})`
  const error = expected_error_ppm === null ? NOT_CALIBRATED : `expected error ${expected_error_ppm} ppm`
  return `${nucleus} against ${{ own: "Larmor's or your own fit", published: 'a published fit', tms: 'TMS' }[kind]}, ${error}`
}

/** An ensemble is of one isomer: where the SMILES leaves open which, that of another would have another spectrum. */
function stereoWarnings({ format, text }: Parameters<typeof resolveNmr>[1]): readonly string[] {
  const found = format === 'smiles' ? stereoisomers(text) : null
  if (!found?.ok || found.value.candidates.length < 2) return []
  const { candidates, isCut } = found.value
  const some = candidates.slice(0, MOST_ISOMERS).map(({ smiles, label }) => `${smiles} (${label})`)
  const more = candidates.length > MOST_ISOMERS || isCut ? ' ...' : ''
  return [
    `${openText(found.value)} not specified: ${candidates.length}${isCut ? ' or more' : ''} isomers have different spectra, and one of them is taken. To choose: ${some.join(', ')}${more}`,
  ]
}

const MOST_ISOMERS = 8

/** What campaigns of this data folder have fitted: factors/*.json. */
async function fittedFactors(): Promise<readonly { readonly file: string; readonly text: string }[]> {
  const folder = join(homeFolder(), 'factors')
  const names = await readdir(folder).catch(() => [])
  return Promise.all(
    names
      .filter(name => name.endsWith('.json') && !name.startsWith('.'))
      .toSorted()
      .map(async name => ({ file: name, text: await readFile(join(folder, name), 'utf8') })),
  )
}

async function structureOf(input: string, cwd: string): Promise<Parameters<typeof resolveNmr>[1]> {
  const format = formatOf(input)
  if (format !== null) return { format, text: await readGiven(resolve(cwd, input), 'input') }
  // Folders are called `CC` or `O` as molecules are; a file is meant only where it is no SMILES.
  const read = readSmiles(input)
  if (read.ok) return { format: 'smiles', text: input }
  const about = await stat(resolve(cwd, input)).catch(() => null)
  if (about) {
    const what = about.isDirectory() ? 'is a folder' : 'does not end in .xyz, .mol or .sdf'
    throw badArgument('input', `${input} ${what}: INPUT is a SMILES, or a file .xyz, .mol or .sdf.`)
  }
  const { message, hint, ...fault } = read.fault
  if (!/^[A-Za-z][a-z]{3,}[A-Za-z-]*$/.test(input)) return { format: 'smiles', text: input }
  throw new FaultError({
    ...fault,
    message,
    hint: `Is ${hint ?? input} a name? INPUT is a SMILES, e.g. CCO for ethanol, or a file.`,
  })
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

/** Made by the real task: what it gives is the conformer that the run will begin with. */
function previewOf(resolved: ResolvedNmr, machine: Machine): ReturnType<Composed['preview']> {
  const contents = new Map(resolved.texts.map(text => [refOf(text).sha256, text]))
  const read = (ref: ContentRef) => contents.get(ref.sha256) ?? ''
  const put = (text: string) => {
    const ref = refOf(text)
    contents.set(ref.sha256, text)
    return ref
  }
  const preview = previewNmr(resolved, machine, 'preview' as RunId, task =>
    doTask(task.kind, task.input, { read, put }),
  )
  return { ...preview, shown: async ref => read(ref) }
}
