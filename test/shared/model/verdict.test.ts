import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EndCause, Evidence } from '../../../shared/model/job.ts'
import { CUTOFF_S, loneVerdict, type Verdict, verdict, type Witnesses } from '../../../shared/model/verdict.ts'
import type { Category } from '../../../shared/programs/index.ts'

const line: Evidence = { source: 'output', file: 'a.out', line: 7, text: 'a line of the output' }
const report: Evidence = { source: 'report', file: 'report.ended', line: null, text: 'its own report' }

type Said = Partial<Omit<Witnesses, 'output'>> & {
  readonly output: Witnesses['output']['outcome']
  readonly category?: Category
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

const adopted = { reported: { outcome: 'timeout', category: 'time-limit' } } as const
const ITS_OWN = 'as its own report says, adopted by hand'

/** What was seen, and the outcome, category and reason that follow. */
const TABLE: readonly (readonly [Said, Verdict['outcome'], string | null, string | null])[] = [
  // An adopted report counts where the output says nothing.
  [{ output: 'unknown', ...adopted }, 'timeout', 'time-limit', ITS_OWN],
  [{ output: 'truncated', ...adopted }, 'timeout', 'time-limit', ITS_OWN],
  [{ output: 'completed', ...adopted }, 'completed', null, null],
  [{ output: 'failed', category: 'disk', ...adopted }, 'failed', 'disk', null],
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
  [
    { output: 'unknown', exit: 3, ...decides },
    'failed',
    'crash-unknown',
    'the program ended with exit status 3: a line of the output',
  ],
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
    // Where only the exit status proves success no line of the output does.
    const evidence =
      said.exitDecides && outcome === 'completed' && said.output !== 'completed' ? [report] : [line, report]
    expect(verdict(witnesses(said))).toMatchObject({ outcome, category, reason, evidence })
  },
)

const record = (cause: EndCause, text: string = cause): Evidence => ({
  source: 'scheduler',
  file: null,
  line: null,
  text,
  cause,
})

describe("the scheduler's word", () => {
  test.each<[EndCause, Verdict['outcome'], string | null]>([
    ['out-of-memory', 'failed', 'out-of-memory'],
    ['time-limit', 'timeout', 'time-limit'],
    ['node-lost', 'failed', 'node-lost'],
    ['preempted', 'failed', 'preempted'],
    ['cancelled', 'cancelled', null],
  ])(
    '%s beats a cut output, a crash of unknown cause and a signal, and no cause that the output names',
    (cause, outcome, category) => {
      for (const said of [
        { output: 'truncated', exit: 143, signal: 'TERM' },
        { output: 'truncated', exit: 137, signal: 'KILL' },
        { output: 'truncated', exit: null },
        { output: 'failed', category: 'crash-unknown', exit: 1 },
        { output: 'failed', category: 'killed', exit: 137, signal: 'KILL' },
        { output: 'unknown', exit: 1, ...decides },
      ] satisfies Said[]) {
        expect(verdict(witnesses({ ...said, evidence: [report, record(cause)] }))).toMatchObject({ outcome, category })
      }
      const named = witnesses({ output: 'failed', category: 'scf-not-converged', exit: 1, evidence: [record(cause)] })
      expect(verdict(named)).toMatchObject({ outcome: 'failed', category: 'scf-not-converged' })
    },
  )

  test('a wish of ours explains an end that the scheduler calls cancelled', () => {
    const judged = verdict(
      witnesses({ output: 'truncated', exit: 143, signal: 'TERM', ...wish, evidence: [record('cancelled')] }),
    )
    expect(judged).toMatchObject({ outcome: 'cancelled', reason: 'cancelled' })
  })
})

describe('a success that a witness contradicts is completed, with a warning', () => {
  test.each<[Said, string]>([
    [{ output: 'completed', exit: 1 }, 'its exit status was 1'],
    [{ output: 'completed', exit: 137, signal: 'KILL' }, 'it was ended by signal KILL'],
    [{ output: 'completed', exit: 0, evidence: [record('out-of-memory')] }, 'it took more memory'],
    [{ output: 'unknown', exit: 0, ...decides, evidence: [record('time-limit')] }, 'the time limit was reached'],
  ])('%j', (said, warning) => {
    const judged = verdict(witnesses(said))
    expect(judged.outcome).toBe('completed')
    expect(judged.warning).toMatch(/^Check: /)
    expect(judged.warning).toContain(warning)
  })

  test('without one there is none', () => {
    expect(verdict(witnesses({ output: 'completed', exit: 0 })).warning).toBeNull()
  })
})

const anyEvidence = fc.record({
  source: fc.constantFrom<Evidence['source']>('report', 'scheduler', 'user'),
  file: fc.constantFrom(null, 'slurm.out'),
  line: fc.constantFrom(null, 3),
  text: fc.constantFrom('a', 'b', 'c'),
  cause: fc.constantFrom<EndCause>('out-of-memory', 'time-limit', 'node-lost', 'preempted', 'cancelled'),
})

test('any order and repetition of the same evidence gives the same verdict, word for word', () => {
  const shuffled = fc.array(anyEvidence, { maxLength: 6 }).chain(evidence =>
    fc.tuple(
      fc.constant(evidence),
      // Each at least once, some again, in any order.
      fc.array(fc.nat({ max: Math.max(0, evidence.length - 1) }), { maxLength: 6 }).chain(again =>
        fc.shuffledSubarray([...evidence, ...again.flatMap(i => evidence[i] ?? [])], {
          minLength: evidence.length + (evidence.length > 0 ? again.length : 0),
        }),
      ),
    ),
  )
  fc.assert(
    fc.property(fc.constantFrom(...TABLE.map(([said]) => said)), shuffled, (said, [once, often]) => {
      expect(verdict(witnesses({ ...said, evidence: often }))).toEqual(verdict(witnesses({ ...said, evidence: once })))
    }),
  )
})

describe('an output that no job of ours wrote', () => {
  const hour = 3600
  const lone = (outcome: Witnesses['output']['outcome'], age_s: number, alive: boolean | null) =>
    loneVerdict({ output: { outcome, category: null, reason: null, evidence: [] }, age_s, alive, cutoff_s: CUTOFF_S })

  test.each(['completed', 'failed'] as const)('content beats age: %s', outcome => {
    for (const alive of [true, false, null]) {
      expect(lone(outcome, 1000 * hour, alive)).toEqual({ outcome, stalled: false })
    }
  })

  test.each(['truncated', 'unknown'] as const)(
    '%s: age alone is stalled, a timeout needs that nothing is alive',
    outcome => {
      expect(lone(outcome, 5 * hour, false)).toEqual({ outcome: null, stalled: false })
      expect(lone(outcome, 7 * hour, true)).toEqual({ outcome: null, stalled: true })
      expect(lone(outcome, 7 * hour, null)).toEqual({ outcome: null, stalled: true })
      expect(lone(outcome, 7 * hour, false)).toEqual({ outcome: 'timeout', stalled: false })
    },
  )
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
