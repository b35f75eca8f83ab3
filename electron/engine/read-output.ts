import { programs, type Recognised, recognisingReader, unknownOutput } from '../../shared/programs/index.ts'
import { lineBatches } from './lines.ts'

/** An output says in its first lines what wrote it: what has no name by then gets none. */
const NAMELESS = 256 << 20

/**
 * Reads one output file, plain or gzip, of any size, whatever it holds. `beside` is what its program said on stderr, if
 * that was kept; `nameless`: how many characters are read of one that does not say what wrote it. A damaged gzip proves nothing. Throws what the file system says of a file that cannot be read.
 */
export async function readOutput(
  path: string,
  { beside = null, nameless = NAMELESS }: { readonly beside?: string | null; readonly nameless?: number } = {},
): Promise<Recognised> {
  const reader = recognisingReader(programs)
  let broken: string | null = null
  try {
    let length = 0
    for await (const lines of lineBatches(path)) {
      reader.lines(lines, path)
      for (const line of lines) length += line.length + 1
      if (length > nameless && !reader.isNamed()) break
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (!code?.startsWith('Z_')) throw error
    broken = message
  }
  const { program, reading } = reader.recognised()
  if (broken !== null)
    return { program, reading: unknownOutput(`the gzip file is damaged: ${broken}`, reading.evidence) }
  if (beside === null || reading.outcome !== 'truncated') return { program, reading }
  for await (const lines of lineBatches(beside)) reader.lines(lines, 'stderr.txt')
  return reader.recognised()
}
