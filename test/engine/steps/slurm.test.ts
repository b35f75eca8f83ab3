import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { facts, readReports } from '../../../electron/engine/steps/reports.ts'
import type { EventBody } from '../../../shared/model/events.ts'
import { doubtOf } from '../../../shared/model/job.ts'
import { emptyState } from '../../../shared/model/state.ts'
import { apply } from '../../shared/model/facts.ts'
import { clusterOn, GRACE_S, jobOf, newWorld, RUN, type World } from './world.ts'

const wish = (world: World, key = 'a'): EventBody => {
  const job = jobOf(world, key)
  return { type: 'cancel.wished', run: RUN, job: job.id, attempt: 1, label: world.attempt(key).label }
}

async function submitted() {
  const world = await newWorld('slurm')
  const cluster = clusterOn(world.box)
  await world.plan({ a: 'echo ran >>"$LOG"' })
  await world.turnUntil('a', ({ phase }) => phase.is === 'queued')
  return { world, cluster }
}

const reportsOf = (world: World) => join(world.box.work, 'jobs', `${RUN}.a.1`)

describe('a job of a cluster', () => {
  test('is sent, submitted, watched, fetched and judged', async () => {
    const { world, cluster } = await submitted()
    expect(world.attempt('a').phase).toMatchObject({ queue_id: '101' })
    await world.turn()
    expect(world.attempt('a').phase.is).toBe('queued')
    await cluster.run('101')
    await world.turnUntil('a', ({ outcome }) => outcome !== null)
    expect(world.attempt('a')).toMatchObject({ outcome: 'completed', phase: { is: 'parsed', exit: 0 }, ignored: [] })
    expect(world.box.log()).toEqual(['ran'])
    expect(Object.keys(cluster.queue())).toEqual(['101'])
  })

  test('that the queue says is running, runs, before its report is there', async () => {
    const { world, cluster } = await submitted()
    cluster.setState('101', 'R')
    await world.turn()
    expect(world.attempt('a').phase.is).toBe('running')
  })

  test('that is gone from the queue is not ended: it is waited for, and then lost, with what was seen', async () => {
    const { world, cluster } = await submitted()
    cluster.forget('101')
    await world.turn()
    expect(world.attempt('a')).toMatchObject({ outcome: null, phase: { is: 'queued' } })
    expect(doubtOf(world.attempt('a'))).toMatchObject({
      about: 'ended',
      text: expect.stringContaining('is waited for'),
    })
    world.pass(GRACE_S + 1)
    await world.turn()
    expect(doubtOf(world.attempt('a'))).toBeNull()
    expect(world.attempt('a')).toMatchObject({ outcome: 'lost', evidence: [{ source: 'scheduler' }] })
  })

  test('that was lost is what its report says, once it comes', async () => {
    const { world, cluster } = await submitted()
    cluster.forget('101')
    await world.turn()
    world.pass(GRACE_S + 1)
    await world.turn()
    expect(world.attempt('a').outcome).toBe('lost')
    writeFileSync(join(world.box.work, '..', 'cluster', '101.job'), '101|PD|None|main|x\n')
    await cluster.run('101')
    // Another job of the machine is looked at, and with it the spool.
    const { reports } = await readReports(world.here, [])
    world.tell(...facts(world.here, reports, null))
    expect(world.attempt('a')).toMatchObject({
      outcome: null,
      reason: null,
      evidence: [{ source: 'report' }],
      phase: { is: 'ended' },
    })
    await world.turnUntil('a', ({ outcome }) => outcome !== null)
    expect(world.attempt('a').outcome).toBe('completed')
  })

  test('that left the queue and the spool, but has its report in its folder, has ended', async () => {
    const { world, cluster } = await submitted()
    await cluster.run('101')
    rmSync(join(world.box.work, 'spool'), { recursive: true })
    cluster.forget('101')
    await world.turnUntil('a', ({ outcome }) => outcome !== null)
    expect(world.attempt('a').outcome).toBe('completed')
  })

  test('is not lost while the queue cannot be asked', async () => {
    const { world } = await submitted()
    world.box.shim('squeue', 'echo "Unable to contact slurm controller" >&2; exit 1')
    await world.turn()
    world.pass(GRACE_S * 10)
    await world.turn()
    expect(world.attempt('a')).toMatchObject({ outcome: null, phase: { is: 'queued' } })
  })

  test('that stands twice in the queue, once of long ago, is not gone', async () => {
    const { world } = await submitted()
    writeFileSync(join(world.box.work, '..', 'cluster', '099.job'), `099|CD|None|main|${RUN}.a.1\n`)
    writeFileSync(join(world.box.work, '..', 'cluster', '999.job'), `999|CD|None|main|${RUN}.a.1\n`)
    await world.turn()
    world.pass(GRACE_S + 1)
    await world.turn()
    expect(world.attempt('a')).toMatchObject({ outcome: null, phase: { is: 'queued', queue_id: '101' } })
  })
})

