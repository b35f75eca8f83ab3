import { createHash, randomUUID } from 'node:crypto'
import type { RunId } from '../../shared/ids.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567'

/** The run that a request makes: the same request id gives the same run, so that a repeat is harmless. */
export function runIdOf(request: string = randomUUID()): RunId {
  const hash = createHash('sha256').update(request).digest()
  return `r${[...hash.subarray(0, 9)].map(byte => LETTERS[byte & 31]).join('')}` as RunId
}
