import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Event } from '../../../shared/model/events.ts'
import { type RawEvent, upcast } from '../../../shared/model/upcast.ts'
import { ifExists, notNow } from './disk-fault.ts'
import { unseal } from './seal.ts'

/** One file of the journal, named by the first seq in it. */
export interface Segment {
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

const NEWLINE = '\n'.charCodeAt(0)

/**
 * The batches on disk that hold events after `since`, in order, one array a batch; returns where the journal ends. Reads
 * one segment at a time and writes nothing, so it may run beside the writer.
 *
 * A torn last line is left out. Throws a `not-now` FaultError that names file and line for anything else that is not
 * as it was written (checksum, JSON, a gap in seq), and for events of a newer Larmor.
 */
export async function* readJournal(folder: string, since = 0): AsyncGenerator<readonly Event[], JournalEnd> {
  const all = await listSegments(folder)
  const covering = all.findLastIndex(segment => segment.first <= since + 1)
  const start = Math.max(0, covering)
  let seq = (all[start]?.first ?? 1) - 1
  if (seq > since) throw notNow(`${folder} is incomplete: events ${since + 1} to ${seq} are missing`, damageHint)
  let end: JournalEnd = { seq: 0, segment: null, bytes: 0, torn: null }

  for (const segment of all.slice(start)) {
    if (segment.first !== seq + 1) {
      throw notNow(`${segment.path} should begin with event ${seq + 1}: events are missing`, damageHint)
    }
    const isLast = segment === all.at(-1)
    const bytes = await readFile(segment.path)
    let from = 0
    let torn: Buffer | null = null
    for (let line = 1; from < bytes.length; line++) {
      const newline = bytes.indexOf(NEWLINE, from)
      const to = newline < 0 ? bytes.length : newline
      const text = bytes.subarray(from, to)
      if (isLast && to >= bytes.length - 1 && isTorn(text, newline >= 0)) {
        torn = bytes.subarray(from)
        break
      }
      const events = parseBatch(text, newline >= 0, seq, `${segment.path}, line ${line}`)
      seq += events.length
      from = to + 1
      if (seq > since) yield seq - events.length >= since ? events : events.filter(event => event.seq > since)
    }
    end = { seq, segment, bytes: from, torn }
  }
  return end
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
 * Whether the last line was cut while it was written. One that ends as a batch ends was whole once: if it cannot be
 * read, something has changed it, and cutting it off would lose confirmed facts.
 */
function isTorn(line: Buffer, terminated: boolean): boolean {
  if (!terminated) return true
  return !line.toString('latin1').endsWith(']}') && parse(line.toString('utf8')) === undefined
}

function parseBatch(line: Buffer, terminated: boolean, seq: number, where: string): readonly Event[] {
  const json = terminated ? unseal('events', line) : undefined
  const raw = json === undefined ? undefined : parse(json)
  if (!Array.isArray(raw)) throw notNow(`the journal is damaged at ${where}`, damageHint, line.toString())
  return (raw as readonly RawEvent[]).map((event, i) => {
    if (event.seq !== seq + 1 + i) {
      throw notNow(`the journal is damaged at ${where}: event ${event.seq} follows ${seq + i}`, damageHint)
    }
    return upcast(event)
  })
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