describe('a job that the queue has forgotten, where the site keeps accounts', () => {
  const SILENT = 'echo "sacct: error: Problem talking to the database: Connection refused"; exit 1'
  const waiting = (records: number) => `echo 'DBD Agent queue size: ${records}'`

  test('is neither lost nor ended while they are silent, or have not been told all, however long that takes', async () => {
    const { world, cluster } = await submitted()
    const { shim } = world.box
    cluster.forget('101')
    shim('sacct', 'exit 0')
    shim('sdiag', waiting(0))
    await world.turn() // first seen to be absent
    for (const [sacct, sdiag] of [
      [SILENT, waiting(2)],
      ['exit 0', waiting(2)],
    ] as const) {
      shim('sacct', sacct)
      shim('sdiag', sdiag)
      world.pass(GRACE_S + 1)
      await world.turn()
      expect(world.attempt('a')).toMatchObject({ outcome: null, phase: { is: 'queued' } })
      expect(doubtOf(world.attempt('a'))).toMatchObject({ about: 'ended', text: expect.stringContaining('accounts') })
    }
    // What was not known is no absence: it has its whole grace period from here on.
    shim('sdiag', waiting(0))
    await world.turn()
    expect(world.attempt('a').outcome).toBeNull()
    shim('sacct', `echo '101|oak|FAILED|0:9|${RUN}.a.1'`)
    await world.turn()
    world.pass(GRACE_S + 1)
    await world.turnUntil('a', ({ outcome }) => outcome !== null)
    expect(world.attempt('a')).toMatchObject({ outcome: 'failed', phase: { signal: 'KILL' } })
  })

  test('is what its own report says, whatever they say', async () => {
    const { world, cluster } = await submitted()
    await cluster.run('101')
    rmSync(join(world.box.work, 'spool'), { recursive: true })
    cluster.forget('101')
    world.box.shim('sacct', SILENT)
    await world.turnUntil('a', ({ outcome }) => outcome !== null)
    expect(world.attempt('a').outcome).toBe('completed')
  })

  test('and of which they know nothing, though they have been told all, is lost', async () => {
    const { world, cluster } = await submitted()
    cluster.forget('101')
    world.box.shim('sacct', 'exit 0')
    world.box.shim('sdiag', waiting(0))
    await world.turn()
    world.pass(GRACE_S + 1)
    world.box.shim('sdiag', waiting(1)) // a busy cluster has always some record on its way
    await world.turn()
    expect(world.attempt('a').outcome).toBeNull()
    world.box.shim('sdiag', waiting(0))
    await world.turn()
    expect(world.attempt('a').outcome).toBe('lost')
  })
})

