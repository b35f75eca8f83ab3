import type { Engine } from '../shared/contract.ts'
import { type ContentRef, isRunId } from '../shared/ids.ts'
import { badInput, type Result } from '../shared/result.ts'
import { readCommand } from './serve/command-body.ts'
import { readTerminalCall } from './serve/terminal-body.ts'

/** What a page may ask of the engine by name, each argument looked at before it goes anywhere. */
export const engineCalls: Readonly<Record<string, EngineCall>> = {
  send(engine, command) {
    const read = readCommand(JSON.stringify(command) ?? '')
    return read.ok ? engine.send(read.value) : read
  },
  answer(engine, id, answer) {
    if (typeof id !== 'string') return badInput('id', 'The id of a question is wanted.')
    if (answer !== null && typeof answer !== 'string') return badInput('answer', 'An answer is a text, or null.')
    return engine.answer(id, answer)
  },
  terminal(engine, call) {
    const read = readTerminalCall(call)
    return read.ok ? engine.terminal(read.value) : read
  },
  archivedRuns: engine => engine.archivedRuns(),
  archivedRun: (engine, run) =>
    typeof run === 'string' && isRunId(run) ? engine.archivedRun(run) : badInput('run', 'The id of a run is wanted.'),
  put: (engine, text) => (typeof text === 'string' ? engine.put(text) : badInput('text', 'A text is wanted.')),
  read(engine, ref, range) {
    if (!isRef(ref)) return badInput('ref', 'A content is named by its sha256 and its length.')
    if (range === undefined || range === null) return engine.read(ref)
    if (!isRange(range)) return badInput('range', 'A range is two whole numbers.')
    return engine.read(ref, range)
  },
}

export type EngineCall = (engine: Engine, ...args: readonly unknown[]) => Promise<Result<unknown>> | Result<unknown>

function isRef(value: unknown): value is ContentRef {
  const { sha256, bytes } = (value ?? {}) as Partial<ContentRef>
  return typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) && isCount(bytes)
}

function isRange(value: unknown): value is { readonly offset: number; readonly length: number } {
  const { offset, length } = value as { readonly offset?: unknown; readonly length?: unknown }
  return isCount(offset) && isCount(length)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
