import { describe, expect, test } from 'vitest'
import { isUnderWay, mayStillReport, nextStep } from '../../electron/engine/next-step.ts'
import type { AttemptFact, EventBody } from '../../shared/model/events.ts'
import { apply, attemptOf, fact, jobOf, RUN, ref, runOf, started } from '../shared/model/facts.ts'

const sent = [fact.staged(), fact.intended()]
const queued = [...sent, fact.submitted()]
const ended = [...queued, fact.ended()]
const wish = fact.wished()

/** What happened to an attempt, and what it needs next: in an open run; in one that is held or has ended. */
const TABLE: readonly (readonly [string, readonly AttemptFact[], open: string | null, held: string | null])[] = [
  ['planned', [], 'stage', null],
  ['staged', [fact.staged()], 'intend', null],
  ['submitting', sent, 'submit', 'submit'],
  ['in doubt', [...sent, fact.doubted()], 'submit', 'submit'],
  ['submitting, with a wish', [...sent, wish], 'cancel', 'cancel'],
  ['in doubt, with a wish', [...sent, fact.doubted(), wish], 'cancel', 'cancel'],
  ['queued', queued, 'watch', 'watch'],
  ['queued, with a wish', [...queued, wish], 'cancel', 'cancel'],
  ['running', [...queued, fact.running()], 'watch', 'watch'],
  ['running, with a wish', [...queued, fact.running(), wish], 'cancel', 'cancel'],
  ['ended', ended, 'fetch', 'fetch'],
  ['ended, with a wish', [...queued, wish, fact.ended()], 'fetch', 'fetch'],
  ['fetched', [...ended, fact.fetched()], 'parse', 'parse'],
  ['parsed', [...ended, fact.fetched(), fact.parsed()], null, null],
  ['refused', [...sent, fact.refused()], null, null],
  ['lost', [...queued, fact.lost()], null, null],
  ['cancelled', [...queued, wish, fact.cancelled()], null, null],
  ['cancelled, and then its report came', [...queued, wish, fact.cancelled(), fact.ended()], 'fetch', 'fetch'],
  ['cancelled, and then it began', [...queued, wish, fact.cancelled(), fact.running()], 'cancel', 'cancel'],
  ['lost, and then it began', [...queued, fact.lost(), fact.running()], 'watch', 'watch'],
  ['reused', [fact.reused()], null, null],
]

const holds: Readonly<Record<string, readonly EventBody[]>> = {
  open: [],
  paused: [{ type: 'run.paused', run: RUN }],
  stopping: [{ type: 'run.stopping', run: RUN }],
  cancelling: [{ type: 'run.cancelling', run: RUN }],
  stopped: [{ type: 'run.ended', run: RUN, outcome: 'stopped', reason: null }],
  failed: [{ type: 'run.ended', run: RUN, outcome: 'failed', reason: null }],
}

describe.each(Object.entries(holds))('in a run that is %s', (name, events) => {
  test.each(TABLE)('an attempt that is %s', (_, facts, open, held) => {
    const state = apply(started('a'), ...facts, ...events)
    expect(nextStep(jobOf(state), runOf(state))).toBe(name === 'open' ? open : held)
  })
})

test('what may be alive, or is still to be read, is under way; what is lost may still report', () => {
  const underWay = TABLE.filter(([, facts]) => isUnderWay(attemptOf(apply(started('a'), ...facts)))).map(
    ([name]) => name,
  )
  expect(underWay).toEqual(TABLE.filter(([, , , held]) => held !== null).map(([name]) => name))
  const silent = TABLE.filter(([, facts]) => mayStillReport(attemptOf(apply(started('a'), ...facts)))).map(
    ([name]) => name,
  )
  expect(silent).toEqual(['lost'])
})

test('a new attempt begins anew', () => {
  const again: EventBody = {
    type: 'attempt.added',
    run: RUN,
    ...ref(2),
    fix: null,
    input: null,
    resources: { ranks: 1, memory_mb: 1, seconds: 1 },
  }
  const state = apply(started('a'), ...queued, fact.lost(), again)
  expect(nextStep(jobOf(state), runOf(state))).toBe('stage')
})
