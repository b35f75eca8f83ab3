import { describe, expect, test } from 'vitest'
import type { Label, QueueId } from '../../../shared/ids.ts'
import { localMachine } from '../../../shared/model/machine.ts'
import { schedulerOf, schedulers } from '../../../shared/schedulers/index.ts'

const { direct } = schedulers
const ID = '4711:123456:6f1c2d3e-0000-4000-8000-000000000001'
const job = {
  label: 'rtest.a.1' as Label,
  resources: { ranks: 3, memory_mb: 100, seconds: 60 },
  settings: localMachine.settings,
}
const printed = (out: string, exit: number | null = 0, err = '') => ({ exit, out, err })

describe('a submission', () => {
  test('takes a place for its ranks, of as many cores as the machine has or may use', () => {
    expect(direct.submit.line(job).sh).toBe(
      'exec sh "$LARMOR_AGENT" enqueue rtest.a.1 3 "$(getconf _NPROCESSORS_ONLN)"',
    )
    expect(direct.submit.line({ ...job, settings: { ...job.settings, cores: 2 } }).sh).toBe(
      'exec sh "$LARMOR_AGENT" enqueue rtest.a.1 3 2',
    )
    expect(direct.header(job)).toEqual([])
    expect(direct.warnAfter(job.resources)).toBe(60)
  })

  test.each([`${ID}\n`, ID, '1:2:', '4711:Thu_Jan_1_00_00_00_1970:1700000000\n'])('%j is an id', out => {
    expect(direct.submit.read(printed(out), job.settings)).toEqual({ ok: true, value: out.trim() })
  })

  test.each([
    [printed('')],
    [printed('4711')],
    [printed('4711:123')],
    [printed(`${ID}\n${ID}`)],
    [printed(`hello ${ID}`)],
    [printed('x:1:2')],
    [printed(ID, 1, 'no')],
    [printed(ID, null)],
  ])('%j is none', answer => {
    expect(direct.submit.read(answer, job.settings)).toMatchObject({ ok: false, fault: { code: 'not-now' } })
  })
})

test('the queue is read line by line; what is no job is passed over', () => {
  const out = `rtest.a.1\trunning\t${ID}\nrtest.b.1\tqueued\t4712:1:b\n** banner **\nrtest.c.1\trunning\tgarbage\n\trunning\t${ID}\nrtest.d.1\n`
  expect(direct.list.read(printed(out))).toMatchObject({
    ok: true,
    value: {
      entries: [
        { label: 'rtest.a.1', queue_id: ID, status: 'running', text: 'running' },
        { label: 'rtest.b.1', queue_id: '4712:1:b', status: 'queued', text: 'queued' },
      ],
    },
  })
  expect(direct.list.read(printed('', 0))).toEqual({ ok: true, value: { entries: [], clusters: null } })
  expect(direct.list.read(printed(out, 1))).toMatchObject({ ok: false })
  expect(direct.list.read(printed(out, null))).toMatchObject({ ok: false })
})

test('only what is said to be dead is dead', () => {
  expect(direct.cancel.line({ settings: job.settings, ids: [ID as QueueId, '$(id)' as QueueId] }).sh).toBe(
    `sh "$LARMOR_AGENT" end ${ID} '$(id)'`,
  )
  expect(direct.cancel.read(printed(`dead\t${ID}\nalive\t2:1:b\ndeadly\t3:1:b\nbanner\n`))).toEqual({
    ok: true,
    value: [ID],
  })
  expect(direct.cancel.read(printed(`dead\t${ID}\n`, 1))).toMatchObject({ ok: false })
})

test.each(['', 'pbs', 'toString', '__proto__'])('there is no scheduler "%s"', name => {
  expect(() => schedulerOf(name)).toThrow(`there is no scheduler ${name}`)
})
