import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { admit } from '../../../shared/model/admit.ts'
import { singleFacts } from '../../../shared/model/attempt.ts'
import type { AttemptFact, Event, EventBody } from '../../../shared/model/events.ts'
import type { Attempt, PhaseName } from '../../../shared/model/job.ts'
import { reduce } from '../../../shared/model/reduce.ts'
import { emptyState, type State } from '../../../shared/model/state.ts'
import { values } from '../../../shared/model/table.ts'
import { AT, apply, attemptOf, fact, jobOf, number, ref, runOf, started } from './facts.ts'

const seed = Number(process.env.LARMOR_SWEEP_SEED ?? Math.floor(Math.random() * 2 ** 31))
fc.configureGlobal({ seed, numRuns: 150 })
afterAll(() => console.log(`deliveries: LARMOR_SWEEP_SEED=${seed}`))

const ORDER: readonly PhaseName[] = [
  'planned',
  'staged',
  'submitting',
  'queued',
  'running',
  'ended',
  'fetched',
  'parsed',
]

/** All that may truly be told of one attempt, whose job was sent and submitted. */
const stories: Readonly<Record<string, readonly AttemptFact[]>> = {
  'it completed': [fact.submitted(), fact.running(), fact.ended(), fact.fetched(), fact.parsed()],
  'it completed, its answer came late': [
    fact.doubted(),
    fact.submitted(),
    fact.running(),
    fact.ended(),
    fact.fetched(),
    fact.parsed(),
  ],
  'it was taken for lost': [fact.submitted(), fact.running(), fact.lost(), fact.ended(), fact.fetched(), fact.parsed()],
  'it was taken for refused': [
    fact.refused(),
    fact.submitted(),
    fact.running(),
    fact.ended(),
    fact.fetched(),
    fact.parsed(),
  ],
  'it is lost': [fact.submitted(), fact.running(), fact.lost()],
  'it was refused': [fact.doubted(), fact.refused()],
  'it was cancelled, and left a report': [
    fact.submitted(),
    fact.running(),
    fact.cancelled(),
    fact.ended(ref(), 143, 'TERM'),
    fact.fetched(),
    fact.parsed(ref(), 'cancelled'),
  ],
  'it was cancelled without a trace': [fact.submitted(), fact.running(), fact.cancelled()],
}

const sent = apply(started('a', 'b'), fact.staged(), fact.intended())
/** As a person's wish is no delivery, it comes first. */
const before = (story: string) => (story.includes('cancelled') ? apply(sent, fact.wished()) : sent)

/** What the engine does: facts that were seen are admitted, and become events. */
function deliver(state: State, bodies: readonly EventBody[]): State {
  return apply(state, ...admit(state, bodies, AT))
}

/** Everything is told again and again, as spool, folder and queue tell it, until nothing new is in it. */
function toldUntilKnown(state: State, facts: readonly AttemptFact[]): State {
  for (let round = 0; round < ORDER.length + 3; round++) {
    const next = facts.reduce((before, each) => deliver(before, [each]), state)
    if (next.seq === state.seq) return next
    state = next
  }
  throw new Error('it never settles')
}

/** Without what tells the order in which it was heard: facts that came too late, and whether it was lost for a while. */
function withoutOrder({ ignored: _, was_lost: __, ...attempt }: Attempt) {
  // Whether a doubt was ever told does not show afterwards.
  return attempt.phase.is === 'submitting' ? { ...attempt, phase: { ...attempt.phase, doubt: null } } : attempt
}

/** Any order, any repetition, in batches of any size. */
const deliveries = fc.constantFrom(...Object.keys(stories)).chain(story => {
  const facts = stories[story] ?? []
  const once = fc.shuffledSubarray([...facts], { minLength: facts.length })
  const again = fc.array(fc.constantFrom(...facts), { maxLength: 8 })
  const told = fc
    .tuple(once, again)
    .chain(([all, more]) => fc.shuffledSubarray([...all, ...more], { minLength: all.length + more.length }))
  return fc.record({ story: fc.constant(story), told, batches: fc.array(fc.integer({ min: 1, max: 5 })) })
})

function* cut<T>(items: readonly T[], sizes: readonly number[]): Generator<readonly T[]> {
  let from = 0
  for (let i = 0; from < items.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    yield items.slice(from, from + size)
    from += size
  }
}

