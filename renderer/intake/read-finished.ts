import { type Finished, finishedOutput, MOST_AS_TEXT } from '../../shared/compose/imported.ts'
import { programs, recognisingReader } from '../../shared/programs/index.ts'

/** A finished output with its text, which is what is kept of it. */
export interface FinishedFile {
  readonly finished: Finished
  readonly text: string
}

/** What has not said by then what wrote it is something else: orbitals, archives, pictures. */
const NAMELESS = 4 << 20

/** Why a file is left out; null: it is no output. Read in pieces, gzip is unpacked, what is too long is let go of. */
export async function readFinished(file: File): Promise<FinishedFile | { readonly skipped: string } | null> {
  const reader = recognisingReader(programs)
  const parts: string[] = []
  let [length, rest] = [0, '']
  const take = (text: string, last: boolean) => {
    length += text.length
    if (length <= MOST_AS_TEXT) parts.push(text)
    const lines = (rest + text).split('\n')
    rest = last ? '' : (lines.pop() ?? '')
    if (last && lines.at(-1)?.trim() === '') lines.pop()
    reader.lines(
      lines.map(line => (line.endsWith('\r') ? line.slice(0, -1) : line)),
      file.name,
    )
  }
  try {
    const text = (await unpacked(file)).pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { value, done } = await text.read()
      take(value ?? '', done)
      if (done) break
      if (length > NAMELESS && !reader.isNamed()) {
        void text.cancel()
        return null
      }
    }
  } catch (error) {
    // A stream merely breaks off, by a network error.
    if (await hasGrown(file)) return { skipped: 'it changes while it is looked at, or may not be read' }
    const why = `it cannot be read: ${error instanceof Error ? error.message : error}`
    return reader.isNamed() ? { skipped: why } : null
  }
  const found = finishedOutput(reader.recognised(), (Date.now() - file.lastModified) / 1000)
  if (found === null || 'skipped' in found) return found
  if (length > MOST_AS_TEXT) return { skipped: 'it is longer than 16 MB; larmor import takes it, in a terminal' }
  const text = parts.join('')
  if (text.includes('\uFFFD')) return { skipped: 'it is not in UTF-8; larmor import takes it as it is, in a terminal' }
  return { finished: found, text }
}

/** Whether a file was written to since it was given, or may not be read: then a browser does not read it any more. */
export async function hasGrown(file: File): Promise<boolean> {
  return file
    .slice(0, 1)
    .arrayBuffer()
    .then(() => false)
    .catch(() => true)
}

async function unpacked(file: File): Promise<ReadableStream<BufferSource>> {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer())
  const bytes = file.stream() as ReadableStream<BufferSource>
  if (first !== 0x1f || second !== 0x8b) return bytes
  return bytes.pipeThrough(new DecompressionStream('gzip') as ReadableWritablePair<BufferSource, BufferSource>)
}