describe('what the scheduler says of a job that left no report', () => {
  test.each([
    ['NF', 'node-lost', 'NODE_FAIL'],
    ['OOM', 'out-of-memory', 'OUT_OF_MEMORY'],
    ['TO', 'time-limit', 'TIMEOUT'],
    ['PR', 'preempted', 'PREEMPTED'],
  ])('%s is believed after the grace period, and is evidence of %s', async (code, cause, word) => {
    const { world, cluster } = await submitted()
    cluster.setState('101', 'R')
    writeFileSync(join(reportsOf(world), 'run.lock'), '101\n')
    await world.turn()
    cluster.setState('101', code)
    await world.turn()
    expect(world.attempt('a')).toMatchObject({ outcome: null, phase: { is: 'running' } })
    world.pass(GRACE_S + 1)
    await world.step('watch')
    expect(world.attempt('a')).toMatchObject({
      phase: { is: 'ended', exit: null },
      evidence: [{ source: 'scheduler', cause, text: `Slurm: ${word}` }],
    })
  })

  test('is a fact before its job has ended, so that no restart forgets what the scheduler soon does', async () => {
    const { world, cluster } = await submitted()
    cluster.setState('101', 'R')
    writeFileSync(join(reportsOf(world), 'run.lock'), '101\n')
    await world.turn()
    cluster.setState('101', 'NF')
    await world.turn()
    expect(world.attempt('a')).toMatchObject({ phase: { is: 'running' }, recorded: { cause: 'node-lost' } })
    cluster.forget('101')
    // Nothing but the journal is left of the engine that saw it.
    world.state = apply(emptyState, { type: 'machine.changed', machine: world.here.machine }, ...world.events)
    await world.turn()
    world.pass(GRACE_S + 1)
    await world.step('watch')
    expect(world.attempt('a')).toMatchObject({
      phase: { is: 'ended' },
      evidence: [{ cause: 'node-lost', text: 'Slurm: NODE_FAIL' }],
    })
  })

  test('is none any more once the scheduler has taken the job back into its queue', async () => {
    const { world, cluster } = await submitted()
    cluster.setState('101', 'NF')
    writeFileSync(join(reportsOf(world), 'run.lock'), '101\n')
    await world.turn()
    expect(world.attempt('a').recorded).toMatchObject({ cause: 'node-lost' })
    cluster.setState('101', 'PD')
    await world.turn()
    expect(world.attempt('a')).toMatchObject({ recorded: null, outcome: null, phase: { is: 'queued' } })
  })

  test('is said to be unknown where the scheduler has forgotten it before anybody asked', async () => {
    const { world, cluster } = await submitted()
    cluster.setState('101', 'R')
    writeFileSync(join(reportsOf(world), 'run.lock'), '101\n')
    await world.turn()
    cluster.forget('101')
    await world.turn()
    world.pass(GRACE_S + 1)
    await world.turn()
    expect(world.attempt('a')).toMatchObject({ outcome: 'lost' })
    expect(world.attempt('a').evidence.map(({ text }) => text)).toEqual([
      expect.stringMatching(
        /^absent from queue, spool and folder for \d+ s.*; nobody knows \(any more\) how it ended$/,
      ),
    ])
  })

  test('is heard at once of a job that was cancelled by hand before it began', async () => {
    const { world, cluster } = await submitted()
    cluster.setState('101', 'CA')
    await world.step('watch')
    expect(world.attempt('a')).toMatchObject({
      phase: { is: 'ended' },
      evidence: [{ source: 'scheduler', cause: 'cancelled' }],
    })
  })

  test('never comes before its report, and stands beside it', async () => {
    const { world, cluster } = await submitted()
    await cluster.run('101')
    await world.step('watch')
    expect(world.attempt('a').evidence.map(({ source }) => source)).toEqual(['report', 'scheduler'])
  })
})

describe('a spool on a slow shared folder', () => {
  test('whose files become visible late, and out of order, changes nothing but the time', async () => {
    const world = await newWorld('slurm')
    const cluster = clusterOn(world.box)
    await world.plan({ a: 'echo a >>"$LOG"', b: 'echo b >>"$LOG"', c: 'echo c >>"$LOG"' })
    await world.turnUntil('c', ({ phase }) => phase.is === 'queued')
    for (const key of ['a', 'b', 'c']) {
      const { phase } = world.attempt(key)
      await cluster.run('queue_id' in phase ? String(phase.queue_id) : '')
    }
    // What the nodes wrote, and the login node does not see yet.
    const folder = (key: string) => join(world.box.work, 'jobs', `${RUN}.${key}.1`)
    const names = ['a', 'b', 'c'].flatMap(key =>
      ['began', 'ended'].flatMap(event => [
        join(world.box.work, 'spool', `${RUN}.${key}.1.${event}`),
        join(folder(key), `report.${event}`),
      ]),
    )
    for (const name of names) renameSync(name, `${name}.hidden`)
    const show = (part: string) => {
      for (const name of names.filter(each => each.includes(part))) renameSync(`${name}.hidden`, name)
    }
    await world.turn()
    for (const key of ['a', 'b', 'c']) expect(world.attempt(key).outcome).toBeNull()
    world.pass(3)
    show('c.1')
    await world.turn()
    world.pass(GRACE_S - 5)
    await world.turn()
    for (const key of ['a', 'b']) expect(world.attempt(key).outcome).toBeNull()
    show('a.1')
    show('b.1')
    for (let turns = 0; turns < 3; turns++) await world.turn()
    for (const key of ['a', 'b', 'c']) {
      expect(world.attempt(key)).toMatchObject({ outcome: 'completed', phase: { exit: 0 }, ignored: [] })
    }
    expect(world.box.log()).toEqual(['a', 'b', 'c'])
  })

  test('a report that comes after the end was taken from the scheduler changes nothing wrong', async () => {
    const { world, cluster } = await submitted()
    await cluster.run('101')
    const report = join(reportsOf(world), 'report.ended')
    renameSync(report, `${report}.hidden`)
    rmSync(join(world.box.work, 'spool', `${RUN}.a.1.ended`))
    await world.turn()
    world.pass(60)
    for (let turns = 0; turns < 3; turns++) await world.turn()
    const before = world.attempt('a')
    expect(before).toMatchObject({ outcome: 'completed', evidence: [{ source: 'scheduler' }] })
    renameSync(`${report}.hidden`, report)
    writeFileSync(join(world.box.work, 'spool', `${RUN}.a.1.ended`), '')
    const { reports } = await readReports(world.here, [])
    world.tell(...facts(world.here, reports, null))
    expect(world.attempt('a')).toMatchObject({ outcome: before.outcome, phase: before.phase })
  })
})

