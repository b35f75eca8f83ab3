import { basename, extname, join } from 'node:path'
import type { Json } from '../../shared/ids.ts'
import type { Resources } from '../../shared/model/job.ts'
import { checkApart } from '../../shared/nmr/apart.ts'
import { formatOf, parseStructure } from '../../shared/nmr/parse-structure.ts'
import {
  checkElements,
  checkMoleculeOf,
  checkOptions,
  checkSpin,
  findLevelOf,
  type GeometryAtom,
  type GivenFile,
  isStructureOfXtb,
  type NwchemTask,
  type OrcaTask,
  type programs,
  readLevel,
  readXyz,
  taskOptions,
  xtbSolvents,
} from '../../shared/programs/index.ts'
import type { JobWork } from '../../shared/progress/time-model.ts'
import { orThrow } from '../../shared/result.ts'
import { findSolvent } from '../../shared/solvents.ts'
import { calculationWork } from '../../shared/workflows/index.ts'
import { badArgument, type Given } from './command.ts'
import { readInput, type TakenFiles } from './given-files.ts'

type ProgramId = keyof typeof programs

/** The input of one job: of a structure as the options say, or files that are run as they are. */
export interface SingleInput {
  readonly input: Json
  readonly warnings: readonly string[]
  /** What is computed, defaults too, in a clause. */
  readonly says: string
  /** What its time goes with, where the molecule is known. */
  readonly work?: JobWork
}

const TASKS = ['opt', 'nmr', 'sp', 'freq']

/** `path` is what a person named, `taken` what is there. Refused (`file`) where a link that leads to no file could be the input. */
export async function singleInput(
  program: ProgramId,
  path: string,
  given: Given,
  taken: TakenFiles,
  resources: Resources,
): Promise<SingleInput> {
  const { files } = taken
  const leftOut = taken.leftOut.map(({ name }) => name)
  const task = given.text('task')
  if (task !== undefined && !TASKS.includes(task))
    throw badArgument('task', `--task wants ${TASKS.join(', ')}, not "${task}".`)
  const [only] = files
  const alone = files.length === 1 && only !== undefined && only.name === basename(path) ? only : null
  const isXyz = alone !== null && extname(path).toLowerCase() === '.xyz'
  if (program === 'xtb') {
    refuseLost(path, leftOut.find(isStructureOfXtb))
    return xtbInput(path, given, { files, alone }, resources)
  }
  if (isXyz && program === 'nwchem') return nwchemStructure(path, alone, given, resources)
  if (isXyz && program === 'orca') return orcaStructure(path, alone, given, resources)
  const main = mainOf(program, path, files, leftOut)
  // Any other file may be empty: a mark, a module of Python.
  if (files.some(({ name, bytes }) => name === main && bytes === 0))
    throw badArgument('file', `${join(path, main)} is empty.`)
  const says = `${main} as it is, by ${program}`
  const ignored = ignoredOptions(given, main)
  if (program === 'command') return { input: { files, main, args: [] } as unknown as Json, warnings: ignored, says }
  const deck = await readInput(alone ? path : join(path, main))
  const warnings = [...ignored, ...(program === 'orca' ? orcaWarnings(main, deck, resources) : [])]
  return { input: { kind: 'deck', files, main } as unknown as Json, warnings, says }
}

/** What is run as it is says itself what is computed. */
function ignoredOptions(given: Given, main: string): readonly string[] {
  const options = ['task', 'keywords', 'solvent', 'charge', 'mult'].filter(name => given.text(name) !== undefined)
  if (options.length === 0) return []
  const named = options.map(name => `--${name}`).join(', ')
  return [`${named} ${options.length === 1 ? 'has' : 'have'} no effect: ${main} is run as it is`]
}

/** `opt at B3LYP/6-31G*, gas phase, charge 0, multiplicity 1, by nwchem`. */
function saidOf(
  program: ProgramId,
  level: string,
  { task, solvent, charge, multiplicity }: Awaited<ReturnType<typeof structureOf>>['common'],
): string {
  const where = orThrow(findSolvent(solvent)).label
  return `${task} at ${level}, ${where}, charge ${charge}, multiplicity ${multiplicity}, by ${program}`
}

