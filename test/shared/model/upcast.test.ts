import { expect, test } from 'vitest'
import { EVENT_VERSION, upcast } from '../../../shared/model/upcast.ts'

const at = '2026-01-02T03:04:05.678Z'

test('an event of this version is itself', () => {
  const event = { seq: 1, at, v: EVENT_VERSION, type: 'run.paused', run: 'r1' }
  expect(upcast(event)).toBe(event)
})

test('every older version has a way here', () => {
  for (let v = 1; v < EVENT_VERSION; v++) expect(upcast({ seq: 1, at, v, type: 'run.paused' }).v).toBe(EVENT_VERSION)
})

test('a newer version is refused with both numbers, and one that never was is a defect', () => {
  expect(() => upcast({ seq: 9, at, v: EVENT_VERSION + 1, type: 'moon.landed' })).toThrow(
    `event 9 has version ${EVENT_VERSION + 1}, this one knows ${EVENT_VERSION}`,
  )
  expect(() => upcast({ seq: 9, at, v: 0, type: 'run.paused' })).toThrow('no way from event version 0')
})