describe('a job that does not start by itself', () => {
  const say = (world: World, reason: string) =>
    writeFileSync(join(world.box.work, '..', 'cluster', '101.job'), `101|PD|${reason}|main|${RUN}.a.1\n`)

  test('is said to be held, or that it never will, once, until it only waits again', async () => {
    const { world } = await submitted()
    say(world, 'JobHeldUser')
    await world.turn()
    await world.turn()
    expect(world.attempt('a').phase).toMatchObject({ is: 'queued', waiting: { is: 'held' } })
    say(world, 'PartitionTimeLimit')
    await world.turn()
    expect(world.attempt('a').phase).toMatchObject({ waiting: { is: 'never' } })
    say(world, 'Priority')
    await world.turn()
    await world.turn()
    expect(world.attempt('a').phase).toMatchObject({ is: 'queued', waiting: null })
    expect(world.events.filter(({ type }) => type === 'jobs.waiting')).toHaveLength(3)
  })
})

describe('the answer to a submission', () => {
  async function answeredBy(script: string) {
    const world = await newWorld('slurm')
    const cluster = clusterOn(world.box)
    await world.plan({ a: 'echo ran >>"$LOG"' })
    cluster.answer(script)
    for (let i = 0; i < 3; i++) await world.turn()
    return { world, cluster }
  }

  test('that is a refusal ends the attempt, in the words of the scheduler', async () => {
    const { world } = await answeredBy(
      `rm '../../../cluster'/$id.job; echo "sbatch: error: invalid partition specified: abcd" >&2; exit 1`,
    )
    expect(world.attempt('a')).toMatchObject({ outcome: 'failed', phase: { is: 'submitting' } })
    expect(world.attempt('a').reason).toContain('invalid partition specified: abcd')
  })

  test('that sounds like a refusal while the job stands in the queue is none', async () => {
    const { world } = await answeredBy('echo "sbatch: error: Socket timed out on send/recv operation" >&2; exit 1')
    expect(world.attempt('a')).toMatchObject({ outcome: null, phase: { is: 'queued', queue_id: '101' } })
    expect(Object.keys(await submittedTimes(world))).toHaveLength(1)
  })

  test('that names nothing while the job stands in the queue is looked up there', async () => {
    const { world } = await answeredBy('echo "Thank you for flying"')
    expect(world.attempt('a')).toMatchObject({ outcome: null, phase: { is: 'queued', queue_id: '101' } })
  })

  test('that names nothing while the queue does not know it stays a doubt, and is never sent again', async () => {
    const { world } = await answeredBy(`echo "Thank you for flying"; rm '../../../cluster'/$id.job`)
    world.pass(GRACE_S * 10)
    await world.turn()
    expect(world.attempt('a')).toMatchObject({ outcome: null, phase: { is: 'submitting' } })
    expect(world.attempt('a').phase).toMatchObject({ doubt: { text: expect.stringContaining('does not name it') } })
    expect(Object.keys(await submittedTimes(world))).toHaveLength(1)
  })

  test('that never came is asked for again, and the queue knows', async () => {
    const { world } = await answeredBy('kill -9 $$')
    expect(world.attempt('a')).toMatchObject({ outcome: null, phase: { is: 'queued', queue_id: '101' } })
  })

  test('that never came, while its report is there: the report names the job', async () => {
    const world = await newWorld('slurm')
    const cluster = clusterOn(world.box)
    await world.plan({ a: 'echo ran >>"$LOG"' })
    cluster.answer('kill -9 $$')
    for (const step of ['stage', 'intend'] as const) await world.step(step)
    await world.here.agent.submit([world.attempt('a').label])
    await cluster.run('101')
    cluster.forget('101')
    await world.step('submit')
    expect(world.attempt('a')).toMatchObject({ phase: { is: 'ended', queue_id: '101' }, ignored: [] })
    await world.turnUntil('a', ({ outcome }) => outcome !== null)
    expect(world.attempt('a').outcome).toBe('completed')
    expect(world.box.log()).toEqual(['ran'])
  })
})

