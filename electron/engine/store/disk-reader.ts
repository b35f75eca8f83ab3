import { join } from 'node:path'
import type { Engine } from '../../../shared/contract.ts'
import { asResult } from '../../../shared/result.ts'
import { type ArchiveReader, openArchive } from './archive.ts'
import { type BlobsReader, openBlobs } from './blobs.ts'

/** The part of the contract that only reads what is on disk. */
export type DiskReader = Pick<Engine, 'read' | 'archivedRuns' | 'archivedRun'>

const MOST_READ = 16 << 20

export function readingFrom(archive: ArchiveReader, blobs: BlobsReader): DiskReader {
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
export function readingAt(home: string): DiskReader {
  return readingFrom(openArchive(join(home, 'archive')), openBlobs(join(home, 'blobs')))
}