/** What a structure is computed with, whatever the program. */
async function structureOf(path: string, { sha256, bytes }: GivenFile, given: Given) {
  const text = await readInput(path)
  const atoms = atomsOf(text)
  const task = given.text('task') ?? 'opt'
  const multiplicity = given.number('mult', 1) ?? 1
  if (task === 'nmr' && multiplicity > 1)
    throw badArgument('mult', 'The shieldings of an open shell mean nothing: multiplicity 1 is needed for nmr.')
  return {
    elements: atoms.map(([element]) => element),
    common: {
      kind: 'calculation',
      task,
      geometry: { sha256, bytes },
      atoms: atoms.length,
      title: basename(path),
      charge: given.number('charge', -100) ?? 0,
      multiplicity,
      solvent: orThrow(findSolvent(given.text('solvent') ?? 'gas')).id,
      max_cycles: 50,
    },
  } as const
}

async function nwchemStructure(
  path: string,
  file: GivenFile,
  given: Given,
  resources: Resources,
): Promise<SingleInput> {
  const { common, elements } = await structureOf(path, file, given)
  const { found, level } = orThrow(readLevel('nwchem', given.text('keywords') || 'B3LYP', '6-31G*'))
  orThrow(checkMoleculeOf('nwchem', elements, level, common.charge, common.multiplicity))
  return {
    input: { ...common, task: common.task as NwchemTask, ...level, shielding: null, autoz: true },
    warnings: [],
    says: saidOf('nwchem', found.label, common),
    work: workOf('nwchem', { common, elements, level: found.label, basis: level.basis }, resources),
  }
}

function workOf(
  program: string,
  {
    common: { task, solvent, geometry },
    elements,
    level,
    basis,
  }: Awaited<ReturnType<typeof structureOf>> & { readonly level: string; readonly basis: string },
  { ranks }: Resources,
): JobWork {
  const molecule = geometry.sha256.slice(0, 12)
  return calculationWork({ program, task, level, basis, elements, solvent, ranks, molecule })
}

/** `--keywords B3LYP/def2-SVP`, or any words of ORCA's simple input. */
async function orcaStructure(path: string, file: GivenFile, given: Given, resources: Resources): Promise<SingleInput> {
  const { common, elements } = await structureOf(path, file, given)
  const words = (given.text('keywords') ?? 'B3LYP/def2-SVP').trim()
  const level = /^(?<xc>[^\s/]+)\/(?<basis>\S+)$/.exec(words)?.groups as { xc: string; basis: string } | undefined
  const isKnown = level !== undefined && findLevelOf('orca', level).ok
  if (isKnown) orThrow(checkMoleculeOf('orca', elements, level, common.charge, common.multiplicity))
  else orThrow(checkSpin(elements, common.charge, common.multiplicity))
  return {
    input: {
      ...common,
      task: common.task as OrcaTask,
      xc: isKnown ? level.xc : null,
      basis: isKnown ? level.basis : null,
      keywords: isKnown ? '' : words.replace(/^!\s*/, ''),
      shielding: null,
      cartesian: false,
      restart: null,
    },
    warnings: [],
    says: saidOf('orca', words, common),
    work: workOf('orca', { common, elements, level: words, basis: level?.basis ?? '' }, resources),
  }
}

