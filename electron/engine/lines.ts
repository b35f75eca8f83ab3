import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { constants, createGunzip } from 'node:zlib'

/** A line longer than this is no text of a program: it is given in pieces, so that nothing is ever held whole. */
const LONGEST = 1 << 18
/** Below 128 kB a text lies where garbage is cheap. */
const CHUNK = 1 << 16

/**
 * The lines of a text file in batches, without their ends (LF or CRLF); the last one also where it has none. What it
 * holds decides, not its name: gzip is unpacked, also where it was cut, UTF-16 with its mark is read as such, and bytes
 * that are not UTF-8 become U+FFFD. What is added while it is read is left for the next time. In batches, since a
 * promise for each line costs more than reading it.
 */
export async function* lineBatches(path: string): AsyncGenerator<readonly string[]> {
  /** The beginning of a line whose end has not come yet. */
  let rest: string[] = []
  let length = 0
  for await (const chunk of (await textOf(path)) as AsyncIterable<string>) {
    const end = chunk.lastIndexOf('\n')
    if (end >= 0) {
      const lines = linesOf(chunk.slice(0, end))
      if (length > 0) lines[0] = withoutReturn(rest.join('') + lines[0])
      rest = []
      length = 0
      yield lines
    }
    if (end + 1 < chunk.length) rest.push(chunk.slice(end + 1))
    length += chunk.length - end - 1
    if (length > LONGEST) {
      yield [rest.join('')]
      rest = []
      length = 0
    }
  }
  // Blanks are the beginning of a line that was cut, and no empty line.
  const last = rest.join('')
  if (last.trim() !== '') yield [withoutReturn(last)]
}

async function textOf(path: string): Promise<Readable> {
  const file = await open(path, 'r')
  let size: number
  const start = Buffer.alloc(3)
  try {
    size = (await file.stat()).size
    await file.read(start, 0, 3, 0)
  } finally {
    await file.close()
  }
  const bytes = createReadStream(path, { highWaterMark: CHUNK, ...(size > 0 ? { end: size - 1 } : {}) })
  if (start[0] === 0x1f && start[1] === 0x8b) {
    const text = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH, chunkSize: CHUNK })
    bytes.on('error', error => text.destroy(error))
    return bytes.pipe(text).setEncoding('utf8')
  }
  const isWide = start[0] === 0xff && start[1] === 0xfe
  return bytes.setEncoding(isWide ? 'utf16le' : 'utf8')
}

function linesOf(text: string): string[] {
  const lines = text.split('\n')
  return text.includes('\r') ? lines.map(withoutReturn) : lines
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
