import type { ContentRef } from '../../shared/ids.ts'

/** How much of a file is shown to a person. */
export const SHOWN = { offset: 0, length: 1 << 20 } as const

/** A person's file as text: its first MB, or, where it is binary, what it is called by. */
export function shownText(start: Buffer, { sha256, bytes }: ContentRef): string {
  const text = start.toString('utf8')
  if (start.includes(0) || !Buffer.from(text, 'utf8').equals(start)) return `(${bytes} bytes, sha256 ${sha256})\n`
  return bytes > start.length ? `${text}\n(${bytes} bytes in all)\n` : text
}
