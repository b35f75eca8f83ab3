import { createReadStream } from 'node:fs'

/** A line longer than this is no text of a program: it is given in pieces, so that nothing is ever held whole. */
const LONGEST = 1 << 20
const CHUNK = 1 << 18

/**
 * The lines of a text file in batches, without their ends (LF or CRLF); the last one also where it has none. Bytes that
 * are not UTF-8 become U+FFFD. In batches, since a promise for each line costs more than reading it.
 */
export async function* lineBatches(path: string): AsyncGenerator<readonly string[]> {
  let rest = ''
  const text = createReadStream(path, { highWaterMark: CHUNK, encoding: 'utf8' })
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST) {
      lines.push(rest)
      rest = ''
    }
    yield lines.map(withoutReturn)
  }
  if (rest !== '') yield [withoutReturn(rest)]
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
