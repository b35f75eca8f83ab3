import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { finishedOutput } from '../../shared/compose/imported.ts'
import type { RemotePath, RunId } from '../../shared/ids.ts'
import type { Command } from '../../shared/model/commands.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { programs, writeXyz } from '../../shared/programs/index.ts'
import { orThrow } from '../../shared/result.ts'
import { jobsOf, runState } from '../../shared/show/status.ts'
import { readOutput } from '../engine/read-output.ts'
import { ensureEngine } from '../engine-client.ts'
import { badArgument, type CliCommand } from './command.ts'
import { followWith } from './find.ts'
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

/** Finished outputs from elsewhere become runs in the library: a run for each folder, a job for each output. */
const importCommand: CliCommand = {
  name: 'import',
  usage: 'FOLDER... [--name S]',
  summary: 'finished outputs from elsewhere become runs in the library',
  options: { name: { type: 'string' } },
  async run({ terminal, cwd, home }, given) {
    if (given.words.length === 0) throw badArgument('folder', 'FOLDER is missing.')
    const folders: { readonly folder: string; readonly files: readonly string[] }[] = []
    for (const word of given.words) {
      const folder = resolve(cwd, word)
      folders.push({ folder, files: await filesUnder(folder, word) })
    }
    const engine = await ensureEngine(home)
    const skipped: { readonly file: string; readonly reason: string }[] = []
    const runs: { readonly id: ReturnType<typeof runIdOf>; readonly known: number }[] = []
    try {
      for (const { folder, files } of folders) {
        const outputs: Imported[] = []
        for (const file of files) {
          const found = await outputOf(engine, folder, file)
          if (found === null) continue
          if ('skipped' in found) skipped.push({ file, reason: found.skipped })
          else outputs.push(found)
        }
        const name = given.text('name') ?? basename(folder)
        if (outputs.length === 0) continue
        // Named by what it holds: importing it again is the same wish.
        const id = runIdOf(JSON.stringify(['import', ...outputs.map(({ key, files }) => [key, files[0]?.sha256])]))
        orThrow(await engine.send({ type: 'run.import', run: id, name, outputs }))
        runs.push({ id, known: outputs.length })
      }
    } finally {
      engine.detach()
    }
    for (const { file, reason } of skipped) terminal.say(`! ${file}: ${reason}`)
    if (runs.length === 0 && skipped.length === 0) {
      throw badArgument(
        'folder',
        `${given.words.join(', ')}: no output is there that says what wrote it; read are those of ${readable}.`,
      )
    }
    const state = await ended(
      home,
      runs.map(({ id }) => id),
    )
    const shown = runs.map(({ id, known }) => {
      const run = get(state.runs, id)
      const jobs = run ? jobsOf(state, run) : []
      return {
        // Null where every output of the folder belongs to an earlier import.
        run: run ? id : null,
        name: run?.name ?? null,
        state: run ? runState(run) : null,
        jobs: jobs.map(job => ({ job: job.id, key: job.key, outcome: job.attempts.at(-1)?.outcome ?? null })),
        known: known - jobs.length,
      }
    })
    const document = { ...(shown.length === 1 ? shown[0] : {}), runs: shown, skipped }
    terminal.document(document, () =>
      shown
        .map(({ run, name, jobs, known }) => {
          const before = known > 0 ? `, ${known} known already` : ''
          if (run === null) return `nothing new: ${known} outputs are known already`
          const failed = jobs.filter(({ outcome }) => outcome !== 'completed').length
          const badly = failed > 0 ? `, of which ${failed} did not complete` : ''
          return `imported ${jobs.length} output${jobs.length === 1 ? '' : 's'}${badly}${before}: ${run}  ${name}\nlarmor show ${run}`
        })
        .join('\n'),
    )
    return EXIT.done
  },
}

/** The state once these runs have ended; those of which nothing is new are none. */
async function ended(home: string, ids: readonly RunId[]): Promise<State> {
  for await (const { state } of followWith(home, ids, new AbortController().signal)) {
    if (ids.every(id => get(state.runs, id)?.phase.is !== 'open')) return state
  }
  throw new Error('following ends only when it is told to')
}

async function filesUnder(folder: string, word: string): Promise<readonly string[]> {
  const about = await stat(folder).catch(() => null)
  if (!about) throw badArgument('folder', `${word} is not there.`)
  if (!about.isDirectory()) throw badArgument('folder', `${word} is no folder.`, 'larmor classify reads single files')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  if (files.length > MOST_FILES) {
    throw badArgument('folder', `${word} holds ${files.length} files; ${MOST_FILES} is the most for one import.`)
  }
  return files.sort()
}

/** The output with its verdict, its content kept; null for what is no output. */
async function outputOf(
  engine: Engine,
  folder: string,
  path: string,
): Promise<Imported | { readonly skipped: string } | null> {
  const about = await stat(path).catch(() => null)
  if (!about || about.size === 0) return null
  const beside = await stderrBeside(path)
  const read = await readOutput(path, { beside, nameless: NAMELESS }).catch((error: unknown) => error as Error)
  if (read instanceof Error) return { skipped: `it cannot be read: ${read.message}` }
  const name = basename(path)
  const found = finishedOutput(read, (Date.now() - about.mtimeMs) / 1000)
  if (found === null || 'skipped' in found) return found
  const { program, result, geometry, figures, outcome, category, reason, evidence } = found
  const key = relative(folder, path)
  const content = orThrow(await engine.keep(path))
  return {
    key,
    program,
    dir: dirname(path) as RemotePath,
    ended: about.mtime.toISOString(),
    files: [{ name, ...content }],
    result: {
      ...result,
      geometry: geometry ? orThrow(await engine.put(writeXyz(geometry, key))) : null,
      figures: orThrow(await engine.put(JSON.stringify(figures))),
    },
    outcome,
    category,
    reason,
    // The name in the folder, not the path, as of every other job.
    evidence: evidence.map(each => ({ ...each, file: each.file === path ? name : each.file })),
  }
}

export const importCommands: readonly CliCommand[] = [importCommand]
