import { createHash } from 'node:crypto'
import type { ContentRef } from '../../../shared/ids.ts'

/** How the store calls a text: sha256 and length of its UTF-8. */
export function refOf(text: string): ContentRef {
  const bytes = Buffer.from(text, 'utf8')
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length }
}
