import type { Outcome } from '../../shared/model/job.ts'
import { badInput, ok, type Result } from '../../shared/result.ts'

type Check = (value: unknown) => boolean

const isText: Check = value => typeof value === 'string' && value.length <= 4096 && !hasControl(value)
const isNumber: Check = value => typeof value === 'number' && Number.isFinite(value)
const isWhole: Check = value => Number.isSafeInteger(value) && (value as number) >= 0
const isBoolean: Check = value => typeof value === 'boolean'
const orNull =
  (check: Check): Check =>
  value =>
    value === null || check(value)
const listOf =
  (check: Check): Check =>
  value =>
    Array.isArray(value) && value.every(check)
/** These fields and no others. */
const record =
  (fields: Readonly<Record<string, Check>>): Check =>
  value =>
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).every(name => Object.hasOwn(fields, name)) &&
    Object.entries(fields).every(([name, check]) => check((value as Record<string, unknown>)[name]))

/** A name below a folder, which it never leaves. */
const isPath: Check = value => isText(value) && isInside(value as string)
const isName: Check = value => isPath(value) && !(value as string).includes('/')
const isSha: Check = value => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
const ref = { sha256: isSha, bytes: isWhole }

const outcomes: readonly Outcome[] = ['completed', 'failed', 'timeout', 'cancelled', 'lost']

const isOutput = record({
  key: isPath,
  program: isText,
  // As far as a page may know it: below the folder that was dropped.
  dir: value => value === '' || isPath(value),
  ended: value => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value),
  files: value => listOf(record({ name: isName, ...ref }))(value) && (value as readonly unknown[]).length === 1,
  outcome: value => outcomes.some(each => each === value),
  category: orNull(isText),
  reason: orNull(isText),
  evidence: listOf(
    record({
      source: value => value === 'output',
      file: orNull(isText),
      line: orNull(isWhole),
      text: value => typeof value === 'string' && value.length <= 4096,
    }),
  ),
  result: record({
    energy_hartree: orNull(isNumber),
    converged: orNull(isBoolean),
    terminated_normally: orNull(isBoolean),
    version: orNull(isText),
    scf_cycles: orNull(isWhole),
    opt_cycles: orNull(isWhole),
    max_gradient: orNull(isNumber),
    basis_functions: orNull(isWhole),
    dielectric: orNull(isNumber),
    shieldings: orNull(listOf(record({ atom: isWhole, element: isText, sigma_ppm: isNumber }))),
    geometry: orNull(record(ref)),
    figures: orNull(record(ref)),
    wall_s: orNull(isNumber),
  }),
})

/** Outputs that a page has read of dropped files. It is held to what such files can say, for the journal is for ever. */
export function readOutputs(outputs: unknown): Result<void> {
  if (!Array.isArray(outputs) || outputs.length === 0) return badInput('outputs', 'Outputs are wanted.')
  const wrong = outputs.findIndex(output => !isOutput(output))
  if (wrong >= 0) return badInput('outputs', `Output ${wrong + 1} is none that could have been read of a file.`)
  if (new Set(outputs.map(({ key }) => key)).size < outputs.length)
    return badInput('outputs', 'Two outputs have the same name.')
  return ok(undefined)
}

function isInside(path: string): boolean {
  return (
    path !== '' && !/^[/~]|\\/.test(path) && path.split('/').every(part => part !== '' && part !== '.' && part !== '..')
  )
}

function hasControl(text: string): boolean {
  return [...text].some(char => char < ' ' || char === '\u007f')
}