/** The submissions that the cluster has seen. */
async function submittedTimes(world: World): Promise<Readonly<Record<string, string>>> {
  const folder = join(world.box.work, '..', 'cluster')
  const last = Number(readFileSync(join(folder, 'last'), 'utf8'))
  return Object.fromEntries(Array.from({ length: last - 100 }, (_, i) => [String(101 + i), '']))
}

describe('cancelling', () => {
  test('a job that waits is cancelled once the queue says so, and it never runs', async () => {
    const { world, cluster } = await submitted()
    world.tell(wish(world))
    await world.turnUntil('a', ({ outcome }) => outcome !== null)
    expect(cluster.cancelled()).toContain('101')
    expect(world.attempt('a')).toMatchObject({ outcome: 'cancelled', ignored: [] })
    expect(world.box.log()).toEqual([])
  })

  test('a job that runs is what its report says', async () => {
    const { world, cluster } = await submitted()
    world.box.shim('scancel', `kill $(sed -n 's/^pid=//p' '${reportsOf(world)}/report.began')`)
    writeFileSync(join(reportsOf(world), 'run.sh'), 'echo ran >>"$LOG"; exec sleep 600')
    const running = cluster.run('101')
    await world.turnUntil('a', ({ phase }) => phase.is === 'running')
    await world.turnUntil('a', () => world.box.log().length === 1)
    world.tell(wish(world))
    await world.turnUntil('a', ({ outcome }) => outcome !== null)
    await running
    expect(world.attempt('a')).toMatchObject({ outcome: 'cancelled', phase: { is: 'parsed', signal: 'TERM' } })
  })

  test('a job that was killed without a report is cancelled after the grace period, not before', async () => {
    const { world, cluster } = await submitted()
    cluster.setState('101', 'R')
    writeFileSync(join(reportsOf(world), 'run.lock'), '101\n')
    await world.turn()
    expect(world.attempt('a').phase.is).toBe('running')
    world.tell(wish(world))
    await world.turn()
    expect(world.attempt('a').outcome).toBeNull()
    cluster.setState('101', 'CA')
    await world.turn()
    expect(world.attempt('a').outcome).toBeNull()
    world.pass(GRACE_S + 1)
    await world.turn()
    expect(world.attempt('a')).toMatchObject({ outcome: 'cancelled', evidence: [{ source: 'scheduler' }] })
  })

  test('that the scheduler would not do changes nothing, is told, and is asked for again', async () => {
    const { world } = await submitted()
    const told: string[] = []
    world.here.refused = ({ message, detail }) => void told.push(`${message} ${detail}`)
    world.box.shim('scancel', 'echo denied >&2; exit 210')
    world.tell(wish(world))
    await world.turn()
    world.pass(GRACE_S * 10)
    await world.turn()
    expect(world.attempt('a')).toMatchObject({ outcome: null, phase: { is: 'queued' } })
    expect(told).toEqual(Array(2).fill('Slurm would not cancel. denied\n'))
  })

  test('a job that ended by itself before is what it is', async () => {
    const { world, cluster } = await submitted()
    await cluster.run('101')
    // The controller says so of what it has no more to do with: nothing was refused.
    world.box.shim('scancel', 'echo "Kill job error on job id 101: Invalid job id specified" >&2; exit 1')
    world.tell(wish(world))
    await world.turnUntil('a', ({ outcome }) => outcome !== null)
    expect(world.attempt('a')).toMatchObject({ outcome: 'completed', phase: { is: 'parsed' } })
  })
})
