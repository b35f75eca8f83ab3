import { join } from 'node:path'
import type { Engine } from '../../../shared/contract.ts'
import { FaultError, ok, type Result } from '../../../shared/result.ts'
import { type ArchiveReader, openArchive } from './archive.ts'
import { type BlobsReader, openBlobs } from './blobs.ts'

/** The part of the contract that only reads what is on disk. */
export type Reading = Pick<Engine, 'read' | 'archivedRuns' | 'archivedRun'>

const MOST_READ = 16 << 20

export function readingFrom(archive: ArchiveReader, blobs: BlobsReader): Reading {
  return {
    archivedRuns: () => asResult(async () => (await archive.list()).toReversed()),
    archivedRun: id =>
      asResult(async () => {
        const { run, jobs } = await archive.read(id)
        return { run, jobs }
      }),
    read(ref, range) {
      const length = Math.min(range?.length ?? ref.bytes, MOST_READ)
      const part = range || ref.bytes > MOST_READ ? { offset: range?.offset ?? 0, length } : undefined
      return asResult(async () => (await blobs.read(ref, part)).toString('utf8'))
    },
  }
}

/** The same from a data folder that no engine need live in. */
export function readingAt(home: string): Reading {
  return readingFrom(openArchive(join(home, 'archive')), openBlobs(join(home, 'blobs')))
}

async function asResult<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work())
  } catch (error) {
    if (error instanceof FaultError) return { ok: false, fault: error.fault }
    throw error
  }
}
