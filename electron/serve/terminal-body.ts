import type { TerminalCall } from '../../shared/contract.ts'
import type { MachineName } from '../../shared/ids.ts'
import { badInput, ok, type Result } from '../../shared/result.ts'

const MOST_WRITTEN = 65_536

/** The call that a page makes, with what it must hold and nothing else. */
export function readTerminalCall(value: unknown): Result<TerminalCall> {
  const { does, machine, dir, terminal, text, columns, rows } = (value ?? {}) as Record<string, unknown>
  if (does === 'open') {
    if (typeof machine !== 'string') return badInput('machine', 'The name of a machine is wanted.')
    if (dir !== null && !(typeof dir === 'string' && dir.startsWith('/') && !dir.includes('\0')))
      return badInput('dir', 'A folder is an absolute path, or null.')
    if (!isSize(columns) || !isSize(rows)) return badInput('columns', 'A size is two whole numbers from 1 to 1000.')
    return ok({ does, machine: machine as MachineName, dir, columns, rows })
  }
  if (typeof terminal !== 'string') return badInput('terminal', 'The id of a terminal is wanted.')
  switch (does) {
    case 'read':
    case 'close':
      return ok({ does, terminal })
    case 'write':
      if (typeof text !== 'string' || text.length > MOST_WRITTEN)
        return badInput('text', 'A text of at most 64 kB is wanted.')
      return ok({ does, terminal, text })
    case 'resize':
      if (!isSize(columns) || !isSize(rows)) return badInput('columns', 'A size is two whole numbers from 1 to 1000.')
      return ok({ does, terminal, columns, rows })
    default:
      return badInput('does', 'A terminal is opened, read, written, resized or closed.')
  }
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1000
}
