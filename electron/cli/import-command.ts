import { open, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, relative, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type Finished, finishedOutput, IT_GROWS, LOOK_AGAIN_MS, MOST_AS_TEXT } from '../../shared/compose/imported.ts'
import type { ContentRef, RemotePath, RunId } from '../../shared/ids.ts'
import type { Command } from '../../shared/model/commands.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { programs, writeXyz } from '../../shared/programs/index.ts'
import { orThrow } from '../../shared/result.ts'
import { jobsOf, runState } from '../../shared/show/status.ts'
import { readOutput } from '../engine/read-output.ts'
import { ensureEngine } from '../engine-client.ts'
import { badArgument, type CliCommand } from './command.ts'
import { followWith, readStateWith } from './find.ts'
import { type FolderFiles, filesUnder } from './folder-files.ts'
import { runIdOf } from './ids.ts'
import { stderrBeside } from './stderr-beside.ts'
import { EXIT } from './terminal.ts'

type Imported = Extract<Command, { readonly type: 'run.import' }>['outputs'][number]
type Engine = Awaited<ReturnType<typeof ensureEngine>>

/** Programs whose outputs are read. */
const readable = Object.values(programs)
  .filter(({ exitDecides }) => !exitDecides)
  .map(({ label }) => label)
  .join(', ')

const MOST_FILES = 100_000
/** What has not said by then what wrote it is something else: orbitals, archives, pictures. */
const NAMELESS = 4 << 20
/** Names that people give to outputs: one of these that says nothing of what wrote it is told, pictures and inputs are not. */
const NAMED_AS_OUTPUT = /\.(out|log)(\.gz)?$/i
/** More of them are counted, not listed: schedulers leave one beside each job. */
const MOST_TOLD = 10

/** Outputs from elsewhere, completed or failed, become runs in the library: a run for each folder, a job for each output. */
const importCommand: CliCommand = {
  name: 'import',
  usage: 'FOLDER... [--name S]',
  summary: 'outputs of calculations that are over, completed or failed, become runs in the library',
  options: { name: { type: 'string' } },
  async run({ terminal, cwd, home }, given) {
    if (given.words.length === 0) throw badArgument('folder', 'FOLDER is missing.')
    const folders: Folder[] = []
    for (const word of given.words) folders.push(await folderNamed(resolve(cwd, word), word))
    const skipped: Skipped[] = []
    const nameless: Skipped[] = []
    const sent: Sent[] = []
    const engine = await ensureEngine(home)
    try {
      for (const folder of folders) {
        const outputs = await outputsIn(engine, folder, skipped, nameless)
        if (outputs.length > 0)
          sent.push(await send(home, engine, outputs, given.text('name') ?? basename(folder.path)))
      }
    } finally {
      engine.detach()
    }
    if (sent.length === 0 && skipped.length === 0) {
      throw badArgument(
        'folder',
        `${given.words.join(', ')}: no output is there that says what wrote it; read are those of ${readable}.`,
      )
    }
    for (const { astray } of folders)
      for (const { path, what } of astray) skipped.push({ file: path, reason: `it is ${what}` })
    for (const { file, reason } of [...skipped, ...nameless.slice(0, MOST_TOLD)]) terminal.say(`! ${file}: ${reason}`)
    if (nameless.length > MOST_TOLD)
      terminal.say(`! and ${nameless.length - MOST_TOLD} more that do not say what wrote them (--json lists all)`)
    const state = await ended(
      home,
      sent.map(({ id }) => id),
    )
    const runs = sent.map(each => runDocument(state, each))
    const wished = given.text('name')
    for (const [i, { run, name }] of runs.entries()) {
      if (wished !== undefined && sent[i]?.before && name !== wished)
        terminal.say(`! --name ${wished} changes nothing: this folder was imported before, as ${run}  ${name}`)
    }
    terminal.document({ ...(runs.length === 1 ? runs[0] : {}), runs, skipped: [...skipped, ...nameless] }, () =>
      runs.map((run, i) => runText(run, sent[i]?.before === true)).join('\n'),
    )
    return EXIT.done
  },
}

