import { describe, expect, test } from 'vitest'
import { planRun } from '../../electron/engine/plan.ts'
import type { AttemptFact, EventBody } from '../../shared/model/events.ts'
import type { State } from '../../shared/model/state.ts'
import { emptyState } from '../../shared/model/state.ts'
import { apply, begun, fact, jobOf, RUN, ref, runOf, started } from '../shared/model/facts.ts'

const nothing = () => false
const types = (state: State, working = nothing as (task: string) => boolean) =>
  planRun(state, RUN, working).map(({ type }) => type)
const done = (key: string, outcome: 'completed' | 'failed' = 'completed'): readonly AttemptFact[] => [
  fact.staged(ref(1, key)),
  fact.intended(ref(1, key)),
  fact.submitted(ref(1, key)),
  fact.ended(ref(1, key)),
  fact.fetched(ref(1, key)),
  fact.parsed(ref(1, key), outcome),
]
const cancelled = (key: string): readonly AttemptFact[] => [fact.wished(ref(1, key)), fact.cancelled(ref(1, key))]
const hold = (type: 'run.paused' | 'run.stopping' | 'run.cancelling'): EventBody => ({ type, run: RUN })
const end = (outcome: 'completed' | 'failed' | 'cancelled' | 'stopped'): EventBody => ({
  type: 'run.ended',
  run: RUN,
  outcome,
  reason: null,
})

/** Plans until nothing new comes of it, as the engine does. */
function settle(state: State): State {
  for (let i = 0; i < 20; i++) {
    const events = planRun(state, RUN, nothing)
    if (events.length === 0) return state
    state = apply(state, ...events)
  }
  throw new Error('planning never comes to rest')
}

