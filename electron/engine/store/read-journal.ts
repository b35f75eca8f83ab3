import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { RunId } from '../../../shared/ids.ts'
import type { Event } from '../../../shared/model/events.ts'
import { EVENT_VERSION, type RawEvent, upcast } from '../../../shared/model/upcast.ts'
import { ifExists, notNow } from './disk-fault.ts'
import { unseal } from './seal.ts'

/** One file of the journal, named by the first seq in it. */
interface Segment {
  readonly path: string
  readonly first: number
}

/** Where the journal ends. */
export interface JournalEnd {
  /** The last event; 0 for an empty journal. */
  readonly seq: number
  /** The last file, null where there is none. */
  readonly segment: Segment | null
  /** Length of its whole lines in bytes. */
  readonly bytes: number
  /** A half-written line after them: what a crash left of a batch that was never confirmed. */
  readonly torn: Buffer | null
}

/** What was appended together. */
export type Batch = readonly Event[]

const NEWLINE = '\n'
const BATCHES_AT_ONCE = 500

/**
 * The batches on disk that hold events after `since`, in order, some hundreds at a time; returns where the journal ends.
 * Reads one segment at a time and writes nothing, so it may run beside the writer.
 *
 * A torn last line is left out. Throws a `not-now` FaultError that names file and line for anything else that is not
 * as it was written (checksum, JSON, a gap in seq), and for events of a newer Larmor.
 */
export async function* readJournal(folder: string, since = 0): AsyncGenerator<readonly Batch[], JournalEnd> {
  const all = await listSegments(folder)
  const covering = all.findLastIndex(segment => segment.first <= since + 1)
  const start = Math.max(0, covering)
  let seq = (all[start]?.first ?? 1) - 1
  if (seq > since) throw notNow(`${folder} is incomplete: events ${since + 1} to ${seq} are missing.`, damageHint)
  let end: JournalEnd = { seq: 0, segment: null, bytes: 0, torn: null }

  for (const segment of all.slice(start)) {
    if (segment.first !== seq + 1) {
      throw notNow(`${segment.path} should begin with event ${seq + 1}: events are missing.`, damageHint)
    }
    const bytes = await readFile(segment.path)
    const whole = segment === all.at(-1) ? lengthBeforeTear(bytes) : bytes.length
    const text = bytes.toString('utf8', 0, whole)
    let batches: Batch[] = []
    for (let from = 0, line = 1; from < text.length; line++) {
      const newline = text.indexOf(NEWLINE, from)
      const batch = parseBatch(newline < 0 ? '' : text.slice(from, newline), seq, `${segment.path}, line ${line}`)
      const before = seq
      seq += batch.length
      from = newline + 1
      if (seq > since) batches.push(before >= since ? batch : batch.filter(event => event.seq > since))
      if (batches.length >= BATCHES_AT_ONCE) {
        yield batches
        batches = []
      }
    }
    yield batches
    end = { seq, segment, bytes: whole, torn: whole < bytes.length ? bytes.subarray(whole) : null }
  }
  return end
}

/**
 * The events of one run after `since`, in order, a batch at a time. Only lines that name the run are parsed and checked: a long
 * journal is searched at the speed of its disk.
 */
export async function* readRun(folder: string, run: RunId, since = 0): AsyncGenerator<Batch> {
  const named = `"run":${JSON.stringify(run)}`
  for (const segment of await listSegments(folder)) {
    const text = await readFile(segment.path, 'utf8')
    for (let at = text.indexOf(named); at >= 0; ) {
      const newline = text.indexOf(NEWLINE, at)
      if (newline < 0) return // torn, or being written
      const batch = parseBatch(text.slice(text.lastIndexOf(NEWLINE, at) + 1, newline), null, segment.path)
      const events = batch.filter(event => event.seq > since && 'run' in event && event.run === run)
      if (events.length > 0) yield events
      at = text.indexOf(named, newline)
    }
  }
}

/** The segments of a journal in order; none where the folder does not exist. */
async function listSegments(folder: string): Promise<readonly Segment[]> {
  const names = (await ifExists(readdir(folder))) ?? []
  return names
    .filter(name => /^\d{8,}\.jsonl$/.test(name))
    .map(name => ({ path: join(folder, name), first: Number.parseInt(basename(name), 10) }))
    .toSorted((a, b) => a.first - b.first)
}

/**
 * The length of the last segment without a line that was cut while it was written: one without line break, or one of
 * which the disk got the end but not all before it, which then is zeros. Any other line was whole once: if it cannot be
 * read, something has changed it, and cutting it off would lose confirmed facts.
 */
function lengthBeforeTear(bytes: Buffer): number {
  const whole = bytes.lastIndexOf(NEWLINE) + 1
  if (whole < bytes.length) {
    const lineBreakChanged = unseal('events', bytes.toString('utf8', whole, bytes.length - 1)) !== undefined
    return lineBreakChanged ? bytes.length : whole
  }
  const start = whole < 2 ? 0 : bytes.lastIndexOf(NEWLINE, whole - 2) + 1
  return bytes.includes(0, start) ? start : whole
}

/** The events of a line, which go on from `seq` (null: from wherever). */
function parseBatch(line: string, seq: number | null, where: string): Batch {
  const json = unseal('events', line)
  const raw = json === undefined ? undefined : parse(json)
  if (!Array.isArray(raw)) {
    refuseNewer(line)
    throw notNow(`The journal is damaged at ${where}.`, damageHint, line)
  }
  const events = raw as readonly RawEvent[]
  const before = seq ?? (events[0]?.seq ?? 1) - 1
  return events.map((event, i) => {
    if (event.seq !== before + 1 + i) {
      throw notNow(`The journal is damaged at ${where}: event ${event.seq} follows ${before + i}.`, damageHint)
    }
    return upcast(event)
  })
}

/** A newer Larmor may seal its lines in another way: it is told from damage as long as its events can be made out. */
function refuseNewer(line: string): void {
  const { events } = (parse(line) ?? {}) as { readonly events?: unknown }
  if (!Array.isArray(events)) return
  for (const event of events as readonly Partial<RawEvent>[]) {
    if (typeof event?.v === 'number' && event.v > EVENT_VERSION) upcast(event as RawEvent)
  }
}

/** The value, or undefined where the text is not JSON. */
function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

const damageHint = 'Nothing was changed. Bring the file back from a backup of the data folder.'
