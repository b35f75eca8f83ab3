import type { Json } from '../../shared/ids.ts'
import { printable } from '../../shared/printable.ts'
import type { Fault, FaultCode } from '../../shared/result.ts'

/** Exit statuses beside those of faults. */
export const EXIT = { done: 0, endedBadly: 1, waitedLongEnough: 5, interrupted: 130 } as const

const FAULT_EXIT: Readonly<Record<FaultCode, number>> = {
  'bad-input': 2,
  'not-now': 3,
  'not-found': 4,
  'person-wanted': 6,
  internal: 70, // EX_SOFTWARE of sysexits.h: a defect of Larmor, which no script should take for anything else
}

/** Where a command's words go: documents to standard output, messages to standard error, one way for all commands. */
export interface Terminal {
  readonly json: boolean
  /** The command's document: as JSON with --json, else as `text` says it. */
  document(value: unknown, text: () => string): void
  /** One line of a stream of documents. */
  line(value: unknown, text: () => string): void
  /** A message for a person; never mixed into the documents. */
  say(text: string): void
}

export function createTerminal(json: boolean): Terminal {
  function print(value: unknown, text: () => string, indent: number): void {
    process.stdout.write(`${json ? JSON.stringify(value, null, indent) : printable(text())}\n`)
  }
  return {
    json,
    document: (value, text) => print(value, text, process.stdout.isTTY ? 2 : 0),
    line: (value, text) => print(value, text, 0),
    say: text => void process.stderr.write(`${printable(text)}\n`),
  }
}

/** Tells the fault, as a document with `--json`, and returns its exit status. */
export function tellFault(json: boolean, { code, message, field, hint, detail, more }: Fault): number {
  if (json) {
    const error: Record<string, Json> = { ...more, code, message, field: field ?? null, hint: hint ?? null }
    process.stdout.write(`${JSON.stringify({ error: detail === undefined ? error : { ...error, detail } })}\n`)
  }
  const lines = [`larmor: ${message}`, ...(detail ? [detail.trim()] : []), ...(hint ? [hint] : [])]
  process.stderr.write(`${printable(lines.join('\n'))}\n`)
  return FAULT_EXIT[code]
}

/** A line of an output for a person to read: what programs fill up with blanks, with one. */
export function oneLine(text: string): string {
  return text.trim().replaceAll(/\s{2,}/g, ' ')
}

/** Rows as columns; numbers (and a dash for none) stand right. */
export function columns(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const texts = [head, ...rows.map(row => row.map(String))]
  const widths = head.map((_, i) => Math.max(...texts.map(row => (row[i] ?? '').length)))
  const right = head.map(
    (_, i) => rows.length > 0 && rows.every(row => /^[−–-]?[\d.]*\s*%?$|^–$/.test(String(row[i] ?? ''))),
  )
  return texts
    .map(row =>
      row
        .map((text, i) => (right[i] ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
