import { afterAll, describe, expect, test } from 'vitest'
import { POINTS, type PointName } from '../../electron/engine/points.ts'
import { type AfterRemoteDeath, dieAndGoOn, dieOnTheMachine, remotePoints } from './living/crash.ts'
import { blind } from './living/processes.ts'
import { scenarios } from './living/scenarios.ts'
import { slots } from './living/slots.ts'
import { slice, sweepSeed } from './living/sweep-slice.ts'

/** Which scenario passes a point, and how often at least. */
const PASSED: Readonly<Record<string, readonly [keyof typeof scenarios, number]>> = {
  'journal.append': ['jobs', 9],
  'snapshot.write': ['stop', 1],
  'archive.write': ['archive', 2],
  'blob.write': ['jobs', 12],
  'lock.take': ['jobs', 1],
  'stage.send': ['jobs', 1],
  'submit.send': ['jobs', 1],
  'watch.ask': ['jobs', 2],
  'fetch.receive': ['jobs', 2],
  'fetch.keep': ['jobs', 3],
  'cancel.send': ['cancel', 1],
  'withdraw.send': ['takeBack', 1],
  'task.run': ['task', 2],
  plan: ['jobs', 8],
}
/** Needs a program that can calculate: crash.sweep.nwchem.test.ts. */
const ELSEWHERE: readonly PointName[] = ['calculation.write']

interface Case {
  readonly at: string
  readonly scenario: keyof typeof scenarios
}

const all = Object.entries(PASSED).flatMap(([name, [scenario, times]]) =>
  ['before', 'after'].flatMap(when =>
    Array.from({ length: times }, (_, n): Case => ({ at: `${name}:${when}:${n + 1}`, scenario })),
  ),
)
const first = all.filter(({ at }) => at.endsWith(':1'))
const later = slice(
  all.filter(({ at }) => !at.endsWith(':1')),
  12,
)
const cases = [...first, ...later]

/** What becomes of a job whose submission the machine's death cut off here. */
const REMOTE: Readonly<Record<string, AfterRemoteDeath>> = {
  'stage.unpacked': 'completed',
  'submit.ready': 'completed',
  'submit.locked': 'lost',
  'submit.accepted': 'completed',
  'submit.kept': 'completed',
  'direct.forked': 'lost',
  'direct.ticketed': 'completed',
}
const remoteCases = Object.entries(REMOTE).flatMap(([at, expected]) =>
  ['the engine with it', 'the engine lives'].map(engine => ({ at, expected, engine })),
)

if (blind) console.warn(`skipped crash.sweep.test.ts: ${blind}`)

const inTurn = slots(4)

describe.skipIf(blind)('an engine that is killed at', () => {
  let done = 0
  test.concurrent.for(cases)(
    '$at, while it does "$scenario", is followed by one that ends the work',
    async ({ at, scenario }, context) => {
      await inTurn(() => dieAndGoOn(scenarios[scenario], { LARMOR_CRASH_AT: at }, context))
      done += 1
    },
  )
  afterAll(() => {
    console.log(`killed at ${done} of ${all.length} cases, LARMOR_SWEEP_SEED=${sweepSeed}`)
  })
})

describe.skipIf(blind)('a call on the machine that is killed at', () => {
  let done = 0
  test.concurrent.for(remoteCases)(
    '$at ($engine) leaves a job $expected',
    async ({ at, expected, engine }, context) => {
      await inTurn(() => dieOnTheMachine(at, engine === 'the engine with it', expected, context))
      done += 1
    },
  )
  afterAll(() => {
    console.log(`killed on the machine at ${done} of ${remoteCases.length} cases`)
  })
})

test('every point has its case', () => {
  expect([...Object.keys(PASSED), ...ELSEWHERE].toSorted()).toEqual(Object.keys(POINTS).toSorted())
  expect(Object.keys(REMOTE).toSorted()).toEqual(remotePoints().toSorted())
})
