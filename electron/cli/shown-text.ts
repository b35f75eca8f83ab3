import type { ContentRef } from '../../shared/ids.ts'

/** How much of a file is shown to a person. */
const SHOWN = 1 << 20

/** A person's file as text: its first MB, or, where it is binary, what it is called by. */
export function shownText(content: Buffer, { sha256, bytes }: ContentRef): string {
  const start = content.subarray(0, SHOWN)
  const text = start.toString('utf8')
  // The last character may be cut in two.
  const isText = !start.includes(0) && !text.slice(0, -1).includes('\ufffd')
  if (!isText) return `(${bytes} bytes, sha256 ${sha256})\n`
  return bytes > start.length ? `${text}\n(${bytes} bytes in all)\n` : text
}