test('any order and repetition of what is true ends in the same attempt', () => {
  fc.assert(
    fc.property(deliveries, ({ story, told, batches }) => {
      const inOrder = toldUntilKnown(before(story), stories[story] ?? [])
      let state = before(story)
      for (const batch of cut(told, batches)) state = deliver(state, batch)
      state = toldUntilKnown(state, told)
      expect(withoutOrder(attemptOf(state))).toEqual(withoutOrder(attemptOf(inOrder)))
    }),
  )
})

test('a phase never goes back, and what was told of another job stays untouched', () => {
  fc.assert(
    fc.property(deliveries, ({ told, batches }) => {
      let state = sent
      const other = jobOf(state, 'b')
      for (const batch of cut(told, batches)) {
        const before = ORDER.indexOf(attemptOf(state).phase.is)
        state = deliver(state, batch)
        expect(ORDER.indexOf(attemptOf(state).phase.is)).toBeGreaterThanOrEqual(before)
      }
      expect(jobOf(state, 'b')).toBe(other)
    }),
  )
})

test('told in batches of any size, or one by one: the same events', () => {
  fc.assert(
    fc.property(deliveries, ({ told, batches }) => {
      const oneByOne = told.reduce((state, each) => deliver(state, [each]), sent)
      let inBatches = sent
      for (const batch of cut(told, batches)) inBatches = deliver(inBatches, batch)
      expect(inBatches).toEqual(oneByOne)
      expect(deliver(sent, told)).toEqual(oneByOne)
    }),
  )
})

test('an attempt settles and stays settled, but for the truth about one that was given up', () => {
  fc.assert(
    fc.property(deliveries, ({ told }) => {
      let state = sent
      for (const each of told) {
        const before = attemptOf(state)
        state = deliver(state, [each])
        const now = attemptOf(state)
        if (before.outcome === null || now.outcome === before.outcome) continue
        expect(now.outcome).toBeNull()
        expect(before.phase.is).not.toBe('parsed')
        expect(['jobs.submitted', 'jobs.running', 'jobs.ended']).toContain(each.type)
      }
    }),
  )
})

test('facts of an old attempt change nothing but its list of ignored facts', () => {
  const again: EventBody = {
    type: 'attempt.added',
    run: runOf(sent).id,
    ...ref(2),
    fix: null,
    input: null,
    resources: { ranks: 1, memory_mb: 1, seconds: 1 },
  }
  const second = apply(apply(sent, fact.lost()), again)
  fc.assert(
    fc.property(fc.array(deliveries, { maxLength: 3 }), stretches => {
      const told = stretches.flatMap(stretch => stretch.told)
      const after = deliver(second, told)
      const [first, last] = jobOf(after).attempts
      const [firstBefore, lastBefore] = jobOf(second).attempts
      expect(last).toBe(lastBefore)
      expect({ ...first, ignored: [] }).toEqual(firstBefore)
      expect(runOf(after)).toEqual(runOf(second))
      expect(new Set(first?.ignored.map(({ fact }) => fact))).toEqual(new Set(told.map(({ type }) => type)))
      expect(new Set(first?.ignored.map(({ why }) => why)).size).toBe(first?.ignored.length)
    }),
  )
})

test('facts with a label that was never given, or of an unknown job, leave no trace', () => {
  fc.assert(
    fc.property(deliveries, fc.constantFrom('label', 'attempt', 'job'), ({ told }, forged) => {
      const wrong = told.map(each => {
        const items = singleFacts(each).map(({ type: _, ...item }) => ({
          ...item,
          ...(forged === 'label' ? { label: 'rtest.a.x' } : {}),
          ...(forged === 'attempt' ? { attempt: 7 } : {}),
          ...(forged === 'job' ? { job: 'rtest.nobody' } : {}),
        }))
        return ('jobs' in each ? { ...each, jobs: items } : { ...each, ...items[0] }) as AttemptFact
      })
      expect(deliver(sent, wrong)).toBe(sent)
    }),
  )
})

