import { type Complaints, createComplaints, findCause } from '../complaints.ts'
import type { Cursor } from '../cursor.ts'
import type { Evidence } from '../program.ts'
import type { Rule } from '../rules.ts'
import { surroundingCause, surroundingRules } from '../surroundings.ts'
import type { Table } from '../table.ts'
import { orcaCauses } from './failures.ts'

/** How lines begin that may be messages. */
const starts = [
  'Error',
  'ERROR',
  'FATAL',
  'Fatal',
  'UNRECOGNIZED',
  'INPUT ERROR',
  'Process',
  '====>',
  'Please increase',
  'Zero distance',
  'The CCSD',
  'The Coupled',
  'The lambda',
  'The basis set',
  '** There are no',
  'This wavefunction',
  'THE NEB',
  'The NEB',
  'NEB ',
  'THE CP-SCF',
  'OUT OF MEMORY',
  'multiplicity (',
  'CP-SCF',
  'The CP-SCF',
  'WARNING: CP-SCF',
  'Aborting',
  'aborting',
  '!!!',
  'Unknown',
] as const

/** Reads why ORCA gives up, and what stands on stderr. */
export interface MessagesReader {
  readonly rules: readonly Rule[]
  /** A new run of ORCA begins. */
  beginAgain(): void
  /** A line of stderr. */
  hear(line: string): void
  /** The first line by which ORCA says that it gives up. */
  fatal(): Evidence | null
  readonly stderr: Complaints
}

/** What stderr says is kept apart: it is heard only where the output proves nothing. */
export function messagesReader(cursor: Cursor, complaints: Complaints, table: Table, most: number): MessagesReader {
  const stderr = createComplaints(most)
  let fatal: Evidence | null = null

  function message(line: string): void {
    const cause = findCause(orcaCauses, line) ?? surroundingCause(line)
    if (!cause) return
    complaints.add(cause, cursor.here(line))
    // The words that it does not know stand alone in the next line.
    if (line.includes('UNRECOGNIZED')) {
      table.begin(next => {
        if (!/^\s*!!!/.test(next)) complaints.add(cause, cursor.here(next))
        return false
      })
    }
  }

  function giveUp(line: string): void {
    const cause = findCause(orcaCauses, line)
    if (cause) complaints.add(cause, cursor.here(line))
    if (fatal) return
    fatal = cursor.here(line)
    // What was said right before may begin with any word at all.
    if (complaints.all().some(each => each.weight >= 2)) return
    for (const before of cursor.before()) {
      const said = findCause(orcaCauses, before.text)
      if (said) complaints.keep({ ...said, evidence: cursor.at(before) })
    }
  }

  return {
    rules: [
      ['ORCA finished by error termination', giveUp],
      ['ORCA finished with error return', giveUp],
      ['[file ', giveUp],
      ...starts.map((start): Rule => [start, message]),
      ['The Coupled-Cluster iterations have converged', () => complaints.forget('post-scf-not-converged')],
      [
        // "--- The CCSD iterations have NOT converged ---"
        '--- The ',
        line => (/iterations have converged/.test(line) ? complaints.forget('post-scf-not-converged') : message(line)),
      ],
      ...surroundingRules((cause, line) => complaints.add(cause, cursor.here(line))),
    ],
    beginAgain() {
      fatal = null
      complaints.clear()
    },
    hear(line) {
      const cause = surroundingCause(line) ?? findCause(orcaCauses, line)
      if (cause) stderr.add(cause, cursor.here(line))
    },
    fatal: () => fatal,
    stderr,
  }
}
