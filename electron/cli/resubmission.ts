import { join } from 'node:path'
import type { Job } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import type { Contents } from '../../shared/programs/index.ts'
import { type Change, remediesOf } from '../../shared/remedies/index.ts'
import { type ChangeDiff, changeContents, changeDiff } from '../../shared/show/change-diff.ts'
import type { ShownRemedy } from '../../shared/show/job.ts'
import { openBlobs } from '../engine/store/blobs.ts'

/** What these changes of a job would change, in their order; null where its content is gone from this computer. */
export async function diffsOf(
  home: string,
  job: Job,
  changes: readonly Change[],
): Promise<readonly (ChangeDiff | null)[]> {
  const blobs = openBlobs(join(home, 'blobs'))
  const texts = new Map<string, string>()
  for (const ref of changeContents(job, changes)) {
    const bytes = await blobs.read(ref).catch(() => null)
    if (bytes) texts.set(ref.sha256, bytes.toString('utf8'))
  }
  const contents: Contents = ({ sha256 }) => {
    const text = texts.get(sha256)
    if (text === undefined) throw new Gone(sha256)
    return text
  }
  return changes.map(change => {
    try {
      return changeDiff(job, change, contents)
    } catch (error) {
      if (error instanceof Gone) return null
      throw error
    }
  })
}

class Gone extends Error {}

/** The remedies of a job with what each would change, for `show JOB`. */
export async function remediesShown(
  home: string,
  job: Job,
  machine: Machine | undefined,
): Promise<readonly ShownRemedy[]> {
  const offers = remediesOf(job, machine)
  const diffs = await diffsOf(home, job, offers)
  return offers.map(({ id, title, tried }, i) => ({ id, title, tried, diff: diffs[i] ?? null }))
}
