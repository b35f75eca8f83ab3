import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { QueueId } from '../../../shared/ids.ts'
import { localMachine } from '../../../shared/model/machine.ts'
import { orThrow } from '../../../shared/result.ts'
import { type Printed, type QueueEntry, schedulers } from '../../../shared/schedulers/index.ts'

const { slurm } = schedulers
const settings = localMachine.settings
const HEADER = 'JOBID|ST|REASON|PARTITION|NAME\n'
const printed = (out: string, exit: number | null = 0, err = ''): Printed => ({ exit, out, err })
const read = (out: string) => orThrow(slurm.list.read(printed(out))).entries
const byId = (entries: readonly QueueEntry[]) => Object.fromEntries(entries.map(entry => [entry.queue_id, entry]))

/** The answer of Slurm 22.05.8 to the question about 8, 9, 10, 11, 12, 3 and 99999. */
const captured = readFileSync(new URL('../../fixtures/slurm/queue-22.05.txt', import.meta.url), 'utf8')

describe('the question', () => {
  test('asks one squeue for all jobs of the user', () => {
    const { sh } = slurm.list.line({ settings, ids: [] })
    expect(sh.match(/squeue /g)).toHaveLength(1)
    expect(sh).toContain('squeue "$@" --me --states=all')
    expect(sh).toMatch(/ sh ''\s*$/)
  })

  test('quotes ids and clusters, whatever stands in them', () => {
    const ids = ['101', '$(id)'] as QueueId[]
    const { sh } = slurm.list.line({ settings: { ...settings, clusters: 'oak,`elm`' }, ids })
    expect(sh).toMatch(/ sh oak,elm 101 '\$\(id\)'$/)
  })

  test('asks the clusters of the ids, too, whatever the machine names now', () => {
    const ids = ['101;elm', '7;oak'] as QueueId[]
    expect(slurm.list.line({ settings: { ...settings, clusters: 'oak' }, ids }).sh).toMatch(
      / sh oak,elm '101;elm' '7;oak'$/,
    )
  })
})

describe('a captured answer', () => {
  const jobs = byId(read(captured))

  test('tells what waits, runs, is held and can never start', () => {
    expect(jobs['6']).toMatchObject({ status: 'running', text: 'R', partition: 'main', waiting: null, end: null })
    expect(jobs['7']).toMatchObject({ status: 'queued', label: 'a|b c', waiting: null })
    expect(jobs['4']?.waiting).toEqual({
      is: 'held',
      text: 'held by its owner: scontrol release lets it go (JobHeldUser)',
    })
    expect(jobs['3']?.waiting).toEqual({
      is: 'never',
      text: 'it can never start: its time limit is longer than the partition allows (PartitionTimeLimit). Cancel it, and submit it with other resources, or to another partition, account or QOS',
    })
    expect(jobs['5']?.waiting).toBeNull() // PartitionConfig may pass
  })

  test('tells how jobs ended: by themselves, by hand while they ran or waited, by a signal', () => {
    expect(jobs['8']?.end).toEqual({
      exit: 3,
      signal: null,
      cause: null,
      text: 'Slurm: FAILED, exit 3:0, reason NonZeroExitCode',
    })
    expect(jobs['9']?.end).toMatchObject({ exit: 0, signal: 'TERM', cause: 'cancelled' })
    expect(jobs['10']?.end).toMatchObject({ exit: 0, signal: null, cause: 'cancelled' })
    expect(jobs['11']?.end).toMatchObject({ exit: 0, signal: 'KILL' })
  })

  test('is not misled by a name that looks like an answer', () => {
    expect(jobs['12']).toMatchObject({ label: 'a|b JobState=TIMEOUT', end: { exit: 0, cause: null } })
  })

  test('says nothing of what it does not know', () => {
    expect(Object.keys(jobs).toSorted((a, b) => Number(a) - Number(b))).toEqual([
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      '10',
      '11',
      '12',
    ])
  })
})

describe('states', () => {
  test.each([
    ['TO', 'time-limit'],
    ['DL', 'time-limit'],
    ['OOM', 'out-of-memory'],
    ['NF', 'node-lost'],
    ['BF', 'node-lost'],
    ['PR', 'preempted'],
    ['CA', 'cancelled'],
    ['F', null],
    ['CD', null],
  ])('%s is over, because of %s', (code, cause) => {
    const [entry] = read(`${HEADER}101|${code}|None|main|r1.a.1\n`)
    expect(entry).toMatchObject({ status: 'gone', end: { exit: code === 'CD' ? 0 : null, cause } })
  })

  test.each([
    ['RQ', 'queued'],
    ['CG', 'running'],
    ['SO', 'running'],
    ['S', 'held'],
    ['RH', 'held'],
    ['XX', 'unclear'],
    ['toString', 'unclear'],
    ['__proto__', 'unclear'],
  ])('%s is %s, and no end', (code, status) => {
    expect(read(`${HEADER}101|${code}|None|main|r1.a.1\n`)).toMatchObject([{ status, end: null }])
  })

  test('the reason of a state that is no reason to worry is none', () => {
    for (const reason of ['Priority', 'Resources', 'BeginTime', 'QOSMaxJobsPerUserLimit', 'constructor']) {
      expect(read(`${HEADER}101|PD|${reason}|main|r1.a.1\n`)).toMatchObject([{ waiting: null }])
    }
  })
})

