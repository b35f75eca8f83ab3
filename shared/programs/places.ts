import type { Json } from '../ids.ts'

/** A place of an input where only an edit helps. */
export interface EditPlace {
  /** As it was sent; null: the options that the program was called with. */
  readonly file: string | null
  /** 1-based. */
  readonly line: number | null
  readonly text: string
}

/** A file as it was sent. */
export interface SentText {
  readonly name: string
  readonly text: string
}

/** What a program said of a failure: its category, and the lines that are its evidence. */
export interface Said {
  readonly category: string | null
  readonly lines: readonly string[]
}

/** Finds in the files of an input, its main one first, what a failure is about, the likeliest place first. */
export type FindPlaces = (said: Said, files: readonly SentText[], input: Json) => readonly EditPlace[]

/** More would be no help. */
const MOST = 5

/** The lines that are as wanted, and each once. */
export function placesIn(
  files: readonly SentText[],
  isWanted: (line: string, number: number, file: string) => boolean,
): readonly EditPlace[] {
  return files
    .flatMap(({ name, text }) =>
      text
        .split(/\r\n|\r|\n/)
        .flatMap((line, i) =>
          isWanted(line, i + 1, name) ? [{ file: name, line: i + 1, text: line.trim().slice(0, 200) }] : [],
        ),
    )
    .slice(0, MOST)
}

/** What stands in quotes in these lines. */
export function quoted(lines: readonly string[]): readonly string[] {
  return lines.flatMap(line =>
    [...line.matchAll(/['"`]([^'"`]{2,60})['"`]/g)].map(found => (found[1] as string).trim()),
  )
}

/** Whether a line holds one of the words, as a word of its own, upper or lower case. */
export function holds(line: string, words: readonly string[]): boolean {
  const own = line.toLowerCase().split(/[\s,;="'()]+/)
  return words.some(word => own.includes(word.toLowerCase()))
}
