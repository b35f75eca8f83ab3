import type { ContentRef, Json } from '../ids.ts'
import { type Job, lastAttempt, type Resources } from '../model/job.ts'
import { type Contents, programOf } from '../programs/index.ts'
import type { Change } from '../remedies/index.ts'
import { givenFiles } from './edit-places.ts'
import { lineDiff } from './line-diff.ts'

/** What a new attempt changes, as a person reads it (line-diff.ts): the texts are empty where nothing changes. */
export interface ChangeDiff {
  /** In the files that are sent, decks first of all. */
  readonly input: string
  readonly resources: string
}

/** A file that is bigger is told by its sum alone. */
const BIGGEST = 1 << 20

/** Every content that `changeDiff` will ask for: what decks are made of, and the given files that are changed. */
export function changeContents(job: Job, changes: readonly Change[]): readonly ContentRef[] {
  if (changes.length === 0) return []
  const program = programOf(job.program)
  const last = lastAttempt(job).input
  const inputs = [last, ...changes.map(({ input }) => input)]
  const refs = [
    ...inputs.flatMap(input => program.contents(input)),
    ...changes.flatMap(({ input }) => changedFiles(last, input)),
  ]
  return [...new Map(refs.map(ref => [ref.sha256, ref])).values()]
}

export function changeDiff(job: Job, change: Change, contents: Contents): ChangeDiff {
  const last = lastAttempt(job)
  const shown = new Set(changedFiles(last.input, change.input).map(({ sha256 }) => sha256))
  return {
    input: lineDiff(sent(job, last, contents, shown), sent(job, change, contents, shown)),
    resources: lineDiff(asked(last.resources), asked(change.resources)),
  }
}

/** The files of a person that are another content before and after. */
function changedFiles(before: Json, after: Json): readonly ContentRef[] {
  const [old, fresh] = [givenFiles(before), givenFiles(after)]
  const not = (others: readonly ContentRef[]) => (file: ContentRef) =>
    file.bytes <= BIGGEST && !others.some(({ sha256 }) => sha256 === file.sha256)
  return [...old.filter(not(fresh)), ...fresh.filter(not(old))]
}

function sent(
  { program: id }: Job,
  { input, resources }: Change,
  contents: Contents,
  shown: ReadonlySet<string>,
): string {
  const program = programOf(id)
  const read = new Set([...program.contents(input).map(({ sha256 }) => sha256), ...shown])
  const texts = program.files(input, resources, contents).map(file => {
    if ('text' in file) return `==> ${file.name}\n${file.text}`
    const { sha256, bytes } = file.content
    return `==> ${file.name}${read.has(sha256) ? `\n${contents(file.content)}` : `, ${bytes} bytes (${sha256})`}`
  })
  const options = program.options?.(input) ?? []
  return [...texts, ...(options.length > 0 ? ['==> options', ...options] : [])].join('\n')
}

function asked({ ranks, memory_mb, seconds }: Resources): string {
  return `ranks ${ranks}\nmemory ${memory_mb} MB\ntime ${seconds} s\n`
}