describe('accounting', () => {
  const answer = `${HEADER}== sacct
101|oak|OUT_OF_MEMORY|0:125|r1.a.1
102|oak|CANCELLED by 1001|0:15|r1.b.1
103|oak|RUNNING|0:0|r1.c.1
104|oak|NODE_FAIL|1:0|r1.d|1
105|oak|TIMEOUT|0:0|r1.e.1
`
  test('tells of jobs that the queue has forgotten', () => {
    const jobs = byId(read(answer))
    expect(jobs['101']?.end).toMatchObject({ exit: 0, signal: null, cause: 'out-of-memory' })
    expect(jobs['102']?.end).toMatchObject({ signal: 'TERM', cause: 'cancelled' })
    expect(jobs['104']).toMatchObject({ label: 'r1.d|1', end: { exit: 1, cause: 'node-lost' } })
    expect(jobs['105']?.end?.text).toBe('Slurm: TIMEOUT, exit 0:0')
  })

  test('that takes a job to be alive which the queue does not know says nothing', () => {
    expect(byId(read(answer))['103']).toBeUndefined()
  })

  test('never overrules the queue', () => {
    const out = `${HEADER}101|R|None|main|r1.a.1\n== scontrol\nJobId=101 JobName=other UserId=1 JobState=FAILED Reason=None ExitCode=1:0\n== sacct\n101|oak|FAILED|1:0|r1.a.1\n`
    expect(read(out)).toMatchObject([{ status: 'running', label: 'r1.a.1' }])
  })
})

describe('several clusters', () => {
  test('may give the same number', () => {
    const out = `CLUSTER: oak\n${HEADER}101|R|None|main|r1.a.1\nCLUSTER: elm\n${HEADER}101|CD|None|main|r1.b.1\n== scontrol elm\nJobId=101 JobName=r1.b.1 UserId=1 JobState=COMPLETED Reason=None ExitCode=0:0\n== sacct\n7|elm|COMPLETED|0:0|r1.c.1\n`
    expect(byId(read(out))).toMatchObject({
      '101;oak': { status: 'running' },
      '101;elm': { status: 'gone', end: { exit: 0 } },
      '7;elm': { end: { exit: 0 } },
    })
  })
})

describe('no answer of one cluster among several', () => {
  const clustersOf = (out: string) => orThrow(slurm.list.read(printed(out))).clusters

  test('is told: squeue passes over a controller that is down, and exits with 0', () => {
    const out = `== asked oak,elm\nCLUSTER: oak\n${HEADER}101|R|None|main|r1.a.1\n`
    expect(clustersOf(out)).toEqual({ asked: ['oak', 'elm'], answered: ['oak'] })
    expect(read(out)).toMatchObject([{ queue_id: '101;oak' }])
  })

  test('is told where it is named without its jobs, with a fault that is its own alone', () => {
    const out = `== asked elm,oak\nCLUSTER: elm\n\nCLUSTER: oak\n${HEADER}101|R|None|main|r1.a.1\n`
    const err = 'slurm_load_jobs error: Socket timed out on send/recv operation\n'
    const answer = orThrow(slurm.list.read(printed(out, 1, err)))
    expect(answer).toMatchObject({ clusters: { answered: ['oak'] }, entries: [{ queue_id: '101;oak' }] })
    // A fault that no silent cluster explains, a cut line, and the silence of all of them are no answer.
    expect(slurm.list.read(printed(out.replace('asked elm,oak', 'asked oak'), 1, err)).ok).toBe(false)
    expect(slurm.list.read(printed(out, null, err)).ok).toBe(false)
    expect(slurm.list.read(printed('== asked elm,oak\nCLUSTER: elm\n\nCLUSTER: oak\n\n', 1, err)).ok).toBe(false)
  })

  test('is none where all of them answered, or where there is but one', () => {
    const out = `== asked Oak,elm\nCLUSTER: elm\n${HEADER}\nCLUSTER: oak\n${HEADER}`
    expect(clustersOf(out)).toEqual({ asked: ['oak', 'elm'], answered: ['elm', 'oak'] })
    expect(clustersOf(HEADER)).toBeNull()
  })
})