/** A structure with xtb's options, or a folder that holds one structure beside what it needs. */
async function xtbInput(
  path: string,
  given: Given,
  { files, alone }: { readonly files: readonly GivenFile[]; readonly alone: GivenFile | null },
  resources: Resources,
): Promise<SingleInput> {
  if (given.text('task') === 'nmr') throw badArgument('task', 'xtb computes no shieldings.', 'opt, sp or freq')
  const structures = files.filter(({ name }) => isStructureOfXtb(name))
  const main = alone ?? (structures.length === 1 ? structures[0] : undefined)
  if (!main) {
    throw badArgument('file', `${path} holds ${structures.length} structures: which one xtb runs cannot be told.`)
  }
  const text = await readInput(alone ? path : join(path, main.name))
  const elements = elementsOf(main.name, text)
  orThrow(checkElements(elements))
  const words = (given.text('keywords') ?? '').trim().split(/\s+/).filter(Boolean)
  const said = orThrow(checkOptions(words))
  const charge = said.charge ?? given.number('charge', -100) ?? 0
  const multiplicity = said.unpaired === null ? (given.number('mult', 1) ?? 1) : said.unpaired + 1
  // xtb takes what does not fit without a word, and computes another state.
  orThrow(checkSpin(elements, charge, multiplicity))
  const solvent = orThrow(findSolvent(given.text('solvent') ?? 'gas'))
  const task = given.text('task') ?? (said.task ? undefined : 'opt')
  if (task !== undefined && said.task)
    throw badArgument('task', `--keywords says already what is computed: ${said.task}.`)
  if (alone && words.length === 0 && main.name.toLowerCase().endsWith('.xyz')) {
    const structure = await structureOf(path, main, given)
    return {
      input: { ...structure.common, task: structure.common.task as 'opt', method: 'gfn2', max_cycles: 200 },
      warnings: [],
      says: saidOf('xtb', 'GFN2', structure.common),
      work: workOf('xtb', { ...structure, level: 'GFN2', basis: 'STO-3G' }, resources),
    }
  }
  const alpb = xtbSolvents[solvent.id]
  if (solvent.id !== 'gas' && alpb === undefined) throw badArgument('solvent', `xtb's ALPB has no ${solvent.label}.`)
  const args = [
    ...words,
    ...(task === undefined ? [] : taskOptions(task)),
    ...(said.charge === null ? ['--chrg', String(charge)] : []),
    ...(said.unpaired === null ? ['--uhf', String(multiplicity - 1)] : []),
    ...(alpb === undefined ? [] : ['--alpb', alpb]),
  ]
  const says = `${main.name} by xtb ${args.join(' ')}`
  return { input: { kind: 'deck', files, main: main.name, args } as unknown as Json, warnings: [], says }
}

/** The atoms of an XYZ text, each in a place of its own. */
function atomsOf(text: string): readonly GeometryAtom[] {
  const atoms = orThrow(readXyz(text))
  orThrow(
    checkApart(
      atoms.map(([element]) => element),
      atoms.map(([, ...at]) => at),
      'geometry',
    ),
  )
  return atoms
}

/** Elements of a structure; Turbomole's `$coord` has them last in the line, the other formats are read as elsewhere. */
function elementsOf(name: string, text: string): readonly string[] {
  if (/^\s*\$coord/m.test(text)) {
    const block = text.slice(text.indexOf('$coord')).split('\n').slice(1)
    const end = block.findIndex(line => line.startsWith('$'))
    return block.slice(0, end < 0 ? undefined : end).flatMap(line => line.trim().split(/\s+/)[3] ?? [])
  }
  const format = formatOf(name)
  if (format === 'xyz' || format === null) return atomsOf(text).map(([element]) => element)
  return orThrow(parseStructure(text, format)).elements
}

/** The file that is run: the one given, or of a folder its only deck, or run.sh, or its only script. */
function mainOf(program: ProgramId, path: string, files: readonly GivenFile[], leftOut: readonly string[]): string {
  const ending = program === 'nwchem' ? '.nw' : program === 'orca' ? '.inp' : '.sh'
  const isCandidate = (name: string) => name.endsWith(ending) && !name.includes('/')
  const candidates = files.map(({ name }) => name).filter(isCandidate)
  if (!candidates.includes('run.sh')) refuseLost(path, leftOut.find(isCandidate))
  if (files.length === 1 && files[0]) return files[0].name
  const main = candidates.includes('run.sh') ? 'run.sh' : candidates.length === 1 ? candidates[0] : undefined
  if (main) return main
  throw badArgument('file', `${path} holds ${candidates.length} files *${ending}: which one is run cannot be told.`)
}

/** What could be the input and cannot be read is no file to leave out. */
function refuseLost(path: string, name: string | undefined): void {
  if (name !== undefined) throw badArgument('file', `${join(path, name)} is a link that leads to no file.`)
}

/** An ORCA input says itself how many processes it starts, and what each may take. */
function orcaWarnings(name: string, deck: string, { ranks, memory_mb }: Resources): readonly string[] {
  const code = deck.replaceAll(/#.*/g, '')
  const asked = Number(/\bnprocs\s+(\d+)/i.exec(code)?.[1] ?? /\bpal(\d+)\b/i.exec(code)?.[1] ?? 1)
  if (asked > ranks) {
    throw badArgument('ranks', `${name} starts ${asked} processes, the job has ${ranks}.`, `--ranks ${asked}`)
  }
  const maxcore = Number(/%maxcore\s+(\d+)/i.exec(code)?.[1] ?? 0)
  const takes = maxcore * asked
  return takes > memory_mb ? [`${name} may take ${takes} MB (%maxcore), the job has ${memory_mb} MB: --memory`] : []
}
