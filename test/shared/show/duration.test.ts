import { expect, test } from 'vitest'
import { remainingText } from '../../../shared/show/duration.ts'

const nothing = { state: 'running', left: 0, left_shared: 0, computing_s: null, waiting_s: null, eta: null }
const eta = { low_s: 1200, high_s: 4500, finish_median: '2026-01-02T14:03:00.000Z' }

test('what is left is a range and a clock time; what waits in a queue is told apart from computing', () => {
  const some = { ...nothing, left: 8, computing_s: 3000, eta }
  expect(remainingText(some)).toBe('8 left: 20 min to 1 h 15 (8 of 10 times), about 2026-01-02 14:03 UTC')
  expect(remainingText({ ...some, left_shared: 4, waiting_s: 720 })).toBe(
    '8 left and 4 optimisations for them: 20 min to 1 h 15 (8 of 10 times), about 2026-01-02 14:03 UTC; about 50 min of computing, a job waits 12 min in the queue (median)',
  )
  expect(remainingText({ ...some, waiting_s: 5 })).not.toContain('queue')
})

test('of a paused run: how much, and how long it would compute', () => {
  const paused = { ...nothing, state: 'paused', left: 37, computing_s: 4200 }
  expect(remainingText(paused)).toBe('paused: 37 left, about 1 h 10 of computing')
  expect(remainingText({ ...paused, computing_s: null })).toBe('paused: 37 left')
})

test('nothing is said where nothing is left, or nothing is known', () => {
  expect(remainingText(nothing)).toBeNull()
  expect(remainingText({ ...nothing, left: 3 })).toBeNull()
  expect(remainingText({ ...nothing, state: 'completed', left: 3, eta })).toBeNull()
})
