import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Instant, RunId } from '../../../shared/ids.ts'
import type { Event, EventBody } from '../../../shared/model/events.ts'
import { type Archive, type ArchiveReader, openArchive, openArchiveForWriting } from './archive.ts'
import { isTemporary, makeFolder, writeAtomic } from './atomic-write.ts'
import { type Blobs, type BlobsReader, openBlobs } from './blobs.ts'
import { type Calculations, type CalculationsReader, openCalculations } from './calculations.ts'
import { diskFault, ifExists, notNow } from './disk-fault.ts'
import { type JournalOptions, openJournal } from './journal.ts'
import { type JournalEnd, readJournal, readRun } from './read-journal.ts'
import { readSnapshot, writeSnapshot } from './snapshot.ts'

/** The reducer and what it starts from: the store does not know what a state is. */
export interface Model<S extends { readonly seq: number }> {
  readonly reduce: (state: S, events: readonly Event[]) => S
  readonly reducerVersion: number
  readonly emptyState: S
}

/** `fence` is that of the lock (EngineLock). */
export interface StoreOptions<S extends { readonly seq: number }> extends Model<S>, JournalOptions {}

/** What anyone may read, beside a living engine or without one. Writes nothing, takes no lock. */
export interface StoreReader<S> {
  /** The state after the last event on disk. */
  readonly state: S
  /** What was wrong and what was done about it, one plain sentence each. */
  readonly report: readonly string[]
  readonly archive: ArchiveReader
  readonly calculations: CalculationsReader
  readonly blobs: BlobsReader
  /** The events on disk after `since`, a batch at a time; of one run only, when it is named. */
  events(since?: number, run?: RunId): AsyncGenerator<readonly Event[]>
}

/** The store of the one writer. */
export interface Store<S> extends StoreReader<S> {
  readonly archive: Archive
  readonly calculations: Calculations
  readonly blobs: Blobs
  /** The bodies as events, once they are on the disk (Journal.append). */
  append(bodies: readonly EventBody[], at: Instant): Promise<readonly Event[]>
  /** Keeps a state that was made of events on disk, so that the next start need not replay them. */
  writeSnapshot(state: S): Promise<void>
  /** Resolves when everything is on the disk. */
  close(): Promise<void>
}

/**
 * Opens a data folder for its one writer, who holds the lock. Throws a `not-now` FaultError, with nothing changed, when
 * the journal is damaged or newer than this Larmor, or when the folder cannot be written.
 */
export async function openStore<S extends { readonly seq: number }>(
  home: string,
  options: StoreOptions<S>,
): Promise<Store<S>> {
  const paths = pathsOf(home)
  const { state, end, report, ahead } = await load(home, options)

  await makeFolder(home, 0o700)
  await removeTemporaries(home, 'snapshot.json')
  if (ahead) await rename(paths.snapshot, `${paths.snapshot}.ahead-${ahead.seq}`)
  if (end.torn && end.segment) {
    await writeAtomic(`${end.segment.path}.torn-${end.bytes}`, end.torn).catch(() => {
      // A full disk must not keep Larmor from starting: what is cut off was never confirmed.
    })
  }
  const journal = await openJournal(paths.journal, end, options)
  const archive = await openArchiveForWriting(paths.archive)
  await removeTemporaries(paths.journal)
  await removeTemporaries(paths.archive)
  let writing: Promise<void> = Promise.resolve()

  return {
    state,
    report: [...report, ...archive.report],
    archive,
    calculations: openCalculations(paths.calculations),
    blobs: openBlobs(paths.blobs),
    events: (since, run) => eventsOf(paths.journal, since, run),
    append: journal.append,
    writeSnapshot(current) {
      const write = writing.then(() => {
        options.fence()
        if (current.seq > journal.seq) throw new Error('a snapshot may only hold what the journal holds')
        return writeSnapshot(paths.snapshot, { reducer: options.reducerVersion, seq: current.seq, state: current })
      })
      writing = write.catch(() => {})
      return write
    },
    async close() {
      await writing
      await journal.close()
    },
  }
}

