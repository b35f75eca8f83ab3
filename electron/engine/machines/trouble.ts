import { join } from 'node:path'
import type { Trouble } from '../../../shared/contract.ts'
import type { Instant, RunId } from '../../../shared/ids.ts'
import { FaultError } from '../../../shared/result.ts'
import { diskFault } from '../store/disk-fault.ts'

export interface Troubles {
  /** What went wrong on this computer since the last `begin`. */
  readonly now: Omit<Trouble, 'since'> | null
  /** What a person is shown. */
  readonly shown: Trouble | null
  begin(): void
  /** It came to this in `doing`, for one run or (null) all of the machine: nothing was lost by it, and it is tried again. */
  met(error: unknown, doing: string, run: RunId | null): void
  /** What is shown becomes what went wrong; `none`: nothing does. */
  show(): void
  none(): void
  /** Logs it, once for as long as it lasts. */
  tell(text: string): void
  /** It did not last: the same words would be news again. */
  over(): void
}

/** What goes wrong on this computer in the work for one machine. */
export function createTroubles(home: string, now: () => Instant, log: (line: string) => void): Troubles {
  const told = new Set<string>()
  let found: Omit<Trouble, 'since'> | null = null
  let shown: Trouble | null = null

  function tell(text: string): void {
    if (told.has(text)) return
    if (told.size > 1000) told.clear()
    told.add(text)
    log(text)
  }

  return {
    get now() {
      return found
    },
    get shown() {
      return shown
    },
    begin() {
      found = null
    },
    met(thrown, doing, run) {
      const error = diskFault(thrown, pathOf(thrown) ?? home)
      tell(`${doing}: ${say(error)}`)
      const { text, hint } = found ?? wordsOf(error, doing, join(home, 'log'))
      const before = found === null ? [] : found.runs
      const runs = run === null || before === null ? null : [...new Set([...before, run])]
      found = { text, hint, runs }
    },
    show() {
      shown = found && { since: shown?.since ?? now(), ...found }
    },
    none() {
      shown = null
    },
    tell,
    over: () => told.clear(),
  }
}

const AGAIN = 'It is tried again by itself.'

/** The file that the system refused. */
function pathOf(error: unknown): string | null {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : null
}

/** What went wrong, and what to do about it, where it came to that in `doing`. */
function wordsOf(error: unknown, doing: string, log: string): Pick<Trouble, 'text' | 'hint'> {
  if (error instanceof FaultError) {
    const { message, hint } = error.fault
    return { text: sentence(message), hint: [hint, AGAIN].filter(Boolean).join(' ') }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { text: sentence(`${doing}: ${message}`), hint: `What is in ${log} tells more. ${AGAIN}` }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}

/** An error as the log has it. */
export function say(error: unknown): string {
  if (error instanceof FaultError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
