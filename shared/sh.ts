/**
 * A line of POSIX sh that is safe to run; an object, so that it cannot be mistaken for a word. `sh` makes one of values and
 * `shScript` of lines. Made without them are only texts that are sh themselves: fixed ones, and a person's own prologue.
 */
export interface ShLine {
  readonly sh: string
}

/** The one quoting function: the word as sh reads it back unchanged. A NUL cannot be said in sh, so it is refused. */
function quote(word: string | number): string {
  const text = String(word)
  if (text.includes('\0')) throw new Error('a NUL byte cannot be passed to a shell')
  return /^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** sh`cd ${dir} && ${line}`: every value is quoted, an array becomes words, a ShLine is kept as it is. */
export function sh(
  parts: TemplateStringsArray,
  ...values: readonly (ShLine | string | number | readonly string[])[]
): ShLine {
  const words = values.map(value => {
    if (typeof value !== 'object') return quote(value)
    return 'sh' in value ? value.sh : value.map(quote).join(' ')
  })
  return { sh: parts.map((part, i) => (i === 0 ? part : words[i - 1] + part)).join('') }
}

/** Lines joined by newlines into one script. */
export function shScript(lines: readonly ShLine[]): ShLine {
  return { sh: lines.map(line => line.sh).join('\n') }
}
