import type { ContentRef, Json } from '../ids.ts'
import { isImported, type Job, lastAttempt } from '../model/job.ts'
import { type EditPlace, needsEdit, programOf, programs } from '../programs/index.ts'

/** A file that is bigger is no deck. */
const BIGGEST = 1 << 20

/** Every content that `editPlaces` will ask for; none where no edit is wanted. */
export function placeContents(job: Job): readonly ContentRef[] {
  const { input, category } = lastAttempt(job)
  if (!needsEdit(category) || isImported(job) || !Object.hasOwn(programs, job.program)) return []
  const given = givenFiles(input).filter(({ bytes }) => bytes <= BIGGEST)
  return [...new Map([...programOf(job.program).contents(input), ...given].map(ref => [ref.sha256, ref])).values()]
}

/**
 * Where a person is to edit the input of a failed job, the likeliest place first; empty where another thing than an edit
 * may help, where nothing says the place, and where the input is gone. `texts`: of what `placeContents` named, by sha256.
 */
export function editPlaces(job: Job, texts: ReadonlyMap<string, string>): readonly EditPlace[] {
  const { input, resources, category, evidence } = lastAttempt(job)
  const wanted = placeContents(job)
  if (wanted.length === 0) return []
  const program = programOf(job.program)
  if (program.contents(input).some(({ sha256 }) => !texts.has(sha256))) return []
  const files = program
    .files(input, resources, ({ sha256 }) => texts.get(sha256) ?? '')
    .flatMap(file => {
      const text = 'text' in file ? file.text : texts.get(file.content.sha256)
      return text === undefined ? [] : [{ name: file.name, text }]
    })
  const { main } = input as { readonly main?: Json }
  const lines = evidence.filter(({ source }) => source === 'output').map(({ text }) => text)
  const inOrder = files.toSorted((a, b) => Number(b.name === main) - Number(a.name === main))
  return program.findPlaces?.({ category, lines }, inOrder, input) ?? []
}

/** The files that a person gave for a job. */
export function givenFiles(input: Json): readonly ContentRef[] {
  const { files } = input as { readonly files?: readonly (ContentRef & Json)[] }
  return files?.map(({ sha256, bytes }) => ({ sha256, bytes })) ?? []
}

/** A place as a person reads it: `deck.nw:7: bassis`. */
export function placeText({ file, line, text }: EditPlace): string {
  return `${file === null ? 'its options' : `${file}:${line}`}: ${text}`
}
