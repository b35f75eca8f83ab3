import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { facts, readReports } from '../../../electron/engine/steps/reports.ts'
import { clusterOn, jobOf, newWorld, RUN, type World } from './world.ts'

const label = `${RUN}.a.1`

/** A submitted job; its folder and the spool are for the test to fill. */
async function queued() {
  const world = await newWorld('slurm')
  const cluster = clusterOn(world.box)
  await world.plan({ a: 'echo ran' })
  await world.turnUntil('a', ({ phase }) => phase.is === 'queued')
  return { world, cluster }
}

function write(world: World, event: string, change: Readonly<Record<string, string | null>> = {}, of = label): void {
  const values: Record<string, string | null> = {
    label: of,
    event,
    queue_id: '101',
    host: 'node1',
    pid: '4711',
    boot_id: 'boot',
    at: '2026-01-02T04:00:00.000Z',
    started: '2026-01-02T03:30:00.000Z',
    exit: event === 'ended' ? '0' : '',
    signal: '',
    ...change,
  }
  const lines = Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}\n`]))
  writeFileSync(join(world.box.work, 'jobs', of, `report.${event}`), `larmor-report 1\n${lines.join('')}`)
  writeFileSync(join(world.box.work, 'spool', `${of}.${event}`), '')
}

async function look(world: World): Promise<void> {
  world.tell(...facts(world.here, (await readReports(world.here, [])).reports, null))
}

describe('a report', () => {
  test('says when it began, who runs it, and how it ended', async () => {
    const { world } = await queued()
    write(world, 'began')
    await look(world)
    expect(world.attempt('a').phase).toMatchObject({
      is: 'running',
      started: '2026-01-02T03:30:00.000Z',
      host: 'node1',
      pid: 4711,
      pgid: 4711,
      boot_id: 'boot',
    })
    write(world, 'ended', { exit: '143', signal: 'TERM' })
    await look(world)
    expect(world.attempt('a')).toMatchObject({
      phase: { is: 'ended', ended: '2026-01-02T04:00:00.000Z', exit: 143, signal: 'TERM' },
      evidence: [
        { source: 'report', file: 'report.ended', text: "the job's own report: exit status 143, signal TERM" },
      ],
      ignored: [],
    })
  })

  test.each(['began', 'ended'])(
    'of another queue id (%s) is kept as ignored, once, and changes nothing',
    async event => {
      const { world } = await queued()
      const before = world.attempt('a')
      write(world, event, { queue_id: '999' })
      for (let i = 0; i < 3; i++) await look(world)
      expect({ ...world.attempt('a'), ignored: [] }).toEqual(before)
      expect(world.attempt('a').ignored).toEqual([
        { fact: event === 'began' ? 'jobs.running' : 'jobs.ended', why: 'a report of 999, not of 101' },
      ])
      expect(world.events.filter(({ type }) => type === 'fact.ignored')).toHaveLength(1)
    },
  )

  test('of nobody is kept as ignored', async () => {
    const { world } = await queued()
    write(world, 'ended', { queue_id: '' })
    await look(world)
    expect(world.attempt('a').phase.is).toBe('queued')
    expect(world.attempt('a').ignored).toMatchObject([{ why: 'a report of nobody, not of 101' }])
  })

  test('that a second submission was held back is kept, and changes nothing', async () => {
    const { world } = await queued()
    write(world, 'duplicate', { queue_id: '102' })
    for (let i = 0; i < 2; i++) await look(world)
    expect(world.attempt('a').phase.is).toBe('queued')
    expect(world.attempt('a').ignored).toEqual([
      { fact: 'jobs.running', why: 'a second submission (102) was held back by run.lock' },
    ])
  })

  test('of an old attempt changes nothing of the new one', async () => {
    const { world } = await queued()
    const job = jobOf(world, 'a')
    world.tell({
      type: 'jobs.lost',
      run: RUN,
      jobs: [{ job: job.id, attempt: 1, label: world.attempt('a').label, reason: 'gone', evidence: [] }],
    })
    const { input, resources } = world.attempt('a')
    world.tell({
      type: 'attempt.added',
      run: RUN,
      job: job.id,
      attempt: 2,
      label: `${job.id}.2` as typeof label & never,
      fix: null,
      input,
      resources,
    })
    const second = world.attempt('a')
    write(world, 'ended')
    await look(world)
    expect(world.attempt('a')).toEqual(second)
    expect(jobOf(world, 'a').attempts[0]).toMatchObject({
      outcome: 'lost',
      ignored: [{ fact: 'jobs.ended', why: 'jobs.ended is of attempt 1, now is 2' }],
    })
  })

  test.each<readonly [string, string]>([
    ['another version', 'larmor-report 2\nlabel=rtest.a.1\nevent=ended\nqueue_id=101\nexit=0\n'],
    ['nothing', ''],
    ['its first line only', 'larmor-report 1\n'],
    ['another label', 'larmor-report 1\nlabel=rtest.b.1\nevent=ended\nqueue_id=101\nexit=0\n'],
    ['another event', 'larmor-report 1\nlabel=rtest.a.1\nevent=began\nqueue_id=101\nexit=0\n'],
    ['binary noise', '\0\u0001larmor-report 1\n'],
  ])('that holds %s says nothing', async (_, text) => {
    const { world } = await queued()
    const before = world.state
    writeFileSync(join(world.box.work, 'jobs', label, 'report.ended'), text)
    writeFileSync(join(world.box.work, 'spool', `${label}.ended`), '')
    await look(world)
    expect(world.state).toBe(before)
  })

  test('cut anywhere says nothing that is not there', async () => {
    const { world } = await queued()
    write(world, 'ended', { exit: '0' })
    const file = join(world.box.work, 'jobs', label, 'report.ended')
    const whole = readFileSync(file, 'utf8')
    const before = world.state
    for (let at = 0; at < whole.length; at += 9) {
      world.state = before
      writeFileSync(file, whole.slice(0, at))
      await look(world)
      const { phase, ignored } = world.attempt('a')
      if (phase.is === 'ended') expect([0, null]).toContain(phase.exit)
      else expect([phase.is, ignored.length <= 1]).toEqual(['queued', true])
    }
  })

  test.each<readonly [string, Readonly<Record<string, string>>, object]>([
    ['a status that is none', { exit: '0x0' }, { exit: null }],
    ['a status of many digits', { exit: '99999999999' }, { exit: null }],
    ['no status', { exit: '' }, { exit: null }],
    ['a signal that is none', { signal: 'TERM; rm' }, { signal: null }],
    ['times that are none', { at: 'yesterday', started: '' }, { started: null }],
    ['a time of another zone', { at: '2026-01-02T05:00:00+01:00' }, { ended: '2026-01-02T04:00:00.000Z' }],
    ['a number that is none', { pid: '-1' }, { pid: null, pgid: null }],
    ['no host', { host: '' }, { host: null }],
    ['keys of objects', { __proto__: 'x', constructor: 'y' }, { exit: 0 }],
  ])('with %s is read as far as it can be', async (_, change, expected) => {
    const { world } = await queued()
    write(world, 'ended', change)
    await look(world)
    expect(world.attempt('a').phase).toMatchObject({ is: 'ended', ...expected })
  })

  test('of a job that Larmor does not know is passed over, and its name in the spool is spent', async () => {
    const { world } = await queued()
    const spent: string[] = []
    const here = { ...world.here, spent: (names: readonly string[]) => void spent.push(...names) }
    await world.box.stage({ label: 'rother.x.1', script: '' })
    write(world, 'ended', {}, 'rother.x.1')
    const before = world.state
    world.tell(...facts(here, (await readReports(here, [])).reports, null))
    expect(world.state).toBe(before)
    expect(spent).toEqual(['rother.x.1.ended'])
  })
})
