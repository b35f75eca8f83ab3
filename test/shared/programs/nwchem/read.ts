import type { OutputReader } from '../../../../shared/programs/index.ts'

/** Feeds a text line by line, as a file of that name. */
export function readText(reader: OutputReader, text: string, file = 'nwchem.out'): OutputReader {
  const lines = text.split('\n')
  // As lineBatches: blanks at the end are the beginning of a line that was cut.
  if (lines.at(-1)?.trim() === '') lines.pop()
  for (const line of lines) reader.line(line, file)
  return reader
}
