import { type Complaints, createComplaints } from '../complaints.ts'
import type { Cursor } from '../cursor.ts'
import type { Evidence } from '../program.ts'
import type { Rule } from '../rules.ts'
import { surroundingCause } from '../surroundings.ts'
import type { Table } from '../table.ts'
import { causeOf, uncategorised } from './failures.ts'

/** Reads why NWChem gives up: its messages between rules, its categories of them, and what stands on stderr. */
export interface MessagesReader {
  readonly rules: readonly Rule[]
  /** A new run of NWChem begins. */
  beginAgain(): void
  /** A line below a rule: a message, NWChem's category of it, or a table. */
  boxed(line: string): void
  /** A line of stderr. */
  hear(line: string): void
  /** Whether NWChem says that it gives up. */
  isFatal(): boolean
  /** The line of the deck that NWChem had read when it gave up. */
  deckLine(): Evidence | null
  readonly stderr: Complaints
}

/** What stderr says is kept apart: it is heard only where the output proves nothing. */
export function messagesReader(cursor: Cursor, complaints: Complaints, table: Table, most: number): MessagesReader {
  const stderr = createComplaints(most)
  let fatal = false
  /** The last message between rules, which is what a fatal end is about. */
  let message: { text: string; evidence: Evidence } | null = null
  let deckLine: Evidence | null = null

  /** Printed by every errquit, after message and category. */
  function endFatally(line: string): void {
    if (!fatal) {
      const cause = message ? uncategorised(message.text) : ({ category: 'crash-unknown', weight: 0 } as const)
      complaints.add(cause, message?.evidence ?? cursor.here(line))
    }
    fatal = true
  }

  const rules: readonly Rule[] = [
    [' For more information see the NWChem manual', endFatally],
    [
      '  current input line :',
      () =>
        table.begin(line => {
          if (line.trim() === '') return true
          if (fatal || message) deckLine ??= cursor.here(line)
          return false
        }),
    ],
    [
      '  bas_tag_lib: failed to locate',
      line => complaints.add({ category: 'missing-basis', weight: 1 }, cursor.here(line)),
    ],
  ]

  return {
    rules,
    beginAgain() {
      complaints.clear()
      deckLine = null
      fatal = false
    },
    boxed(line) {
      const text = line.trim()
      if (text === '' || text.startsWith('--') || text.startsWith('current input line')) return
      const cause = causeOf(text)
      // An errquit message ends with its code; a category is a sentence that the table knows.
      if (/\s-?\d+$/.test(text)) message = { text, evidence: cursor.here(line) }
      else if (cause?.weight !== 0) return
      if (!cause) return
      if (cause.weight === 0 && message && !fatal) complaints.add(cause, message.evidence)
      fatal = true
      complaints.add(cause, cursor.here(line))
    },
    hear(line) {
      const text = /ARMCI Error:\s*\d+:\s*(.*?):?\s*$/.exec(line)?.[1] ?? line
      const cause = causeOf(text) ?? surroundingCause(line)
      if (cause) stderr.add(cause, cursor.here(line))
    },
    isFatal: () => fatal,
    deckLine: () => deckLine,
    stderr,
  }
}
