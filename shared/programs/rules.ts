/** How a line begins, blanks before it left out, and who reads such a line. */
export type Rule = readonly [start: string, read: (line: string) => void]

/** Whether a reader is given what its program said on stderr: by the job script's name for it, never by a folder of that name. */
export function isStderrFile(file: string): boolean {
  return file === 'stderr.txt' || file === 'stderr.txt.gz'
}

const BLANK = 32

/** Index of the first character that is no blank; the length of a line that is empty. */
export function firstWord(line: string): number {
  let start = 0
  while (line.charCodeAt(start) === BLANK) start += 1
  return start
}

/**
 * Hands a line to every rule that it begins like. Outputs have millions of lines and almost none is of interest: the
 * first character decides for most of them, no regular expression is run.
 */
export function byFirstWord(rules: readonly Rule[]): (line: string, start: number) => void {
  const dense = byFirstCharacter(rules)
  return (line, start) => {
    const code = line.charCodeAt(start)
    const found = code < 128 ? dense[code] : null
    if (!found) return
    for (const [words, read] of found) if (line.startsWith(words, start)) read(line)
  }
}

/** The rules by the code of the first character that is no blank; null where there is none. Codes up to 127. */
export function byFirstCharacter<R extends readonly [start: string, ...unknown[]]>(
  rules: readonly R[],
): readonly (readonly R[] | null)[] {
  // No hole in it: a lookup in a hole is slow.
  return Array.from({ length: 128 }, (_, code) => {
    const found = rules.filter(([start]) => start.trimStart().charCodeAt(0) === code)
    return found.length > 0 ? found : null
  })
}

/** What reads lines one by one, for a batch of them. */
export interface LineByLine {
  /** Whether the next line must be looked at, whatever it is: inside a table, below a headline. */
  isBusy(): boolean
  /** Reads the line at this index of the batch, whose first character that is no blank is at `start`. */
  one(line: string, start: number, index: number): void
}

/**
 * Hands on those lines of a batch that begin like a rule, and all of them where the reader is busy. The others, nearly
 * all, cost a look at their first character.
 */
export function sift(batch: readonly string[], rules: readonly (object | null)[], { isBusy, one }: LineByLine): void {
  for (let i = 0; i < batch.length; i++) {
    const line = batch[i] as string
    let start = 0
    while (line.charCodeAt(start) === BLANK) start += 1
    if (!isBusy()) {
      const code = line.charCodeAt(start)
      // NaN at the end of the line.
      if (!(code < 128) || rules[code] === null) continue
    }
    one(line, start, i)
  }
}

/** The last lines of an output, in which it may say why it ends. */
export interface LastLines {
  /** A batch is over; its first line had this number. */
  keep(batch: readonly string[], first: number): void
  /** Oldest first: those kept, and those of the batch at work before `until`. */
  before(batch: readonly string[], first: number, until: number): readonly NumberedLine[]
  last(): NumberedLine | null
}

export interface NumberedLine {
  readonly text: string
  readonly number: number
}

export function lastLines(most: number): LastLines {
  let kept: readonly NumberedLine[] = []
  /** The last that are not empty, in front of `until`. */
  function endOf(batch: readonly string[], first: number, until: number): readonly NumberedLine[] {
    const found: NumberedLine[] = []
    for (let i = until - 1; i >= 0 && found.length < most; i--) {
      const text = batch[i] as string
      if (firstWord(text) < text.length) found.push({ text, number: first + i })
    }
    return [...kept, ...found.reverse()].slice(-most)
  }
  return {
    keep(batch, first) {
      kept = endOf(batch, first, batch.length)
    },
    before: endOf,
    last: () => kept.at(-1) ?? null,
  }
}
