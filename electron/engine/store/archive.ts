import { appendFile, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunId } from '../../../shared/ids.ts'
import type { Event } from '../../../shared/model/events.ts'
import { type Job, lastAttempt, type Outcome } from '../../../shared/model/job.ts'
import type { Run } from '../../../shared/model/run.ts'
import { type RawEvent, upcast } from '../../../shared/model/upcast.ts'
import { FaultError } from '../../../shared/result.ts'
import { around } from '../points.ts'
import { isTemporary, makeFolder, writeAtomic } from './atomic-write.ts'
import { diskFault, ifExists, notNow } from './disk-fault.ts'
import { seal, unseal } from './seal.ts'

/** A closed run, whole: all that the state knew of it, and its own events. */
export interface ArchivedRun {
  readonly run: Run
  readonly jobs: readonly Job[]
  readonly events: readonly Event[]
  /** Version of the reducer that made `run` and `jobs`. */
  readonly reducer: number
}

/** What a list shows of an archived run. */
export interface ArchiveEntry
  extends Pick<
    Run,
    'id' | 'name' | 'workflow' | 'machine' | 'started' | 'updated' | 'phase' | 'progress' | 'plan_version'
  > {
  /** Jobs by the outcome of their last attempt; `none` never had one. */
  readonly counts: Readonly<Partial<Record<Outcome | 'none', number>>>
}

export interface ArchiveReader {
  /** Every archived run, oldest start first. */
  list(): Promise<readonly ArchiveEntry[]>
  /** Throws a FaultError: `not-found`, or `not-now` where the document is damaged or newer than this Larmor. */
  read(run: RunId): Promise<ArchivedRun>
}

export interface Archive extends ArchiveReader {
  /** Keeps a closed run durably; one that was archived before is replaced. */
  keep(document: ArchivedRun): Promise<void>
}

/**
 * The archive under a folder: `RUN.json` for each run, the truth, and `index.jsonl`, a list that is made again from
 * the documents where it is damaged or does not fit them. A reader only makes it again in memory.
 */
export function openArchive(folder: string): ArchiveReader {
  return { list: async () => (await readIndex(folder)).entries, read: run => readDocument(folder, run) }
}

/** The archive for the one writer: the index is put right first. */
export async function openArchiveForWriting(folder: string): Promise<Archive> {
  await makeFolder(folder)
  const path = join(folder, INDEX)
  const { entries, fits } = await readIndex(folder)
  if (!fits) await writeAtomic(path, entries.map(line).join(''))
  const byRun = new Map(entries.map(entry => [entry.id, entry]))

  return {
    list: async () => inOrder(byRun.values()),
    read: run => readDocument(folder, run),
    async keep(document) {
      const entry = entryOf(document)
      const sealed = seal('archive', JSON.stringify(document))
      await around('archive.write', () => writeAtomic(documentPath(folder, entry.id), sealed))
      byRun.set(entry.id, entry)
      try {
        await appendFile(path, line(entry), { flush: true })
      } catch (error) {
        // The document is safe, and the next start mends the index.
        throw diskFault(error, path)
      }
    },
  }
}

const INDEX = 'index.jsonl'

async function readIndex(
  folder: string,
): Promise<{ readonly entries: readonly ArchiveEntry[]; readonly fits: boolean }> {
  const names = (await ifExists(readdir(folder))) ?? []
  const runs = names
    .filter(name => name.endsWith('.json') && !isTemporary(name))
    .map(name => name.slice(0, -5) as RunId)
  const byRun = new Map<RunId, ArchiveEntry>()
  const text = (await ifExists(readFile(join(folder, INDEX)))) ?? Buffer.alloc(0)
  let whole = true
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf(NEWLINE, from)
    const json = newline < 0 ? undefined : unseal('entry', text.subarray(from, newline))
    if (json === undefined) whole = false
    else {
      const entry = JSON.parse(json) as ArchiveEntry
      byRun.set(entry.id, entry)
    }
    if (newline < 0) break
    from = newline + 1
  }
  // A damaged index may have lost the newest of two lines about a run: all of it is made again.
  const known = whole ? byRun : new Map<RunId, ArchiveEntry>()
  const missing = runs.filter(run => !known.has(run))
  const made: ArchiveEntry[] = []
  for (const run of missing) {
    const document = await readDocument(folder, run).catch(() => undefined)
    if (document) made.push(entryOf(document))
  }
  const present = new Set(runs)
  const kept = [...known.values()].filter(entry => present.has(entry.id))
  return { entries: inOrder([...kept, ...made]), fits: whole && made.length === 0 && kept.length === known.size }
}

const NEWLINE = '\n'.charCodeAt(0)

async function readDocument(folder: string, run: RunId): Promise<ArchivedRun> {
  const path = documentPath(folder, run)
  const bytes = await ifExists(readFile(path))
  if (bytes === undefined) throw new FaultError({ code: 'not-found', message: `there is no archived run ${run}` })
  const json = unseal('archive', bytes)
  if (json === undefined) throw notNow(`${path} is damaged`, 'Bring the file back from a backup.')
  const document = JSON.parse(json) as ArchivedRun
  return { ...document, events: document.events.map(event => upcast(event as RawEvent)) }
}

function documentPath(folder: string, run: RunId): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(run)) {
    throw new FaultError({ code: 'bad-input', field: 'run', message: 'this is no name of a run' })
  }
  return join(folder, `${run}.json`)
}

function entryOf({ run, jobs }: ArchivedRun): ArchiveEntry {
  const counts: Partial<Record<Outcome | 'none', number>> = {}
  for (const job of jobs) {
    const outcome = lastAttempt(job).outcome ?? 'none'
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  const { id, name, workflow, machine, started, updated, phase, progress, plan_version } = run
  return { id, name, workflow, machine, started, updated, phase, progress, plan_version, counts }
}

function inOrder(entries: Iterable<ArchiveEntry>): readonly ArchiveEntry[] {
  return [...entries].toSorted((a, b) =>
    a.started === b.started ? (a.id < b.id ? -1 : 1) : a.started < b.started ? -1 : 1,
  )
}

function line(entry: ArchiveEntry): string {
  return `${seal('entry', JSON.stringify(entry))}\n`
}
