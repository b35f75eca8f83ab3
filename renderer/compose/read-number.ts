import { badInput, ok, type Result } from '../../shared/result.ts'

/** A field as a number; undefined where it is empty. A comma and the typographic minus are read as written by a person. */
export function readNumber(field: string, written: string): Result<number | undefined> {
  const text = written.trim().replace(',', '.').replace('\u2212', '-')
  if (text === '') return ok(undefined)
  const value = Number(text)
  return Number.isFinite(value) ? ok(value) : badInput(field, `"${written}" is no number.`)
}
