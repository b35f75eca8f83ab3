import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Instant } from '../../../shared/ids.ts'
import type { Event, EventBody } from '../../../shared/model/events.ts'
import { EVENT_VERSION } from '../../../shared/model/upcast.ts'
import { point } from '../points.ts'
import { makeFolder, syncFolder } from './atomic-write.ts'
import { diskFault } from './disk-fault.ts'
import type { JournalEnd } from './read-journal.ts'
import { seal } from './seal.ts'

/** The events on disk; the only maker of sequence numbers. */
export interface Journal {
  /** The last event that is on the disk. */
  readonly seq: number
  /**
   * The batch as events, once it is on the disk itself: whole or not at all. Batches that come while another is being
   * flushed share the next flush. Throws a `not-now` FaultError when the disk is full or another engine has taken over;
   * then nothing of the batch is kept, and a later one may succeed.
   */
  append(bodies: readonly EventBody[], at: Instant): Promise<readonly Event[]>
  /** Resolves when everything appended is on the disk (or refused). */
  close(): Promise<void>
}

export interface JournalOptions {
  /** Called before each write; throws when the folder is not ours any more. */
  readonly fence: () => void
  /** A new segment is begun past this length. */
  readonly segmentBytes?: number
}

interface Waiting {
  readonly bodies: readonly EventBody[]
  readonly at: Instant
  readonly resolve: (events: readonly Event[]) => void
  readonly reject: (error: unknown) => void
}

interface OpenSegment {
  readonly path: string
  readonly file: FileHandle
  /** Length of its whole, flushed lines. */
  bytes: number
}

const SEGMENT_BYTES = 8 << 20

/**
 * Opens the journal for its one writer, at the end that readJournal found. A torn last line is cut off; whoever opens
 * reports it.
 */
export async function openJournal(folder: string, end: JournalEnd, options: JournalOptions): Promise<Journal> {
  const segmentBytes = options.segmentBytes ?? SEGMENT_BYTES
  let seq = end.seq
  let segment: OpenSegment | null = null
  /** The file may be longer than its whole lines. */
  let untidy = end.torn !== null
  let waiting: Waiting[] = []
  let flushing: Promise<void> | null = null
  let closed = false

  await makeFolder(folder)
  if (end.segment) {
    segment = { path: end.segment.path, file: await openFile(end.segment.path, 'r+'), bytes: end.bytes }
    if (untidy) await tidy(segment)
  }

  async function tidy(current: OpenSegment): Promise<void> {
    await current.file.truncate(current.bytes)
    await current.file.datasync()
    untidy = false
  }

  async function segmentForNext(): Promise<OpenSegment> {
    if (segment && segment.bytes < segmentBytes) return segment
    const path = join(folder, `${String(seq + 1).padStart(8, '0')}.jsonl`)
    const next = { path, file: await openFile(path, 'wx'), bytes: 0 }
    await syncFolder(folder)
    await segment?.file.close()
    segment = next
    return next
  }

  async function flush(group: readonly Waiting[]): Promise<void> {
    let batches: readonly (readonly Event[])[]
    try {
      options.fence()
      const written = numbered(group, seq)
      const bytes = Buffer.from(written.lines)
      batches = written.batches
      const current = await segmentForNext()
      if (untidy) await tidy(current)
      point('journal.append', 'before')
      untidy = true
      await writeAll(current.file, bytes, current.bytes)
      await current.file.datasync()
      untidy = false
      point('journal.append', 'after')
      current.bytes += bytes.length
      seq += batches.reduce((sum, batch) => sum + batch.length, 0)
    } catch (error) {
      // What was refused must not come back after a restart. If it cannot be cut off now, the next flush does it first.
      if (untidy && segment) await tidy(segment).catch(() => {})
      for (const { reject } of group) reject(diskFault(error, segment?.path ?? folder))
      return
    }
    for (const [i, { resolve }] of group.entries()) resolve(batches[i] ?? [])
  }

  async function flushAll(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      await flush(group)
    }
    flushing = null
  }

  return {
    get seq() {
      return seq
    },
    append(bodies, at) {
      if (closed) return Promise.reject(new Error('the journal is closed'))
      if (bodies.length === 0) return Promise.resolve([])
      return new Promise((resolve, reject) => {
        waiting.push({ bodies, at, resolve, reject })
        flushing ??= flushAll()
      })
    },
    async close() {
      closed = true
      await flushing
      await segment?.file.close()
      segment = null
    },
  }
}

/** The lines of a group, and its batches exactly as a replay will read them (NaN is null there, undefined is gone). */
function numbered(group: readonly Waiting[], seq: number): { lines: string; batches: readonly (readonly Event[])[] } {
  let next = seq
  let lines = ''
  const batches = group.map(({ bodies, at }) => {
    const json = JSON.stringify(bodies.map(body => ({ seq: ++next, at, v: EVENT_VERSION, ...body })))
    lines += `${seal('events', json)}\n`
    return JSON.parse(json) as readonly Event[]
  })
  return { lines, batches }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

async function openFile(path: string, flags: 'r+' | 'wx'): Promise<FileHandle> {
  try {
    return await open(path, flags)
  } catch (error) {
    throw diskFault(error, path)
  }
}