describe('accounts that do not answer', () => {
  // Slurm 22.05.8, its slurmdbd stopped.
  const silent = `sacct: error: slurm_persist_conn_open: No response to persist_init
sacct: error: Sending PersistInit msg: Resource temporarily unavailable
sacct: error: Problem talking to the database: Resource temporarily unavailable
`
  const accountsOf = (out: string) => orThrow(slurm.list.read(printed(out))).accounts

  test('are told, and all else is as the queue has it', () => {
    const out = `${HEADER}101|R|None|main|r1.a.1\n== sacct\n${silent}`
    expect(accountsOf(out)).toBe('silent')
    expect(read(out)).toMatchObject([{ queue_id: '101', status: 'running' }])
  })

  test('are none where the site keeps none, or tells', () => {
    expect(accountsOf(`${HEADER}== sacct\nsacct: error: Slurm accounting storage is disabled\n`)).toBeUndefined()
    expect(accountsOf(`${HEADER}== sacct\nsh: 1: sacct: not found\n`)).toBeUndefined()
    expect(
      accountsOf(`${HEADER}== sacct\n7|oak|COMPLETED|0:0|sacct: error: Problem talking to the database\n`),
    ).toBeUndefined()
  })

  test('are behind while the controller still has records for them, as it has after an outage', () => {
    expect(accountsOf(`${HEADER}== behind 3\n== sacct\n`)).toBe('behind')
    expect(accountsOf(`${HEADER}== behind 3\n== sacct\n${silent}`)).toBe('silent')
    expect(accountsOf(`${HEADER}101|R|None|main|== behind 3\n`)).toBeUndefined()
  })

  test('leave the cluster of the login node, which is asked without them', () => {
    const out = `== asked oak,elm\n== no accounts\nCLUSTER: oak\n${HEADER}101|R|None|main|r1.a.1\n`
    const err = 'squeue: error: Problem talking to database\n'
    expect(orThrow(slurm.list.read(printed(out, 0, err)))).toMatchObject({
      entries: [{ queue_id: '101;oak' }],
      clusters: { asked: ['oak', 'elm'], answered: ['oak'] },
      accounts: 'silent',
    })
    const alone = out.replace('asked oak,elm', 'asked oak')
    expect(orThrow(slurm.list.read(printed(alone, 0, err)))).toMatchObject({ accounts: 'silent' })
  })
})

describe('no answer', () => {
  test.each([
    [
      'a controller that is down',
      '',
      1,
      'slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n',
    ],
    ['a timeout that is called success', '', 0, 'slurm_load_jobs error: Socket timed out on send/recv operation\n'],
    [
      'half of a queue',
      `${HEADER}101|R|None|main|r1.a.1\n`,
      0,
      'squeue: error: Socket timed out on send/recv operation\n',
    ],
    ['a line that was cut', `${HEADER}101|R|None|main|r1.a.1\n`, null, ''],
    ['silence', '', 0, ''],
    ['a banner alone', '*** Welcome ***\n', 0, ''],
  ])('%s is no queue', (_, out, exit, err) => {
    expect(slurm.list.read(printed(out, exit, err))).toMatchObject({ ok: false, fault: { code: 'not-now' } })
  })

  test('an empty queue is an answer', () => {
    expect(read(HEADER)).toEqual([])
    expect(read(`*** Welcome ***\n${HEADER}`)).toEqual([])
  })

  test('cut anywhere never tells of a job what was not said of it', () => {
    for (let at = 0; at <= captured.length; at += 7) {
      expect(slurm.list.read(printed(captured.slice(0, at), null)).ok).toBe(false)
    }
  })

  test('garbage is passed over', () => {
    const out = `${HEADER}|\n||||\n101|R\nx|R|None|main|a\n103|R|None|main|\n104|R|None|main|a|b\n\u0000\u001b[31m\n`
    expect(read(out)).toMatchObject([{ queue_id: '104', label: 'a|b' }])
  })
})

const folder = process.env.LARMOR_TRUTH_DATA
const samples = folder ? join(folder, 'schedulers', 'slurm') : ''

describe.skipIf(!folder)(`published answers${folder ? '' : ' (skipped: LARMOR_TRUTH_DATA is not set)'}`, () => {
  test('of squeue, in our columns, have no state that is unclear', () => {
    const lines = readFileSync(join(samples, 'aiida_TEXT_SQUEUE_TO_TEST.txt'), 'utf8').trim().split('\n')
    const out = lines.map(line => {
      const [id, code, reason] = line.split('^^^')
      return `${id}|${code}|${reason}|normal|name of ${id}\n`
    })
    const entries = read(HEADER + out.join(''))
    expect(entries).toHaveLength(lines.length)
    expect(entries.filter(({ status }) => status === 'unclear')).toEqual([])
  })

  test('of scontrol tell an end', () => {
    const text = readFileSync(join(samples, 'qtoolkit_parse_job_output_inout.yaml'), 'utf8')
    const jobs = [...text.matchAll(/JobId=(\d+) [\s\S]*?ExitCode=\d+:\d+/g)].map(([job]) => job.replaceAll(/\s+/g, ' '))
    expect(jobs.length).toBeGreaterThan(0)
    for (const job of jobs) {
      const [, id, name] = /JobId=(\d+) JobName=(\S+)/.exec(job) ?? []
      const [entry] = read(`${HEADER}${id}|CD|None|main|${name}\n== scontrol\n${job}\n`)
      expect(entry).toMatchObject({ end: { exit: Number(/ExitCode=(\d+)/.exec(job)?.[1]) } })
    }
  })
})
