/** The number, Fortran's D exponents too; null for stars, NaN and nothing. */
export function numberOrNull(word: string | undefined): number | null {
  const value = Number(word?.trim().replace(/[dD](?=[+-]?\d+$)/, 'e') || Number.NaN)
  // Programs print -0.00, too: plus 0 it is 0.
  return Number.isFinite(value) ? value + 0 : null
}

/** The number, if it has that many decimals: a file may be cut in the middle of one. */
export function decimals(word: string | undefined, atLeast: number): number | null {
  const text = word?.trim() ?? ''
  return (text.split('.')[1]?.length ?? 0) >= atLeast ? numberOrNull(text) : null
}

/** The word after the first `=`. */
export function afterEquals(line: string): string | undefined {
  return line.split('=')[1]?.trim().split(/\s+/)[0]
}

/** The last word of the line. */
export function lastWord(line: string): string | undefined {
  return line.trim().split(/\s+/).at(-1)
}
