import type { OutputReader } from '../../../../shared/programs/index.ts'

/** Feeds a text line by line, as a file of that name. */
export function readText(reader: OutputReader, text: string, file = 'nwchem.out'): OutputReader {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (const line of lines) reader.line(line, file)
  return reader
}