interface Folder extends Pick<FolderFiles, 'files' | 'astray'> {
  readonly path: string
}

interface Skipped {
  readonly file: string
  readonly reason: string
}

/** A run that was wished for: how many outputs are to be its jobs, and whether it was there before. */
interface Sent {
  readonly id: RunId
  readonly known: number
  readonly before: boolean
}

/**
 * The outputs of a folder, their content kept. What grows meanwhile, and what cannot be read, is added to `skipped`; what
 * has an output's name and does not say what wrote it, to `nameless`.
 */
async function outputsIn(
  engine: Engine,
  { path: folder, files }: Folder,
  skipped: Skipped[],
  nameless: Skipped[],
): Promise<Imported[]> {
  const found: Found[] = []
  for (const file of files) {
    const one = await lookAt(file)
    if (one === null) {
      if (NAMED_AS_OUTPUT.test(file)) nameless.push({ file, reason: 'it does not say what wrote it' })
    } else if ('skipped' in one) skipped.push({ file, reason: one.skipped })
    else found.push(one)
  }
  if (found.some(({ finished }) => finished.mayGrow)) await sleep(LOOK_AGAIN_MS)
  const outputs: Imported[] = []
  for (const one of found) {
    if (one.finished.mayGrow && (await hasGrown(one))) skipped.push({ file: one.path, reason: IT_GROWS })
    else outputs.push(await outputOf(engine, folder, one))
  }
  return outputs
}

/** The run is named by what it holds: importing it again is the same wish. */
async function send(home: string, engine: Engine, outputs: readonly Imported[], name: string): Promise<Sent> {
  const id = runIdOf(JSON.stringify(['import', ...outputs.map(({ key, files }) => [key, files[0]?.sha256])]))
  const before = get((await readStateWith(home, [id])).state.runs, id) !== undefined
  orThrow(await engine.send({ type: 'run.import', run: id, name, outputs }))
  return { id, known: outputs.length, before }
}

function runDocument(state: State, { id, known, before }: Sent) {
  const run = get(state.runs, id)
  const jobs = run ? jobsOf(state, run) : []
  return {
    // Null where every output of the folder belongs to an earlier import.
    run: run ? id : null,
    name: run?.name ?? null,
    state: run ? runState(run) : null,
    jobs: jobs.map(job => {
      const { outcome, category, reason } = lastAttempt(job)
      return { job: job.id, key: job.key, outcome, category, reason }
    }),
    // Of outputs that came with an earlier import.
    known: before ? known : known - jobs.length,
  }
}

function runText({ run, name, jobs, known }: ReturnType<typeof runDocument>, before: boolean): string {
  if (run === null) return `nothing new: ${counted(known)} known already, from earlier imports (larmor status)`
  const there = `${run}  ${name}\nlarmor show ${run}`
  if (before) return `nothing new: ${counted(known)} known already: ${there}`
  const more = known > 0 ? `, ${known} known already` : ''
  const failed = jobs.filter(({ outcome }) => outcome !== 'completed').length
  const badly = failed > 0 ? `, of which ${failed} did not complete` : ''
  return `imported ${outputsText(jobs.length)}${badly}${more}: ${there}`
}

function outputsText(n: number): string {
  return `${n} output${n === 1 ? '' : 's'}`
}

function counted(n: number): string {
  return `${outputsText(n)} ${n === 1 ? 'is' : 'are'}`
}

/** The state once these runs have ended; those of which nothing is new are none. */
async function ended(home: string, ids: readonly RunId[]): Promise<State> {
  for await (const { state } of followWith(home, ids, new AbortController().signal)) {
    if (ids.every(id => get(state.runs, id)?.phase.is !== 'open')) return state
  }
  throw new Error('following ends only when it is told to')
}

