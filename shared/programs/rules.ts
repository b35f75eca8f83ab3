/** How a line begins, blanks before it left out, and who reads such a line. */
export type Rule = readonly [start: string, read: (line: string) => void]

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
  const table: Rule[][] = []
  for (const rule of rules) {
    const code = rule[0].charCodeAt(0)
    table[code] = [...(table[code] ?? []), rule]
  }
  // No hole: a lookup outside of an array or in a hole is slow.
  const dense = Array.from({ length: 128 }, (_, code) => table[code] ?? null)
  return (line, start) => {
    const code = line.charCodeAt(start)
    const found = code < 128 ? dense[code] : null
    if (!found) return
    for (const [words, read] of found) if (line.startsWith(words, start)) read(line)
  }
}

/** The last lines of an output, in which it may say why it ends. */
export interface LastLines {
  add(line: string, number: number): void
  /** Oldest first. */
  all(): readonly { readonly text: string; readonly number: number }[]
  last(): { readonly text: string; readonly number: number } | null
}

export function lastLines(most: number): LastLines {
  const texts: string[] = new Array(most).fill('')
  const numbers: number[] = new Array(most).fill(0)
  let count = 0
  const at = (i: number) => ({ text: texts[i % most] as string, number: numbers[i % most] as number })
  return {
    add(line, number) {
      texts[count % most] = line
      numbers[count % most] = number
      count += 1
    },
    all: () => Array.from({ length: Math.min(count, most) }, (_, i) => at(count - Math.min(count, most) + i)),
    last: () => (count === 0 ? null : at(count - 1)),
  }
}
