import type { Json } from '../../shared/ids.ts'
import type { Command } from '../../shared/model/commands.ts'
import { badInput, ok, type Result } from '../../shared/result.ts'
import { readOutputs } from './import-body.ts'

type Kind =
  | 'text'
  | 'texts'
  | 'text or null'
  | 'object'
  | 'object, if any'
  | 'number'
  | 'number, if any'
  | 'yes or no, if any'
  | 'anything'

/** What each command must hold before it may reach the engine; what it means there is for `decide` to say. */
const FIELDS: { readonly [Type in Command['type']]: Readonly<Record<string, Kind>> } = {
  'run.start': {
    run: 'text',
    name: 'text',
    workflow: 'text',
    params: 'anything',
    machine: 'text',
    auto_resubmit: 'number, if any',
    no_report: 'yes or no, if any',
  },
  'run.import': { run: 'text', name: 'text', outputs: 'anything' },
  'run.pause': { run: 'text' },
  'run.resume': { run: 'text' },
  'run.stop': { run: 'text' },
  'run.cancel': { run: 'text' },
  'jobs.cancel': { jobs: 'texts' },
  'jobs.resubmit': { jobs: 'texts', fix: 'text or null', seen: 'object, if any' },
  'job.edit': { job: 'text', files: 'anything', seen: 'number' },
  'classes.set': { run: 'text', classes: 'anything' },
  'experiment.set': { run: 'text', experiment: 'anything' },
  'report.adopt': { machine: 'text', name: 'text', run: 'text' },
  'jobs.clean': { jobs: 'texts' },
  'job.adopt': { run: 'text', machine: 'text', queue_id: 'text', dir: 'text' },
  'machine.set': { machine: 'object' },
  'machine.remove': { machine: 'text' },
  'machine.connect': { machine: 'text' },
  'machine.test': { machine: 'text' },
}

/** No command needs a tenth of it; writing out what is nested thousands of times exhausts the stack. */
const MOST_NESTED = 100

/** The command that a request's body holds, with the fields it must have and no others. */
export function readCommand(body: string): Result<Command> {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return badInput('body', 'The command is not JSON.')
  }
  if (depth(value) > MOST_NESTED) return badInput('body', 'The command is nested too deeply.')
  if (!isObject(value) || typeof value.type !== 'string' || !Object.hasOwn(FIELDS, value.type)) {
    return badInput('type', 'There is no such command.')
  }
  const fields = FIELDS[value.type as Command['type']]
  const wrong = Object.entries(fields).find(([field, kind]) => !isKind((value as Record<string, Json>)[field], kind))
  if (wrong) return badInput(wrong[0], `The command ${value.type} needs "${wrong[0]}": ${wrong[1]}.`)
  if (value.type === 'run.import') {
    const outputs = readOutputs((value as Record<string, unknown>).outputs)
    if (!outputs.ok) return outputs
  }
  const known = Object.entries(value).filter(([field]) => field === 'type' || Object.hasOwn(fields, field))
  return ok(Object.fromEntries(known) as unknown as Command)
}

/** The answer to a question that a request's body holds. No fault repeats any of it. */
export function readAnswer(body: string): Result<{ readonly id: string; readonly answer: string | null }> {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return badInput('body', 'The answer is not JSON.')
  }
  if (!isObject(value) || typeof value.id !== 'string') return badInput('id', 'An answer names its question: "id".')
  const { id, answer } = value
  if (answer !== null && typeof answer !== 'string')
    return badInput('answer', 'An answer is a text, or null to decline.')
  return ok({ id, answer })
}

function isKind(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string'
    case 'texts':
      return Array.isArray(value) && value.every(item => typeof item === 'string')
    case 'text or null':
      return value === null || typeof value === 'string'
    case 'object':
      return isObject(value)
    case 'number':
      return typeof value === 'number'
    case 'number, if any':
      return value === undefined || typeof value === 'number'
    case 'yes or no, if any':
      return value === undefined || typeof value === 'boolean'
    case 'object, if any':
      return value === undefined || isObject(value)
    case 'anything':
      return value !== undefined
  }
}

/** How deeply lists and objects are nested, counted no further than too far. */
function depth(value: unknown): number {
  let level = [value]
  for (let deep = 0; ; deep++) {
    level = level.flatMap(item => (typeof item === 'object' && item !== null ? Object.values(item) : []))
    if (level.length === 0 || deep > MOST_NESTED) return deep
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