/** What the journal holds after these deliveries: events of every kind, some of which apply and some do not. */
const journals = fc
  .record({
    deliveries: fc.array(deliveries, { minLength: 1, maxLength: 4 }),
    admitted: fc.boolean(),
  })
  .map(({ deliveries, admitted }) => {
    const bodies: EventBody[] = []
    let state = sent
    const events: Event[] = []
    for (const { told } of deliveries) {
      const more: readonly EventBody[] = [
        ...told,
        { type: 'run.progressed', run: runOf(state).id, progress: told.length / 20, plan_version: 1 },
      ]
      const kept = admitted ? admit(state, more, AT) : more
      bodies.push(...kept)
      const numbered = number(kept, state.seq)
      events.push(...numbered)
      state = reduce(state, numbered)
    }
    return { events, state }
  })

test('replay is live: in one batch, one by one, in pieces, and through JSON', () => {
  fc.assert(
    fc.property(journals, fc.array(fc.integer({ min: 1, max: 7 })), ({ events, state }, sizes) => {
      expect(reduce(sent, events)).toEqual(state)
      let pieces = sent
      for (const piece of cut(events, sizes)) pieces = reduce(pieces, piece)
      expect(pieces).toEqual(state)
      const read = (value: unknown) => JSON.parse(JSON.stringify(value))
      expect(read(state)).toEqual(state)
      expect(reduce(read(sent), read(events))).toEqual(state)
    }),
  )
})

test('events that were seen change nothing, a gap is refused, and the old state is not touched', () => {
  fc.assert(
    fc.property(journals, fc.nat(), ({ events, state }, cutAt) => {
      const frozen = JSON.stringify(sent)
      const from = cutAt % (events.length + 1)
      expect(reduce(reduce(sent, events.slice(0, from)), events)).toEqual(state)
      expect(reduce(state, events)).toBe(state)
      const after = events.at(-1)
      if (after) expect(() => reduce(state, [{ ...after, seq: state.seq + 2 }])).toThrow('events are missing')
      expect(JSON.stringify(sent)).toBe(frozen)
    }),
  )
})

test('progress never falls', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ progress: fc.double({ min: 0, max: 1, noNaN: true }), version: fc.nat(3) })),
      steps => {
        let state = sent
        for (const { progress, version } of steps) {
          const before = runOf(state)
          const body: EventBody = { type: 'run.progressed', run: before.id, progress, plan_version: version }
          state = apply(state, body)
          const rises = Math.max(before.progress, progress)
          expect(runOf(state).progress).toBe(version > before.plan_version ? progress : rises)
          expect(runOf(state).plan_version).toBe(Math.max(before.plan_version, version))
        }
      },
    ),
  )
})

test('a table of thousands of jobs holds what a plain map holds', () => {
  const key = fc.integer({ min: 0, max: 600 }).map(n => `k${n}`)
  fc.assert(
    fc.property(fc.array(fc.array(key, { maxLength: 400 }), { maxLength: 4 }), batches => {
      let state = started()
      const expected = new Set<string>()
      for (const keys of batches) {
        state = apply(state, {
          type: 'jobs.planned',
          run: runOf(state).id,
          jobs: keys.map(each => ({
            ...ref(1, each),
            key: each,
            machine: 'local' as never,
            program: 'command',
            input: null,
            resources: { ranks: 1, memory_mb: 1, seconds: 1 },
          })),
        })
        for (const each of keys) expected.add(each)
      }
      expect(state.jobs.size).toBe(expected.size)
      expect(new Set([...values(state.jobs)].map(job => job.key))).toEqual(expected)
      expect(new Set(runOf(state).jobs).size).toBe(runOf(state).jobs.length)
      const archived = apply(state, { type: 'run.archived', run: runOf(state).id })
      expect([...values(archived.jobs)]).toEqual([])
      expect(archived.jobs.size).toBe(0)
    }),
    { numRuns: 30 },
  )
})

test('an event of a run or a job that is not there changes nothing but the number', () => {
  const bodies: readonly EventBody[] = [
    { type: 'run.paused', run: runOf(sent).id },
    { type: 'task.done', run: runOf(sent).id, task: 'none', result: null },
    fact.ended(),
  ]
  for (const body of bodies) {
    const state = apply(emptyState, body)
    expect(state).toEqual({ ...emptyState, seq: 1, as_of: AT })
  }
})