async function folderNamed(path: string, word: string): Promise<Folder> {
  const about = await stat(path).catch(() => null)
  if (!about) throw badArgument('folder', `${word} is not there.`)
  if (!about.isDirectory()) throw badArgument('folder', `${word} is no folder.`, 'larmor classify reads single files')
  const found = await filesUnder(path, 'folder')
  if (found.files.length > MOST_FILES) {
    throw badArgument('folder', `${word} holds ${found.files.length} files; ${MOST_FILES} is the most for one import.`)
  }
  return { path, files: await eachOnce(found), astray: found.astray }
}

/** Without the links to files that are there by another name: `latest.out` is no calculation of its own. */
async function eachOnce({ files, links }: FolderFiles): Promise<readonly string[]> {
  if (links.size === 0) return files
  const there = new Set<string>()
  for (const file of files) if (!links.has(file)) there.add(await realpath(file).catch(() => file))
  const once: string[] = []
  for (const file of files) {
    const real = links.has(file) ? await realpath(file).catch(() => file) : null
    if (real === null || !there.has(real)) once.push(file)
    if (real !== null) there.add(real)
  }
  return once
}

interface Found {
  readonly path: string
  /** When it was read. */
  readonly bytes: number
  /** Unix time in milliseconds, with their fractions. */
  readonly writtenMs: number
  readonly finished: Finished
}

/** What an output says; null for what is none. */
async function lookAt(path: string): Promise<Found | { readonly skipped: string } | null> {
  const about = await stat(path).catch(() => null)
  if (!about || about.size === 0) return null
  const beside = await stderrBeside(path)
  const read = await readOutput(path, { beside, nameless: NAMELESS }).catch((error: unknown) => error as Error)
  if (read instanceof Error) return { skipped: `it cannot be read: ${read.message}` }
  const finished = finishedOutput(read, (Date.now() - about.mtimeMs) / 1000)
  if (finished === null || 'skipped' in finished) return finished
  return { path, bytes: about.size, writtenMs: about.mtimeMs, finished }
}

async function hasGrown({ path, bytes, writtenMs }: Found): Promise<boolean> {
  const now = await stat(path).catch(() => null)
  return now === null || now.size !== bytes || now.mtimeMs !== writtenMs
}

/** The output with its verdict, its content kept. */
async function outputOf(engine: Engine, folder: string, { path, writtenMs, finished }: Found): Promise<Imported> {
  const { program, result, geometry, figures, outcome, category, reason, evidence } = finished
  const key = relative(folder, path)
  const content = await kept(engine, path)
  return {
    key,
    program,
    dir: dirname(path) as RemotePath,
    ended: new Date(writtenMs).toISOString(),
    files: [content],
    result: {
      ...result,
      geometry: geometry ? orThrow(await engine.put(writeXyz(geometry, key))) : null,
      figures: orThrow(await engine.put(JSON.stringify(figures))),
    },
    outcome,
    category,
    reason,
    // The name in the folder, not the path, as of every other job.
    evidence: evidence.map(each => ({ ...each, file: each.file === path ? content.name : each.file })),
  }
}

/** A gzip as the text that it holds, as the window keeps it; what is too long for that, or no UTF-8, as it is. */
async function kept(engine: Engine, path: string): Promise<ContentRef & { readonly name: string }> {
  const name = basename(path)
  const text = await unpackedText(path)
  if (text === null) return { name, ...orThrow(await engine.keep(path)) }
  return { name: name.replace(/\.gz$/i, ''), ...orThrow(await engine.put(text)) }
}

async function unpackedText(path: string): Promise<string | null> {
  const file = await open(path, 'r')
  const start = Buffer.alloc(2)
  try {
    if ((await file.stat()).size > MOST_AS_TEXT) return null
    await file.read(start, 0, 2, 0)
  } finally {
    await file.close()
  }
  if (start[0] !== 0x1f || start[1] !== 0x8b) return null
  const bytes = await promisify(gunzip)(await readFile(path), { maxOutputLength: MOST_AS_TEXT }).catch(() => null)
  const text = bytes === null ? null : new TextDecoder().decode(bytes)
  return text?.includes('\ufffd') ? null : text
}

export const importCommands: readonly CliCommand[] = [importCommand]
