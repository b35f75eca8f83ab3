import type { ContentRef } from '../ids.ts'
import { type Job, lastAttempt, type Resources } from '../model/job.ts'
import { type Contents, programOf } from '../programs/index.ts'
import type { Change } from '../remedies/index.ts'
import { lineDiff } from './line-diff.ts'

/** What a new attempt changes, as a person reads it (line-diff.ts): the texts are empty where nothing changes. */
export interface ChangeDiff {
  /** In the files that are sent, decks first of all. */
  readonly input: string
  readonly resources: string
}

/** Every content that `changeDiff` will ask for. */
export function changeContents(job: Job, changes: readonly Change[]): readonly ContentRef[] {
  const program = programOf(job.program)
  const inputs = changes.length > 0 ? [lastAttempt(job).input, ...changes.map(({ input }) => input)] : []
  return [...new Map(inputs.flatMap(input => program.contents(input)).map(ref => [ref.sha256, ref])).values()]
}

export function changeDiff(job: Job, change: Change, contents: Contents): ChangeDiff {
  const last = lastAttempt(job)
  return {
    input: lineDiff(sent(job, last, contents), sent(job, change, contents)),
    resources: lineDiff(asked(last.resources), asked(change.resources)),
  }
}

function sent({ program: id }: Job, { input, resources }: Change, contents: Contents): string {
  const program = programOf(id)
  const read = new Set(program.contents(input).map(({ sha256 }) => sha256))
  const texts = program.files(input, resources, contents).map(file => {
    if ('text' in file) return `==> ${file.name}\n${file.text}`
    const { sha256, bytes } = file.content
    return `==> ${file.name}${read.has(sha256) ? `\n${contents(file.content)}` : `, ${bytes} bytes (${sha256})`}`
  })
  return texts.join('\n')
}

function asked({ ranks, memory_mb, seconds }: Resources): string {
  return `ranks ${ranks}\nmemory ${memory_mb} MB\ntime ${seconds} s\n`
}