/** Opens a data folder for reading; one that does not exist is an empty one. Throws as openStore does. */
export async function readStore<S extends { readonly seq: number }>(
  home: string,
  model: Model<S>,
): Promise<StoreReader<S>> {
  const paths = pathsOf(home)
  const { state, report } = await load(home, model)
  return {
    state,
    report,
    archive: openArchive(paths.archive),
    calculations: openCalculations(paths.calculations),
    blobs: openBlobs(paths.blobs),
    events: (since, run) => eventsOf(paths.journal, since, run),
  }
}

function pathsOf(home: string) {
  return {
    journal: join(home, 'journal'),
    snapshot: join(home, 'snapshot.json'),
    archive: join(home, 'archive'),
    calculations: join(home, 'calculations'),
    blobs: join(home, 'blobs'),
  }
}

interface Loaded<S> {
  readonly state: S
  readonly end: JournalEnd
  readonly report: readonly string[]
  /** A snapshot that knows more than the journal: set aside, because the numbers it knows will be given out again. */
  readonly ahead: { readonly seq: number } | null
}

async function load<S extends { readonly seq: number }>(home: string, model: Model<S>): Promise<Loaded<S>> {
  const paths = pathsOf(home)
  const report: string[] = []
  try {
    const { snapshot, ignored } = await readSnapshot<S>(paths.snapshot, model.reducerVersion)
    if (ignored) report.push(`The snapshot ${ignored}: the journal was replayed from its beginning.`)
    let ahead: Loaded<S>['ahead'] = null
    let replayed = await replay(paths.journal, snapshot?.state ?? model.emptyState, model.reduce)
    if (replayed.end.seq === 0) await refuseRuns(home)
    if (snapshot && replayed.end.seq < snapshot.seq) {
      ahead = snapshot
      replayed = await replay(paths.journal, model.emptyState, model.reduce)
      report.push(
        `The journal ends at event ${replayed.end.seq}, but the snapshot knows ${snapshot.seq}: the journal has lost its end. ` +
          `What is in the journal counts; the snapshot is kept as snapshot.json.ahead-${snapshot.seq}.`,
      )
    }
    const { segment, torn } = replayed.end
    if (torn && segment) {
      report.push(`The last line of ${segment.path} is only half written (${torn.length} bytes): it was left out.`)
    }
    return { ...replayed, report, ahead }
  } catch (error) {
    throw diskFault(error, home)
  }
}

/** A run has a folder only once the journal knows it: where that is empty it has lost its events, and to begin anew would hide it. */
async function refuseRuns(home: string): Promise<void> {
  const runs = (await ifExists(readdir(join(home, 'runs')))) ?? []
  if (runs.length === 0) return
  throw notNow(
    `The journal in ${pathsOf(home).journal} is empty, but ${join(home, 'runs')} holds the files of ${runs.length === 1 ? 'a run' : `${runs.length} runs`}.`,
    'Nothing was changed. Bring the journal back from a backup of the data folder, or set LARMOR_HOME to another one.',
  )
}

const REPLAYED_AT_ONCE = 10_000

/** Many batches are reduced as one, since the reducer copies what it changes once a batch. */
async function replay<S extends { readonly seq: number }>(
  folder: string,
  from: S,
  reduce: Model<S>['reduce'],
): Promise<{ readonly state: S; readonly end: JournalEnd }> {
  let state = from
  let events: Event[] = []
  const journal = readJournal(folder, from.seq)
  for (;;) {
    const next = await journal.next()
    if (next.done || events.length >= REPLAYED_AT_ONCE) {
      state = reduce(state, events)
      events = []
    }
    if (next.done) return { state, end: next.value }
    for (const batch of next.value) for (const event of batch) events.push(event)
  }
}

async function* eventsOf(folder: string, since = 0, run?: RunId): AsyncGenerator<readonly Event[]> {
  if (run !== undefined) return yield* readRun(folder, run, since)
  for await (const batches of readJournal(folder, since)) yield* batches
}

/** Half-written files that a crash left; only the writer may know that nobody is writing them. */
async function removeTemporaries(folder: string, of = ''): Promise<void> {
  for (const name of await readdir(folder)) {
    if (isTemporary(name) && name.startsWith(`.${of}`)) await rm(join(folder, name), { force: true })
  }
}
