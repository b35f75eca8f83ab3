import { appendFile, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunId } from '../../../shared/ids.ts'
import { type ArchiveEntry, computedWith, outcomesOf, type ShelvedRun } from '../../../shared/model/archive.ts'
import type { Event } from '../../../shared/model/events.ts'
import { type RawEvent, upcast } from '../../../shared/model/upcast.ts'
import { FaultError } from '../../../shared/result.ts'
import { around } from '../points.ts'
import { isTemporary, makeFolder, writeAtomic } from './atomic-write.ts'
import { diskFault, ifExists, notNow } from './disk-fault.ts'
import { seal, unseal } from './seal.ts'

/** A closed run, whole: all that the state knew of it, and its own events. */
export interface ArchivedRun extends ShelvedRun {
  readonly events: readonly Event[]
  /** Version of the reducer that made `run` and `jobs`. */
  readonly reducer: number
}

export interface ArchiveReader {
  /** Every archived run, oldest start first. */
  list(): Promise<readonly ArchiveEntry[]>
  /** The ids of all that were archived, also of those whose document can no longer be read. */
  ids(): Promise<readonly RunId[]>
  /** Throws a FaultError: `not-found`, or `not-now` where the document is damaged or newer than this Larmor. */
  read(run: RunId): Promise<ArchivedRun>
}

export interface Archive extends ArchiveReader {
  /** What was wrong when it was opened, one plain sentence each. */
  readonly report: readonly string[]
  /** Keeps a closed run durably; one that was archived before is replaced. */
  keep(document: ArchivedRun): Promise<void>
}

/**
 * The archive under a folder: `RUN.json` for each run, the truth, and `index.jsonl`, a list that is made again from
 * the documents where it is damaged or does not fit them. A reader only makes it again in memory.
 */
export function openArchive(folder: string): ArchiveReader {
  return {
    list: async () => (await readIndex(folder)).entries,
    ids: () => documentsIn(folder),
    read: run => readDocument(folder, run),
  }
}

/** The archive for the one writer: the index is put right first. */
export async function openArchiveForWriting(folder: string): Promise<Archive> {
  await makeFolder(folder)
  const path = join(folder, INDEX)
  const { entries, fits, unreadable } = await readIndex(folder)
  if (!fits) await writeAtomic(path, entries.map(line).join(''))
  const byRun = new Map(entries.map(entry => [entry.id, entry]))

  return {
    report: unreadable.map(run => `The archived run ${run} cannot be read: its document is damaged.`),
    list: async () => inOrder(byRun.values()),
    ids: () => documentsIn(folder),
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

interface Index {
  readonly entries: readonly ArchiveEntry[]
  /** Whether the file says just this, each run once. */
  readonly fits: boolean
  /** Documents that are damaged, and that no index tells about. */
  readonly unreadable: readonly RunId[]
}

async function readIndex(folder: string): Promise<Index> {
  const documents = new Set(await documentsIn(folder))
  const known = parseIndex((await ifExists(readFile(join(folder, INDEX), 'utf8'))) ?? '')
  // An entry of before these fields were kept is made anew from its document.
  const kept = (known?.entries ?? []).filter(
    entry => documents.has(entry.id) && entry.programs !== undefined && entry.to_check !== undefined,
  )
  for (const entry of kept) documents.delete(entry.id)
  const made: ArchiveEntry[] = []
  const unreadable: RunId[] = []
  for (const run of documents) {
    const document = await readDocument(folder, run).catch(() => null)
    if (document) made.push(entryOf(document))
    else unreadable.push(run)
  }
  const fits = made.length === 0 && kept.length === known?.lines
  return { entries: inOrder([...kept, ...made]), fits, unreadable }
}

async function documentsIn(folder: string): Promise<readonly RunId[]> {
  const names = (await ifExists(readdir(folder))) ?? []
  return names
    .filter(name => name.endsWith('.json') && !isTemporary(name))
    .map(name => name.slice(0, -'.json'.length) as RunId)
}

/**
 * The entries, the last of each run, and the number of lines that they were found in; null for a damaged index, which may
 * have lost the last one of any run.
 */
function parseIndex(text: string): { readonly entries: readonly ArchiveEntry[]; readonly lines: number } | null {
  const byRun = new Map<RunId, ArchiveEntry>()
  let lines = 0
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from)
    const json = newline < 0 ? undefined : unseal('entry', text.slice(from, newline))
    if (json === undefined) return null
    const entry = JSON.parse(json) as ArchiveEntry
    byRun.set(entry.id, entry)
    lines += 1
    from = newline + 1
  }
  return { entries: [...byRun.values()], lines }
}

async function readDocument(folder: string, run: RunId): Promise<ArchivedRun> {
  const path = documentPath(folder, run)
  const text = await ifExists(readFile(path, 'utf8'))
  if (text === undefined) throw new FaultError({ code: 'not-found', message: `There is no archived run ${run}.` })
  const json = unseal('archive', text)
  if (json === undefined) throw notNow(`${path} is damaged.`, 'Bring the file back from a backup.')
  const document = JSON.parse(json) as ArchivedRun
  return { ...document, events: document.events.map(event => upcast(event as RawEvent)) }
}

function documentPath(folder: string, run: RunId): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(run)) {
    throw new FaultError({ code: 'bad-input', field: 'run', message: 'This is no name of a run.' })
  }
  return join(folder, `${run}.json`)
}

function entryOf({ run, jobs }: ArchivedRun): ArchiveEntry {
  const { id, name, workflow, machine, started, updated, phase, progress, plan_version } = run
  const listed = { id, name, workflow, machine, started, updated, phase, progress, plan_version }
  return { ...listed, ...outcomesOf(jobs), ...computedWith(jobs) }
}

function inOrder(entries: Iterable<ArchiveEntry>): readonly ArchiveEntry[] {
  return [...entries].toSorted((a, b) =>
    a.started === b.started ? (a.id < b.id ? -1 : 1) : a.started < b.started ? -1 : 1,
  )
}

function line(entry: ArchiveEntry): string {
  return `${seal('entry', JSON.stringify(entry))}\n`
}
