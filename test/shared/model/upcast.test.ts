import { expect, test } from 'vitest'
import { asConfigured, localMachine } from '../../../shared/model/machine.ts'
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

test('a machine of version 1 has what it lacked as it was without it', () => {
  const known = { poll_s: 7, ssh: { host: 'h', port: 22, user: 'u', identity: null, host_key: 'SHA256:x' } }
  const old = { seq: 1, at, v: 1, type: 'machine.changed', machine: { name: 'm', settings: known } }
  expect(upcast(old)).toMatchObject({
    machine: {
      settings: {
        ...localMachine.settings,
        poll_s: 7,
        ssh: { ...asConfigured, host: 'h', port: 22, user: 'u', host_key: 'SHA256:x' },
      },
    },
  })
})
