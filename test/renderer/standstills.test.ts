import { expect, test } from 'vitest'
import { standstillsOf } from '../../renderer/campaign/standstills.ts'

const MINUTE = 60_000
const at = (...minutes: readonly number[]) => minutes.map(each => each * MINUTE)

test('a standstill is a gap between two ends that is far longer than the usual', () => {
  expect(standstillsOf(at(5, 10, 15, 20, 80, 85), 90 * MINUTE)).toEqual([{ from: 20 * MINUTE, to: 80 * MINUTE }])
  // It may go on still.
  expect(standstillsOf(at(5, 10, 15, 20, 25), 60 * MINUTE)).toEqual([{ from: 25 * MINUTE, to: 60 * MINUTE }])
})

test('neither what is usual is one, nor what is short, nor anything before something is usual', () => {
  expect(standstillsOf(at(30, 60, 95, 120, 150), 180 * MINUTE)).toEqual([])
  expect(standstillsOf(at(1, 2, 3, 4, 13, 14), 15 * MINUTE)).toEqual([])
  expect(standstillsOf(at(1, 2, 90), 100 * MINUTE)).toEqual([])
})

test('of many the two longest are named', () => {
  const found = standstillsOf(at(1, 2, 3, 4, 5, 30, 31, 32, 100, 101, 102, 150), 151 * MINUTE)
  expect(found.map(({ to, from }) => (to - from) / MINUTE)).toEqual([68, 48])
})
