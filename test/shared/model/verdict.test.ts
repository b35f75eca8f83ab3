import { expect, test } from 'vitest'
import type { Evidence } from '../../../shared/model/job.ts'
import { type Verdict, verdict, type Witnesses } from '../../../shared/model/verdict.ts'

const line: Evidence = { source: 'output', file: 'a.out', line: 7, text: 'a line of the output' }
const report: Evidence = { source: 'report', file: 'report.ended', line: null, text: 'its own report' }

type Said = Partial<Omit<Witnesses, 'output'>> & {
  readonly output: Witnesses['output']['outcome']
  readonly category?: string
  readonly reason?: string
}

function witnesses({ output, category, reason, ...rest }: Said): Witnesses {
  return {
    output: { outcome: output, category: category ?? null, reason: reason ?? null, evidence: [line] },
    exit: null,
    signal: null,
    evidence: [report],
    cancelWished: false,
    exitDecides: false,
    ...rest,
  }
}

const wish = { cancelWished: true }
const decides = { exitDecides: true }

/** What was seen, and the outcome, category and reason that follow. */
const TABLE: readonly (readonly [Said, Verdict['outcome'], string | null, string | null])[] = [
  // The output proves success, whatever the exit status says of what came after.
  [{ output: 'completed', exit: 0 }, 'completed', null, null],
  [{ output: 'completed', exit: 1 }, 'completed', null, null],
  [{ output: 'completed', exit: 137, signal: 'KILL' }, 'completed', null, null],
  [{ output: 'completed', exit: 143, signal: 'USR1' }, 'completed', null, null],
  [{ output: 'completed', exit: null }, 'completed', null, null],
  [{ output: 'completed', exit: 0, ...wish }, 'completed', null, null],
  [{ output: 'completed', exit: 0, reason: 'with a warning' }, 'completed', null, 'with a warning'],

  // The output names the cause.
  [
    { output: 'failed', category: 'scf-not-converged', reason: 'no SCF', exit: 1 },
    'failed',
    'scf-not-converged',
    'no SCF',
  ],
  [
    { output: 'failed', category: 'scf-not-converged', reason: 'no SCF', exit: 0 },
    'failed',
    'scf-not-converged',
    'no SCF',
  ],
  [{ output: 'failed', exit: 1 }, 'failed', 'crash-unknown', null],
  [{ output: 'failed', category: 'mpi', reason: 'MPI', exit: 137, signal: 'KILL' }, 'failed', 'mpi', 'MPI'],

  // It stops in the middle: that is silence, and the report says why.
  [{ output: 'truncated', exit: 137, signal: 'KILL' }, 'failed', 'killed', 'ended by signal KILL'],
  [{ output: 'truncated', exit: 1 }, 'failed', 'crash-unknown', 'the program ended with exit status 1'],
  [{ output: 'truncated', exit: 1, reason: 'cut in cycle 4' }, 'failed', 'crash-unknown', 'cut in cycle 4'],
  [
    { output: 'truncated', exit: 0 },
    'failed',
    'crash-unknown',
    'the program ended with exit status 0, but its output is incomplete',
  ],
  [{ output: 'truncated', exit: null }, 'failed', 'crash-unknown', 'it ended, and nothing says how'],

  // The signal that announces the time limit.
  [{ output: 'truncated', exit: 143, signal: 'USR1' }, 'timeout', 'time-limit', 'the time limit was reached'],
  [
    { output: 'failed', category: 'killed', reason: 'killed', exit: 143, signal: 'USR1' },
    'timeout',
    'time-limit',
    'the time limit was reached',
  ],
  [{ output: 'unknown', exit: 0, signal: 'USR1', ...decides }, 'timeout', 'time-limit', 'the time limit was reached'],

  // A wish to cancel explains an end by a signal, or one of which nothing is known, but not a failure of its own.
  [{ output: 'truncated', exit: 143, signal: 'TERM', ...wish }, 'cancelled', null, 'cancelled'],
  [{ output: 'truncated', exit: 137, signal: 'KILL', ...wish }, 'cancelled', null, 'cancelled'],
  [{ output: 'truncated', exit: 143, signal: 'USR1', ...wish }, 'cancelled', null, 'cancelled'],
  [{ output: 'truncated', exit: null, ...wish }, 'cancelled', null, 'cancelled'],
  [{ output: 'truncated', exit: 1, ...wish }, 'cancelled', null, 'cancelled'],
  [
    { output: 'failed', category: 'killed', reason: 'killed', exit: 1, signal: 'TERM', ...wish },
    'cancelled',
    null,
    'cancelled',
  ],
  [
    { output: 'failed', category: 'scf-not-converged', reason: 'no SCF', exit: 1, ...wish },
    'failed',
    'scf-not-converged',
    'no SCF',
  ],
  [{ output: 'unknown', exit: 143, signal: 'TERM', ...decides, ...wish }, 'cancelled', null, 'cancelled'],

  // Where nobody can read the output, the exit status decides.
  [{ output: 'unknown', exit: 0, ...decides }, 'completed', null, null],
  [{ output: 'unknown', exit: 0, ...decides, ...wish }, 'completed', null, null],
  [{ output: 'unknown', exit: 3, ...decides }, 'failed', 'crash-unknown', 'the program ended with exit status 3'],
  [{ output: 'unknown', exit: 0, signal: 'TERM', ...decides }, 'failed', 'killed', 'ended by signal TERM'],
  [{ output: 'unknown', exit: null, ...decides }, 'failed', 'crash-unknown', 'it ended, and nothing says how'],
  [{ output: 'failed', exit: 0, ...decides }, 'failed', 'crash-unknown', null],
  // And nowhere else.
  [
    { output: 'unknown', exit: 0 },
    'failed',
    'crash-unknown',
    'the program ended with exit status 0, but its output is incomplete',
  ],
]

test.each(TABLE.map(([said, ...expected]) => [JSON.stringify(said), said, ...expected] as const))(
  '%s',
  (_, said, outcome, category, reason) => {
    expect(verdict(witnesses(said))).toEqual({ outcome, category, reason, evidence: [line, report] })
  },
)

test('the order of the evidence changes nothing but the order in which it is told', () => {
  const more: Evidence = { source: 'scheduler', file: null, line: null, text: 'COMPLETED' }
  for (const [said] of TABLE) {
    const one = verdict({ ...witnesses(said), evidence: [report, more] })
    const other = verdict({ ...witnesses(said), evidence: [more, report] })
    expect({ ...one, evidence: [] }).toEqual({ ...other, evidence: [] })
  }
})

test('a failure always has a category, a success never', () => {
  for (const outcome of ['completed', 'failed', 'truncated', 'unknown'] as const) {
    for (const exit of [null, 0, 1, 137, 255]) {
      for (const signal of [null, 'TERM', 'KILL', 'USR1', 'SEGV']) {
        for (const cancelWished of [false, true]) {
          for (const exitDecides of [false, true]) {
            const judged = verdict(witnesses({ output: outcome, exit, signal, cancelWished, exitDecides }))
            expect(judged.outcome).not.toBe('lost')
            expect(judged.category !== null).toBe(judged.outcome === 'failed' || judged.outcome === 'timeout')
            if (outcome === 'completed') expect(judged.outcome).toBe('completed')
            if (judged.outcome === 'timeout') expect(signal).toBe('USR1')
          }
        }
      }
    }
  }
})
