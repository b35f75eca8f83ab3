import { chmodSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { until } from '../../until.ts'
import { type Box, isAlive, killOne, newBox, SHELLS, type TestJob } from './box.ts'

const label = 'r1.a.1'

/** Runs job.sh as a scheduler does, with the queue id that it gives. */
async function runJob(box: Box, job: Omit<TestJob, 'label'>, { id = '17', env = {} as Record<string, string> } = {}) {
  if (!existsSync(join(box.work, 'jobs', label))) await box.stage({ label, ...job })
  return box.run('sh', [join(box.work, 'jobs', label, 'job.sh')], { env: { LARMOR_QUEUE_ID: id, ...env } })
}

/** Begins it and goes on when its program runs; the job script's own number, and how it ended. */
async function begin(box: Box, job: Omit<TestJob, 'label'>, env: Record<string, string> = {}) {
  const ended = runJob(box, job, { env })
  await until('the program runs', () => box.log().length > 0)
  const pid = Number(box.report(label, 'began')?.pid)
  return { pid, ended }
}

describe.each(SHELLS)('job.sh (%s)', shell => {
  test('runs the program once, between two reports', async () => {
    const box = newBox(shell)
    const { exit } = await runJob(box, { script: 'echo ran >>"$LOG"; echo out; echo err >&2; cat' })
    expect(exit).toBe(0)
    expect(box.log()).toEqual(['ran'])
    expect(box.read('jobs', label, 'output.txt')).toBe('out\n')
    expect(box.read('jobs', label, 'stderr.txt')).toBe('err\n')
    const began = box.report(label, 'began')
    const ended = box.report(label, 'ended')
    expect(began).toMatchObject({ label, event: 'began', queue_id: '17', exit: '', signal: '' })
    expect(ended).toMatchObject({
      label,
      event: 'ended',
      queue_id: '17',
      exit: '0',
      signal: '',
      pid: began?.pid,
      started: began?.started,
    })
    for (const time of [began?.started, began?.at, ended?.at]) expect(new Date(time ?? '').toISOString()).toBe(time)
    expect(ended?.at && ended.started && ended.at >= ended.started).toBe(true)
    expect(box.read('jobs', label, 'report.ended')?.startsWith('larmor-report 1\n')).toBe(true)
    expect(readdirSync(join(box.work, 'spool')).toSorted()).toEqual([`${label}.began`, `${label}.ended`])
    expect(readdirSync(join(box.work, 'jobs', label)).filter(name => /part|run\.lock\./.test(name))).toEqual([])
  })

  test('where a full disk takes no lock the program does not run, and the scheduler hears of a failure', async () => {
    const box = newBox(shell)
    await box.stage({ label, script: 'mkdir "$LOG.ran"' })
    const job = join(box.work, 'jobs', label, 'job.sh')
    const onFullDisk = ['-c', `trap '' XFSZ; ulimit -f 0; exec sh "$0"`, job]
    const { exit, err } = await box.run('sh', onFullDisk, { env: { LARMOR_QUEUE_ID: '17' } })
    expect(exit).toBe(1)
    expect(err).toContain('larmor: nothing can be written into')
    expect(existsSync(join(box.work, '..', 'log.ran'))).toBe(false)
    // Another submission finds no lock of nobody.
    expect(readdirSync(join(box.work, 'jobs', label)).filter(name => name.startsWith('run.lock'))).toEqual([])
    expect((await runJob(box, { script: '' }, { id: '18' })).exit).toBe(0)
    expect(existsSync(join(box.work, '..', 'log.ran'))).toBe(true)
  })

  test.each([0, 1, 2, 64, 126, 127, 128, 129, 137, 139, 143, 200, 255])(
    'exit status %i is reported as it is',
    async status => {
      const box = newBox(shell)
      const { exit } = await runJob(box, { script: `exit ${status}` })
      expect(exit).toBe(status)
      expect(box.report(label)).toMatchObject({ exit: String(status) })
      const signals: Readonly<Record<number, string>> = { 129: 'HUP', 137: 'KILL', 139: 'SEGV', 143: 'TERM' }
      // A shell cannot tell a death by signal from such a status.
      expect(box.report(label)?.signal).toBe(signals[status] ?? '')
    },
  )

  test.each(['KILL', 'SEGV', 'ABRT', 'TERM'])('a program that dies of SIG%s is reported so', async signal => {
    const box = newBox(shell)
    const { ended } = await begin(box, { script: `echo $$ >>"$LOG"; kill -s ${signal} $$; sleep 60` })
    await ended
    expect(box.report(label)).toMatchObject({ signal })
    expect(Number(box.report(label)?.exit)).toBeGreaterThan(128)
  })

  test('a program that is killed with kill -9 from outside is reported', async () => {
    const box = newBox(shell)
    const { ended } = await begin(box, { script: 'echo $$ >>"$LOG"; sleep 600 & wait' })
    killOne(Number(box.log()[0]))
    expect((await ended).exit).toBe(137)
    expect(box.report(label)).toMatchObject({ exit: '137', signal: 'KILL' })
  })

  test.each(['TERM', 'USR1', 'INT'] as const)(
    'SIG%s to the job ends the program, and is what the report says',
    async signal => {
      const box = newBox(shell)
      const { pid, ended } = await begin(box, {
        script: `trap 'echo told >>"$LOG"; exit 5' TERM; echo $$ >>"$LOG"; while :; do sleep 0.05; done`,
      })
      killOne(pid, `SIG${signal}`)
      expect((await ended).exit).toBe(5)
      expect(box.log()[1]).toBe('told')
      expect(box.report(label)).toMatchObject({ exit: '5', signal })
    },
  )

  test('many signals in a row: the report has the status of the program, not of a signal', async () => {
    const box = newBox(shell)
    const { pid, ended } = await begin(box, {
      script: `trap : TERM; echo $$ >>"$LOG"; n=0; while [ $n -lt 20 ]; do sleep 0.05; n=$((n + 1)); done; exit 7`,
    })
    for (let i = 0; i < 10; i++) {
      killOne(pid, 'SIGUSR1')
      await box.run('sleep', ['0.05'])
    }
    expect((await ended).exit).toBe(7)
    expect(box.report(label)).toMatchObject({ exit: '7', signal: 'USR1' })
  })

  test('a program that has done its work when the signal comes has done it', async () => {
    const box = newBox(shell)
    const { pid, ended } = await begin(box, {
      script: `trap 'exit 0' TERM; echo $$ >>"$LOG"; while :; do sleep 0.05; done`,
    })
    killOne(pid, 'SIGUSR1')
    expect((await ended).exit).toBe(0)
    expect(box.report(label)).toMatchObject({ exit: '0', signal: 'USR1' })
  })

  test('a hang-up ends nothing', async () => {
    const box = newBox(shell)
    const { pid, ended } = await begin(box, {
      script: `echo $$ >>"$LOG"; while [ ! -e go ]; do sleep 0.05; done; echo done >>"$LOG"`,
    })
    killOne(pid, 'SIGHUP')
    killOne(Number(box.log()[0]), 'SIGHUP')
    await box.run('sleep', ['0.3'])
    writeFileSync(join(box.work, 'jobs', label, 'go'), '')
    expect((await ended).exit).toBe(0)
    expect(box.log()[1]).toBe('done')
    expect(box.report(label)).toMatchObject({ exit: '0', signal: '' })
  })

  test('its own clock ends a program at its time limit', async () => {
    const box = newBox(shell)
    await runJob(box, { script: 'echo $$ >>"$LOG"; exec sleep 600', seconds: 1 })
    expect(box.report(label)).toMatchObject({ exit: '143', signal: 'USR1' })
    await until('nothing is left', () => box.processes().length === 0)
  })

  test('and kills one that does not end when it is asked', async () => {
    const box = newBox(shell)
    const job = { script: `trap '' TERM; echo $$ >>"$LOG"; while :; do sleep 0.1; done`, seconds: 1 }
    await runJob(box, job, { env: { LARMOR_KILL_WAIT: '1' } })
    expect(box.report(label)).toMatchObject({ exit: '137', signal: 'USR1' })
    expect(isAlive(Number(box.log()[0]))).toBe(false)
    await until('nothing is left', () => box.processes().length === 0)
  })

  test('a clock that did not ring leaves nothing behind', async () => {
    const box = newBox(shell)
    await runJob(box, { script: 'echo ran >>"$LOG"', seconds: 3600 })
    expect(box.report(label)).toMatchObject({ exit: '0', signal: '' })
    await until('nothing is left', () => box.processes().length === 0)
  })

  test('a second submission is held back by run.lock, says so, and touches nothing', async () => {
    const box = newBox(shell)
    await runJob(box, { script: 'echo ran >>"$LOG"; exit 3' }, { id: '17' })
    const report = box.read('jobs', label, 'report.ended')
    const { exit } = await runJob(box, { script: '' }, { id: '18' })
    expect(exit).toBe(0)
    expect(box.log()).toEqual(['ran'])
    expect(box.read('jobs', label, 'report.ended')).toBe(report)
    expect(box.read('jobs', label, 'run.lock')).toBe('17\n')
    expect(box.report(label, 'duplicate')).toMatchObject({ label, queue_id: '18', event: 'duplicate' })
    expect(readdirSync(join(box.work, 'spool'))).toContain(`${label}.duplicate`)
  })

  test('ten submissions at once: one runs', async () => {
    const box = newBox(shell)
    await box.stage({ label, script: 'echo ran >>"$LOG"; sleep 0.2' })
    await Promise.all(Array.from({ length: 10 }, (_, i) => runJob(box, { script: '' }, { id: String(i + 1) })))
    expect(box.log()).toEqual(['ran'])
    expect(box.report(label)?.queue_id).toBe(box.read('jobs', label, 'run.lock')?.trim())
  })

  test('a requeue of the same id passes, and how it ended before is forgotten', async () => {
    const box = newBox(shell)
    const script = `echo ran >>"$LOG"; ls report.ended >>"$LOG" 2>/dev/null; [ "$(grep -c ran "$LOG")" = 2 ]`
    await runJob(box, { script })
    expect(box.report(label)).toMatchObject({ exit: '1' })
    await runJob(box, { script })
    expect(box.log()).toEqual(['ran', 'ran'])
    expect(box.report(label)).toMatchObject({ exit: '0', queue_id: '17' })
    expect(box.report(label, 'duplicate')).toBeNull()
  })

  test('where the spool cannot be written the program runs all the same, and its report is in its folder', async () => {
    const box = newBox(shell)
    await box.stage({ label, script: 'echo ran >>"$LOG"' })
    rmSync(join(box.work, 'spool'), { recursive: true })
    expect((await runJob(box, { script: '' })).exit).toBe(0)
    expect(box.log()).toEqual(['ran'])
    expect(box.report(label)).toMatchObject({ exit: '0' })
  })

  test('its text is data: a folder with a strange name and words that a shell would read', async () => {
    const box = newBox(shell)
    await box.stage({ label, script: 'echo ran >>"$LOG"' })
    const { exit } = await runJob(box, { script: '' }, { id: '$(touch pwned)`id`;x' })
    expect(exit).toBe(0)
    expect(box.report(label)?.queue_id).toBe('$(touch pwned)`id`;x')
    expect(readdirSync(join(box.work, 'jobs', label))).not.toContain('pwned')
  })

  test('a script with its own interpreter runs in it, executable or not', async () => {
    const box = newBox(shell)
    await box.stage({ label, script: '#!/usr/bin/env perl\nopen(L, ">>", $ENV{LOG}); print L "perl\\n";' })
    chmodSync(join(box.work, 'jobs', label, 'run.sh'), 0o600)
    expect((await runJob(box, { script: '' })).exit).toBe(0)
    expect(box.log()).toEqual(['perl'])
  })
})
