import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, extname, join, relative, resolve } from 'node:path'
import type { ContentRef, Json } from '../../shared/ids.ts'
import type { JobSpec, Resources } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import { type GivenFile, type NwchemTask, programs, readXyz } from '../../shared/programs/index.ts'
import { FaultError, orThrow } from '../../shared/result.ts'
import { findSolvent } from '../../shared/solvents.ts'
import { refOf } from '../engine/store/content-ref.ts'
import { badArgument, type Given } from './command.ts'
import type { Composed } from './compose.ts'
import { requireProgram } from './programs-here.ts'

const TASKS = ['opt', 'nmr', 'sp', 'freq']
const MOST_FILES = 1000

/** `run FILE...`: existing inputs or structures, one job each; a folder is one job with all its files. */
export async function composeSingle(
  given: Given,
  machine: Machine,
  cwd: string,
  resources: Resources,
): Promise<Composed> {
  const program = programNamed(given.text('program'))
  if (given.words.length === 0) throw badArgument('file', 'FILE is missing.')
  const texts = new Map<string, string>()
  const keep = (text: string): ContentRef => {
    const ref = refOf(text)
    texts.set(ref.sha256, text)
    return ref
  }

  const jobs: JobSpec[] = []
  requireProgram(program, machine)
  for (const word of given.words) {
    const path = resolve(cwd, word)
    const input = await inputOf(program, path, given, keep)
    orThrow(programs[program].check(input, resources))
    jobs.push({ key: freeKey(basename(path), jobs), machine: machine.name, program, input, resources })
  }
  return {
    name:
      given.text('name') ??
      jobs
        .map(({ key }) => key)
        .slice(0, 3)
        .join(', ') + (jobs.length > 3 ? ` and ${jobs.length - 3} more` : ''),
    workflow: 'single',
    machine: machine.name,
    params: { jobs } as unknown as Json,
    texts: [...texts.values()],
    warnings: [],
    preview: () => ({ jobs, contents: ref => texts.get(ref.sha256) ?? '', notes: [] }),
  }
}

function programNamed(name: string | undefined): keyof typeof programs {
  if (name === undefined) throw badArgument('program', '--program is missing.', Object.keys(programs).join(', '))
  if (name === 'orca' || name === 'xtb') throw badArgument('program', `The program "${name}" is not in this version.`)
  if (!Object.hasOwn(programs, name))
    throw badArgument('program', `There is no program "${name}".`, Object.keys(programs).join(', '))
  return name as keyof typeof programs
}

function freeKey(name: string, jobs: readonly JobSpec[]): string {
  let key = name
  for (let n = 2; jobs.some(job => job.key === key); n++) key = `${name}-${n}`
  return key
}

type Keep = (text: string) => ContentRef

async function inputOf(program: keyof typeof programs, path: string, given: Given, keep: Keep): Promise<Json> {
  const files = await filesOf(path, keep)
  if (program === 'nwchem' && files.length === 1 && extname(path).toLowerCase() === '.xyz') {
    return structureInput(await readText(path), basename(path), given, keep)
  }
  const main = mainOf(program, path, files)
  return program === 'nwchem'
    ? ({ kind: 'deck', files, main } as unknown as Json)
    : ({ files, main, args: [] } as unknown as Json)
}

function structureInput(text: string, title: string, given: Given, keep: Keep): Json {
  const atoms = orThrow(readXyz(text))
  const task = given.text('task') ?? 'opt'
  if (!TASKS.includes(task)) throw badArgument('task', `--task wants ${TASKS.join(', ')}, not "${task}".`)
  const multiplicity = given.number('mult', 1) ?? 1
  if (task === 'nmr' && multiplicity > 1)
    throw badArgument('mult', 'The shieldings of an open shell mean nothing: multiplicity 1 is needed for nmr.')
  const [xc = 'B3LYP', basis = '6-31G*'] = (given.text('keywords') ?? '').split('/').filter(Boolean)
  return {
    kind: 'calculation',
    task: task as NwchemTask,
    geometry: keep(text) as unknown as Json,
    atoms: atoms.length,
    title,
    charge: given.number('charge', -100) ?? 0,
    multiplicity,
    xc,
    basis,
    shielding: null,
    solvent: orThrow(findSolvent(given.text('solvent') ?? 'gas')).id,
    max_cycles: 50,
    autoz: true,
  }
}

/** The file that is run: the one given, or of a folder its only deck (.nw), or run.sh, or its only script. */
function mainOf(program: string, path: string, files: readonly GivenFile[]): string {
  if (files.length === 1 && files[0]) return files[0].name
  const ending = program === 'nwchem' ? '.nw' : '.sh'
  const candidates = files.map(({ name }) => name).filter(name => name.endsWith(ending) && !name.includes('/'))
  const main = candidates.includes('run.sh') ? 'run.sh' : candidates.length === 1 ? candidates[0] : undefined
  if (main) return main
  throw badArgument('file', `${path} holds ${candidates.length} files *${ending}: which one is run cannot be told.`)
}

async function filesOf(path: string, keep: Keep): Promise<readonly GivenFile[]> {
  const about = await stat(path).catch(() => null)
  if (!about) throw badArgument('file', `${path} is not there.`)
  if (about.isFile()) return [{ name: basename(path), ...keep(await readText(path)) }]
  if (!about.isDirectory()) throw badArgument('file', `${path} is neither a file nor a folder.`)
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const names = entries
    .filter(entry => entry.isFile())
    .map(entry => relative(path, join(entry.parentPath, entry.name)))
    .sort()
  if (names.length === 0) throw badArgument('file', `${path} is empty.`)
  if (names.length > MOST_FILES)
    throw badArgument('file', `${path} holds ${names.length} files; ${MOST_FILES} is the most for one job.`)
  const files: GivenFile[] = []
  for (const name of names) files.push({ name, ...keep(await readText(join(path, name))) })
  return files
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new FaultError({
      code: 'bad-input',
      field: 'file',
      message: `${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    })
  })
  const text = bytes.toString('utf8')
  if (bytes.length === 0) throw badArgument('file', `${path} is empty.`)
  if (!Buffer.from(text, 'utf8').equals(bytes))
    throw badArgument('file', `${path} is no text in UTF-8; binary files are not in this version.`)
  return text
}
