import type { RunId } from '../../shared/ids.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567'

/** A new run's id, made by who wishes it, so that sending the wish twice is harmless: `r` and nine letters. */
export function newRunId(): RunId {
  return `r${[...crypto.getRandomValues(new Uint8Array(9))].map(byte => LETTERS[byte & 31]).join('')}` as RunId
}
