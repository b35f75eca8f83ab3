import type { ContentRef, Json } from '../../shared/ids.ts'
import type { EventBody } from '../../shared/model/events.ts'
import { type Job, lastAttempt, type Resources } from '../../shared/model/job.ts'
import { programOf } from '../../shared/programs/index.ts'
import { lineDiff } from '../../shared/show/line-diff.ts'
import type { BlobsReader } from '../engine/store/blobs.ts'

type NewAttempt = Extract<EventBody, { readonly type: 'attempt.added' }>

/** What a new attempt would change, in the decks that are sent and in what is asked for; empty texts where nothing. */
export async function attemptDiff(
  job: Job,
  { input, resources }: NewAttempt,
  blobs: BlobsReader,
): Promise<{ readonly input: string; readonly resources: string }> {
  const last = lastAttempt(job)
  return {
    input: lineDiff(await decks(job, last.input, last.resources, blobs), await decks(job, input, resources, blobs)),
    resources: lineDiff(asked(last.resources), asked(resources)),
  }
}

async function decks(job: Job, input: Json, resources: Resources, blobs: BlobsReader): Promise<string> {
  const program = programOf(job.program)
  const texts = new Map<string, string>()
  for (const ref of program.contents(input)) texts.set(ref.sha256, (await blobs.read(ref)).toString('utf8'))
  const contents = ({ sha256 }: ContentRef) => texts.get(sha256) ?? ''
  return program
    .files(input, resources, contents)
    .map(({ name, text }) => `==> ${name}\n${text}`)
    .join('\n')
}

function asked({ ranks, memory_mb, seconds }: Resources): string {
  return `ranks ${ranks}\nmemory ${memory_mb} MB\ntime ${seconds} s\n`
}
