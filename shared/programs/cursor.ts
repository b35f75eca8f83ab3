import { evidenceAt } from './complaints.ts'
import type { Evidence } from './program.ts'
import { BLANK, firstWord } from './rules.ts'

export interface NumberedLine {
  readonly text: string
  readonly number: number
}

/** What reads the lines of an output one by one, as the cursor comes to them. */
export interface LineByLine {
  /** Whether the next line must be looked at, whatever it is: inside a table, below a headline. */
  isBusy(): boolean
  /** Reads a line whose first character that is no blank is at `start`; its length where the line is empty. */
  one(line: string, start: number): void
  /** Reads a line of stderr, which is no proof of anything. */
  hear(line: string): void
}

/** Where a reader is: in which file of an output, at which line of it, and which lines were the last. */
export interface Cursor {
  /**
   * Hands on those lines of a batch that begin like a rule, and all of them where the reader is busy. The others, nearly
   * all, cost a look at their first character. `rules` are by its code (`byFirstCharacter`).
   */
  read(batch: readonly string[], from: string, rules: readonly (object | null)[], work: LineByLine): void
  /** The line that is being read, as evidence. */
  here(line: string): Evidence
  /** Another line of the same file, as evidence. */
  at(line: NumberedLine): Evidence
  /** The last ones that are not empty before the line that is being read, oldest first. */
  before(): readonly NumberedLine[]
  /** The last line of the output that is not empty, as evidence; null before the first. */
  last(): Evidence | null
}

/** A cursor that keeps so many of the last lines, in which an output may say why it ends. */
export function createCursor(most: number): Cursor {
  const numbers = new Map<string, number>()
  let file = ''
  let output = ''
  let isStderr = false
  let number = 0
  /** The batch at work, and the number of its first line. */
  let batch: readonly string[] = []
  let first = 1
  /** Of the batches before. */
  let kept: readonly NumberedLine[] = []

  function changeFile(to: string): void {
    numbers.set(file, number)
    number = numbers.get(to) ?? 0
    file = to
    isStderr = isStderrFile(to)
    if (!isStderr) output = to
  }

  /** The last lines that are not empty, in front of this index of the batch. */
  function lastBefore(until: number): readonly NumberedLine[] {
    const found: NumberedLine[] = []
    for (let i = until - 1; i >= 0 && found.length < most; i--) {
      const text = batch[i] as string
      if (firstWord(text) < text.length) found.push({ text, number: first + i })
    }
    return [...kept, ...found.reverse()].slice(-most)
  }

  return {
    read(lines, from, rules, { isBusy, one, hear }) {
      if (from !== file) changeFile(from)
      if (isStderr) {
        for (const line of lines) {
          number += 1
          hear(line)
        }
        return
      }
      batch = lines
      first = number + 1
      for (let i = 0; i < lines.length; i++) {
        const line = lines[i] as string
        let start = 0
        while (line.charCodeAt(start) === BLANK) start += 1
        if (!isBusy()) {
          const code = line.charCodeAt(start)
          // NaN at the end of the line.
          if (!(code < 128) || rules[code] === null) continue
        }
        number = first + i
        one(line, start)
      }
      number = first + lines.length - 1
      kept = lastBefore(lines.length)
      batch = []
    },
    here: line => evidenceAt(file, number, line),
    at: line => evidenceAt(file, line.number, line.text),
    before: () => lastBefore(number - first),
    last() {
      const line = kept.at(-1)
      return line ? evidenceAt(output, line.number, line.text) : null
    },
  }
}

/** Whether a reader is given what its program said on stderr: by the job script's name for it, never by a folder of that name. */
function isStderrFile(file: string): boolean {
  return file === 'stderr.txt' || file === 'stderr.txt.gz'
}
