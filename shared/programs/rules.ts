/** How a line begins, blanks before it left out, and who reads such a line. */
export type Rule = readonly [start: string, read: (line: string) => void]

export const BLANK = 32

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
export function byFirstCharacter(rules: readonly Rule[]): readonly (readonly Rule[] | null)[] {
  // No hole in it: a lookup in a hole is slow.
  return Array.from({ length: 128 }, (_, code) => {
    const found = rules.filter(([start]) => start.trimStart().charCodeAt(0) === code)
    return found.length > 0 ? found : null
  })
}
