import { join } from 'node:path'
import type { ContentRef } from '../../shared/ids.ts'
import type { Job } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import type { Contents, EditPlace } from '../../shared/programs/index.ts'
import { type Change, remediesOf } from '../../shared/remedies/index.ts'
import { type ChangeDiff, changeContents, changeDiff } from '../../shared/show/change-diff.ts'
import { editPlaces, placeContents } from '../../shared/show/edit-places.ts'
import type { ShownRemedy } from '../../shared/show/job.ts'
import { openBlobs } from '../engine/store/blobs.ts'

/** What these changes of a job would change, in their order; null where its content is gone from this computer. */
export async function diffsOf(
  home: string,
  job: Job,
  changes: readonly Change[],
): Promise<readonly (ChangeDiff | null)[]> {
  const texts = await textsOf(home, changeContents(job, changes))
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

/** The texts that are on this computer, by sha256. */
export async function textsOf(home: string, refs: readonly ContentRef[]): Promise<ReadonlyMap<string, string>> {
  const blobs = openBlobs(join(home, 'blobs'))
  const texts = new Map<string, string>()
  for (const ref of refs) {
    const bytes = await blobs.read(ref).catch(() => null)
    if (bytes) texts.set(ref.sha256, bytes.toString('utf8'))
  }
  return texts
}

/** Where to edit the input of a job that only an edit helps. */
export async function placesOf(home: string, job: Job): Promise<readonly EditPlace[]> {
  return editPlaces(job, await textsOf(home, placeContents(job)))
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