describe('a run', () => {
  test('gets the jobs of its plan once', () => {
    const state = begun('a', 'b')
    const planned = settle(state)
    expect(runOf(planned).jobs).toEqual(['rtest.a', 'rtest.b'])
    expect(planRun(planned, RUN, nothing)).toEqual([])
  })

  test('that is not there is planned by nobody', () => {
    expect(planRun(emptyState, RUN, nothing)).toEqual([])
  })

  test('ends when all of its jobs have settled and one completed', () => {
    const half = settle(apply(started('a', 'b'), ...done('a')))
    expect(runOf(half)).toMatchObject({ phase: { is: 'open' }, progress: 0.5 })
    const whole = settle(apply(half, ...done('b', 'failed')))
    expect(runOf(whole)).toMatchObject({ phase: { is: 'ended', outcome: 'completed' }, progress: 1 })
  })

  test('that is paused still ends when its work is done, and begins nothing', () => {
    const state = settle(apply(started('a'), hold('run.paused'), ...done('a')))
    expect(runOf(state).phase).toMatchObject({ is: 'ended', outcome: 'completed' })
  })

  test('that is stopping ends when nothing is under way any more', () => {
    const running = apply(started('a', 'b'), fact.staged(), fact.intended(), hold('run.stopping'))
    expect(types(running)).toEqual([])
    const state = apply(running, fact.submitted(), fact.ended(), fact.fetched())
    // The bar goes on meanwhile; nothing else does.
    expect(types(state)).toEqual(['run.progressed'])
    expect(runOf(settle(apply(state, fact.parsed()))).phase).toMatchObject({ is: 'ended', outcome: 'stopped' })
    // What was the last of it counts, too.
    expect(types(apply(running, ...done('a').slice(2)))).toEqual(['run.progressed', 'run.ended'])
  })

  test('that is stopping plans again what was taken out of its queue, and ends without it', () => {
    const stopping = apply(started('a', 'b'), fact.staged(), fact.intended(), fact.submitted(), hold('run.stopping'))
    expect(types(stopping)).toEqual([])
    const state = settle(apply(stopping, fact.withdrawn()))
    expect(runOf(state).phase).toMatchObject({ is: 'ended', outcome: 'stopped' })
    expect(jobOf(state).attempts).toMatchObject([
      { n: 1, outcome: 'cancelled', reason: expect.stringContaining('before it began') },
      { n: 2, outcome: null, phase: { is: 'planned' }, fix: null },
    ])
    expect(runOf(state).plan_version).toBe(1) // nothing was tried again
    // Of a run that has ended nothing is planned that nobody would send.
    const ended = apply(started('a', 'b'), fact.staged(), fact.intended(), fact.submitted(), end('failed'))
    expect(jobOf(apply(ended, fact.withdrawn())).attempts).toMatchObject([{ n: 1, outcome: 'cancelled' }])
    // What a person cancelled meanwhile is cancelled.
    const wished = settle(apply(stopping, fact.wished(), fact.withdrawn()))
    expect(jobOf(wished).attempts).toMatchObject([{ outcome: 'cancelled' }])
  })

  test('that took back what it had tried again by itself has tried it once, and by itself', () => {
    const killed = (of = ref(), category = 'killed'): readonly AttemptFact[] => {
      const parsed = fact.parsed(of, 'failed') as Extract<AttemptFact, { readonly type: 'jobs.parsed' }>
      return [fact.ended(of), fact.fetched(of), { ...parsed, jobs: parsed.jobs.map(each => ({ ...each, category })) }]
    }
    const sent = (of = ref()) => [fact.staged(of), fact.intended(of), fact.submitted(of)]
    const run = { ...runOf(begun('a')), auto_resubmit: 2 }
    const first = apply(started('a'), ...sent(), ...killed())
    const allowed = apply(
      first,
      { type: 'run.archived', run: RUN },
      {
        type: 'run.restored',
        run: RUN,
        restored: { ...run, jobs: [ref().job] },
        jobs: [jobOf(first)],
      },
    )
    const added = (state: State) => planRun(state, RUN, nothing).filter(({ type }) => type === 'attempt.added')
    const second = added(allowed)
    expect(second).toMatchObject([{ type: 'attempt.added', attempt: 2, by: 'policy' }])
    const taken = apply(allowed, ...second, ...sent(ref(2)), fact.withdrawn(ref(2)))
    expect(jobOf(taken).attempts.map(({ by }) => by)).toEqual([undefined, 'policy', 'policy'])
    const third = apply(taken, ...sent(ref(3)), ...killed(ref(3), 'preempted'))
    expect(added(third)).toMatchObject([{ type: 'attempt.added', attempt: 4, by: 'policy' }])
  })

  test('that is cancelling ends as cancelled, once every job has its outcome and no task is at work', () => {
    const state = apply(
      started('a', 'b'),
      ...cancelled('b'),
      fact.staged(),
      fact.intended(),
      fact.submitted(),
      hold('run.cancelling'),
    )
    expect(types(state)).toEqual([])
    const over = apply(state, ...cancelled('a'))
    expect(types(over, () => true)).toEqual(types(over))
    expect(runOf(settle(over)).phase).toMatchObject({ is: 'ended', outcome: 'cancelled' })
  })

  test.each(['stopping', 'cancelling'] as const)(
    'that is %s gets no new work, whatever was found out meanwhile',
    word => {
      const state = begun('a')
      expect(types(apply(state, hold(`run.${word}`)))).toEqual(['run.ended'])
    },
  )

  test.each(['completed', 'failed'] as const)(
    'that has ended as %s is opened again when its plan says otherwise',
    outcome => {
      const lost = apply(started('a'), fact.staged(), fact.intended(), fact.submitted(), fact.lost(), end(outcome))
      const late = apply(lost, fact.ended())
      expect(types(late)).toEqual(['run.reopened'])
      const whole = settle(apply(late, ...planRun(late, RUN, nothing), fact.fetched(), fact.parsed()))
      expect(runOf(whole).phase).toMatchObject({ is: 'ended', outcome: 'completed' })
    },
  )

  test.each(['cancelled', 'stopped'] as const)('that has ended as %s stays so', outcome => {
    expect(types(apply(started('a'), end(outcome)))).toEqual([])
    expect(types(apply(started('a'), ...done('a'), end(outcome)))).toEqual([])
  })
})

describe('the bar', () => {
  test('never falls within a plan version, over any order of ends', () => {
    const keys = ['a', 'b', 'c', 'd']
    let state = started(...keys)
    let before = 0
    for (const key of ['c', 'a', 'd', 'b']) {
      state = settle(apply(state, ...done(key)))
      expect(runOf(state).progress).toBeGreaterThanOrEqual(before)
      before = runOf(state).progress
    }
    expect(before).toBe(1)
  })
})
