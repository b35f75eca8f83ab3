import { createHash } from 'node:crypto'
import { createReadStream, statSync, unlinkSync } from 'node:fs'
import { link, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ContentRef } from '../../../shared/ids.ts'
import { FaultError } from '../../../shared/result.ts'
import { around } from '../points.ts'
import { fillDurably, isTemporary, makeFolder, replaceAtomic, syncFolder, temporaryName } from './atomic-write.ts'
import { diskFault, errnoOf, ifExists, notNow } from './disk-fault.ts'

interface Range {
  /** In bytes. */
  readonly offset: number
  readonly length: number
}

export interface BlobsReader {
  /**
   * The bytes, or a range of them (shorter at the end). Throws a FaultError: `not-found`, or `not-now` where the content
   * is not what it was; a whole read checks the hash.
   */
  read(ref: ContentRef, range?: Range): Promise<Buffer>
  /** Whether it is here, with the right length. */
  has(ref: ContentRef): Promise<boolean>
  /** Throws as a whole `read` does, for content of any size. */
  check(ref: ContentRef): Promise<void>
  /** Where the content lies, for who streams it. It may be missing. */
  path(ref: ContentRef): string
}

/** Bytes by sha256, each kept once, read-only: geometries, inputs, outputs. */
export interface Blobs extends BlobsReader {
  /** Keeps the bytes durably and says how they are called. */
  put(content: string | Uint8Array): Promise<ContentRef>
  /** As put, for a file of any size, which may be removed afterwards. */
  putFile(path: string): Promise<ContentRef>
  /** Shows the content under a readable name, as a hard link, or a copy where linking is impossible. Replaces what is there. */
  link(ref: ContentRef, path: string): Promise<void>
  /**
   * Removes what is not referenced (by sha256) and was not put or touched for `olderThanMs`: who puts content has that
   * long to journal the reference. Returns how much was removed.
   */
  collect(
    referenced: ReadonlySet<string>,
    olderThanMs: number,
  ): Promise<{ readonly count: number; readonly bytes: number }>
}

/** The blobs under a folder: `ab/cdef...`. */
export function openBlobs(folder: string): Blobs {
  /** Hashes being put right now: collect leaves them alone. */
  const busy = new Map<string, number>()

  function pathOf({ sha256 }: Pick<ContentRef, 'sha256'>): string {
    // References come from windows and from old data: a path is never made of anything but a hash.
    if (!/^[0-9a-f]{64}$/.test(sha256)) {
      throw new FaultError({ code: 'bad-input', field: 'sha256', message: 'This is no content reference.' })
    }
    return join(folder, sha256.slice(0, 2), sha256.slice(2))
  }

  async function keep(
    ref: ContentRef,
    open: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<ContentRef> {
    const path = pathOf(ref)
    busy.set(ref.sha256, (busy.get(ref.sha256) ?? 0) + 1)
    try {
      if (await isIntact(path, ref)) {
        const now = new Date()
        await utimes(path, now, now)
        return ref
      }
      await makeFolder(dirname(path))
      await around('blob.write', () => replaceAtomic(path, 0o444, file => file.writeFile(checked(open(), ref))))
      return ref
    } finally {
      const others = (busy.get(ref.sha256) ?? 1) - 1
      if (others === 0) busy.delete(ref.sha256)
      else busy.set(ref.sha256, others)
    }
  }

  return {
    async read(ref, range) {
      const path = pathOf(ref)
      const bytes = await ifExists(range ? readRange(path, range) : readFile(path))
      if (bytes === undefined) throw missing(ref)
      if (!range && sha256(bytes) !== ref.sha256) throw damaged(path)
      return bytes
    },
    async has(ref) {
      return (await ifExists(stat(pathOf(ref))))?.size === ref.bytes
    },
    async check(ref) {
      const path = pathOf(ref)
      const found = await ifExists(refOf(path))
      if (found === undefined) throw missing(ref)
      if (found.sha256 !== ref.sha256) throw damaged(path)
    },
    path: pathOf,
    put(content) {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content
      return keep({ sha256: sha256(bytes), bytes: bytes.length }, () => [bytes])
    },
    async putFile(path) {
      return keep(await refOf(path), () => createReadStream(path))
    },
    async link(ref, path) {
      const blob = pathOf(ref)
      const temporary = temporaryName(path)
      await makeFolder(dirname(path))
      try {
        await linkOrCopy(blob, temporary)
        await rename(temporary, path)
        await syncFolder(dirname(path))
      } catch (error) {
        throw diskFault(error, path)
      } finally {
        // Renaming one link of a file over another leaves both: POSIX calls that done.
        await rm(temporary, { force: true })
      }
    },
    async collect(referenced, olderThanMs) {
      const before = Date.now() - olderThanMs
      let count = 0
      let bytes = 0
      for (const shelf of (await ifExists(readdir(folder))) ?? []) {
        for (const name of await readdir(join(folder, shelf))) {
          const hash = `${shelf}${name}`
          if (referenced.has(hash) || busy.has(hash)) continue
          if (!isTemporary(name) && !/^[0-9a-f]{64}$/.test(hash)) continue
          const path = join(folder, shelf, name)
          // Judged and removed in one breath, so that no put can come between.
          const { mtimeMs, size } = statSync(path)
          if (mtimeMs >= before) continue
          unlinkSync(path)
          count += 1
          bytes += size
        }
      }
      return { count, bytes }
    },
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** What the content of a file is called. */
async function refOf(path: string): Promise<ContentRef> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer)
    bytes += (chunk as Buffer).length
  }
  return { sha256: hash.digest('hex'), bytes }
}

/** The same bytes; throws at their end when they are not what `ref` says: a file that changed while it was read. */
async function* checked(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, ref: ContentRef) {
  const hash = createHash('sha256')
  for await (const chunk of bytes) {
    hash.update(chunk)
    yield chunk
  }
  if (hash.digest('hex') !== ref.sha256) throw notNow('A file changed while it was being kept.', 'Try again.')
}

/** Read, not believed: content that is put again heals a damaged blob. */
async function isIntact(path: string, ref: ContentRef): Promise<boolean> {
  return (await ifExists(refOf(path)))?.sha256 === ref.sha256
}

async function readRange(path: string, { offset, length }: Range): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - offset)))
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset)
    return bytes.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

async function linkOrCopy(blob: string, path: string): Promise<void> {
  try {
    await link(blob, path)
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT') throw new FaultError({ code: 'not-found', message: `The content ${blob} is missing.` })
    if (code === 'ENOSPC' || code === 'EDQUOT') throw error
    await fillDurably(path, 0o444, file => file.writeFile(createReadStream(blob)))
  }
}

function missing({ sha256 }: ContentRef): FaultError {
  return new FaultError({ code: 'not-found', message: `The content ${sha256} is not in this data folder.` })
}

function damaged(path: string): FaultError {
  return notNow(`The content of ${path} is damaged.`, 'Bring the file back from a backup, or run its job again.')
}
