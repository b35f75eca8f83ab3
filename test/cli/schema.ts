/** What is wrong with a value, one sentence each: `runs[0].eta: null is no object`. Empty when it is as it should be. */
export type Schema = (value: unknown, at: string) => readonly string[]

/** All that is wrong with a document. */
export function problems(document: unknown, schema: Schema): readonly string[] {
  return schema(document, '')
}

export const text = is('a text', value => typeof value === 'string' && value !== '')
export const anyText = is('a text', value => typeof value === 'string')
export const number = is('a number', value => Number.isFinite(value))
export const count = is('a count', value => Number.isInteger(value) && (value as number) >= 0)
export const index = is('a whole number from 1', value => Number.isInteger(value) && (value as number) >= 1)
export const truth = is('true or false', value => typeof value === 'boolean')
export const anything: Schema = (value, at) => (value === undefined ? [`${at}: is missing`] : [])
/** ISO 8601, UTC. */
export const instant = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
export const sha256 = matching(/^[0-9a-f]{64}$/)
/** A letter first, then [A-Za-z0-9._-], at most 64. */
export const label = matching(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/)
export const share = is('between 0 and 1', value => Number.isFinite(value) && Number(value) >= 0 && Number(value) <= 1)

export function matching(pattern: RegExp): Schema {
  return is(`like ${pattern}`, value => typeof value === 'string' && pattern.test(value))
}

/** One of these words, and no other. */
export function word(...words: readonly string[]): Schema {
  return is(`one of ${words.join(' ')}`, value => words.includes(value as string))
}

export function orNull(schema: Schema): Schema {
  return (value, at) => (value === null ? [] : schema(value, at))
}

export function listOf(schema: Schema): Schema {
  return (value, at) =>
    Array.isArray(value) ? value.flatMap((item, i) => schema(item, `${at}[${i}]`)) : [wrong(value, at, 'a list')]
}

/** An object that has these keys; more may stand beside them, for scripts rely only on none being missing. */
export function having(keys: Readonly<Record<string, Schema>>): Schema {
  return (value, at) =>
    isRecord(value)
      ? Object.entries(keys).flatMap(([key, schema]) => schema(value[key], at === '' ? key : `${at}.${key}`))
      : [wrong(value, at, 'an object')]
}

/** An object with any keys, of values that are all alike. */
export function recordOf(schema: Schema): Schema {
  return (value, at) =>
    isRecord(value)
      ? Object.entries(value).flatMap(([key, item]) => schema(item, `${at}.${key}`))
      : [wrong(value, at, 'an object')]
}

function is(what: string, holds: (value: unknown) => boolean): Schema {
  return (value, at) => (holds(value) ? [] : [wrong(value, at, what)])
}

function wrong(value: unknown, at: string, what: string): string {
  return `${at}: ${value === undefined ? 'is missing' : `${JSON.stringify(value)} is not ${what}`}`
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
