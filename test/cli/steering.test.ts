import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import * as documents from './documents.ts'
import { start } from './larmor.ts'
import { problems } from './schema.ts'
import { type Begun, endedRuns, workplace } from './workplace.ts'

const here = await workplace()
const { home, folder, larmor, script, document, refusal, command, fails, gated, shut, open } = here
let done: Begun
let nmr: Begun
let completed: string
let failed: string
beforeAll(async () => {
  ;({ done, nmr, completed, failed } = await endedRuns(here))
})

describe('steering', () => {
  test('pause, resume, stop, cancel', async () => {
    await shut()
    const { json } = await command(gated)
    for (const [verb, state] of [
      ['pause', 'paused'],
      ['resume', 'running'],
    ] as const) {
      const ended = await larmor(verb, json.run, '--json')
      expect(ended.exit, ended.err).toBe(0)
      expect(ended.json).toMatchObject({ run: json.run, state })
      // A paused run has not ended: who waits for it goes on waiting.
      if (state === 'paused') await document(documents.singleRun, ['wait', json.run, '--timeout', '0.1'], 5)
    }
    expect((await larmor('stop', json.run, '--json')).exit).toBe(0)
    const cancelled = await larmor('cancel', json.run, '--json')
    expect(cancelled.exit, cancelled.err).toBe(0)
    const waited = await document(documents.singleRun, ['wait', json.run], 1)
    expect(waited.state).toBe('cancelled')
    const job = await document(documents.job, ['wait', json.jobs[0].job], 1)
    expect(job.outcome).toBe('cancelled')
    await refusal(3, ['pause', json.run])
    await refusal(3, ['cancel', json.run])
    // One that has ended keeps no other from being cancelled.
    const other = (await command(gated)).json.run
    const both = await larmor('cancel', json.run, other, '--json')
    expect(both.exit).toBe(3)
    expect(`${both.out}${both.err}`).toContain(`Being cancelled: ${other}`)
    expect((await document(documents.singleRun, ['wait', other], 1)).state).toBe('cancelled')
    await open()
  })

  test('wait: how it ended decides, not how long one looks', async () => {
    await shut()
    const { json } = await command(gated)
    expect(await document(documents.singleRun, ['wait', json.run, '--for', 'running'])).toMatchObject({
      state: 'running',
    })
    await document(documents.singleRun, ['wait', json.run, '--timeout', '0.2'], 5)
    await document(documents.job, ['wait', json.jobs[0].job, '--timeout', '0'], 5)
    expect(await interrupted(['wait', json.run, '--json'])).toBe(130)
    expect((await larmor('show', json.run, '--json')).json.state).toBe('running')
    await open()
    await document(documents.singleRun, ['wait', json.run])
    // A run without jobs has ended, too.
    await document(documents.nmrRun, ['wait', nmr.run, '--for', 'running', '--timeout', '20'])
    await document(documents.job, ['wait', failed], 1)
    await refusal(2, ['wait', done.run, '--for', 'noon'])
    await refusal(2, ['wait', done.run, '--timeout', 'soon'])
  })

  /** The exit status after ctrl-C, once it came late enough: before Larmor's first line Node itself ends by the signal. */
  async function interrupted(args: readonly string[]) {
    for (let wait = 500; ; wait *= 2) {
      const waiting = start(args, { home })
      await sleep(wait)
      const exit = await waiting.end('SIGINT')
      if (exit !== 'SIGINT') return exit
    }
  }

  test('resubmit: dry, for real, and what is refused', async () => {
    const flaky = await script('flaky.sh', 'exit 1')
    const { json } = await command(flaky)
    await larmor('wait', json.run)
    const id = json.jobs[0].job
    const dry = await document(documents.wouldResubmit, ['resubmit', json.run, '--failed', '--dry-run'])
    expect(dry.attempts).toMatchObject([{ job: id, attempt: 2, diff: { input: '', resources: '' } }])
    expect((await larmor('show', id, '--json')).json.attempts).toHaveLength(1)
    const real = await document(documents.resubmitted, ['resubmit', json.run, '--failed'])
    expect(real.attempts).toMatchObject([{ job: id, attempt: 2, label: `${id}.2` }])
    const again = await document(documents.job, ['wait', id], 1)
    expect(again.attempts.map(({ attempt }: { attempt: number }) => attempt)).toEqual([1, 2])
    const refused = await document(documents.resubmitted, ['resubmit', completed])
    expect(refused).toMatchObject({ attempts: [], refused: [{ job: completed }] })
    const nothing = await document(documents.resubmitted, ['resubmit', nmr.run, '--failed'])
    expect(nothing).toEqual({ attempts: [], refused: [] })
    expect((await refusal(2, ['resubmit', id, '--fix', 'pray'])).message).toContain('no remedy "pray"')
    const helped = await document(documents.resubmitted, ['resubmit', id])
    expect(helped).toMatchObject({ attempts: [], refused: [{ job: id, reason: 'no remedy is left that may help' }] })
  })

  test('resubmit --input: what a person made of the files is an attempt of the same job', async () => {
    await mkdir(join(folder, 'two'))
    await mkdir(join(folder, 'edited'))
    await mkdir(join(folder, 'bare'))
    await script('two/run.sh', 'grep fixed data.txt')
    await script('two/data.txt', 'broken\n')
    const { json } = await command('two')
    await larmor('wait', json.run)
    const id = json.jobs[0].job
    await script('edited/run.sh', 'grep "^fixed" data.txt')
    await script('bare/data.txt', 'fixed\n')
    await script('better.sh', 'grep "^fixed" data.txt')
    await script('edited/data.txt', 'fixed\n')
    const edited = ['resubmit', id, '--input', 'edited/run.sh', '--input', 'edited/data.txt']
    const { attempts } = await document(documents.wouldResubmit, [...edited, '--dry-run'])
    expect(attempts).toMatchObject([{ job: id, attempt: 2, fix: 'edited', diff: { resources: '' } }])
    for (const line of ['- grep fixed data.txt', '+ grep "^fixed" data.txt', '- broken', '+ fixed'])
      expect(attempts[0].diff.input).toContain(line)
    await refusal(2, ['resubmit', json.run, '--input', 'edited/data.txt'])
    await refusal(2, ['resubmit', id, '--input', 'nowhere.sh'])
    await refusal(2, ['resubmit', id, '--input', 'bare'])
    expect((await refusal(2, ['resubmit', id, '--input', 'better.sh'])).message).toContain('data.txt, run.sh')
    await refusal(2, [...edited, '--fix', 'none'])
    expect((await larmor('show', id, '--json')).json.attempts).toHaveLength(1)

    const sent = await document(documents.resubmitted, edited)
    expect(sent.attempts).toMatchObject([{ job: id, attempt: 2, label: `${id}.2`, fix: 'edited' }])
    const job = await document(documents.job, ['wait', id])
    expect(job).toMatchObject({ outcome: 'completed', attempts: [{ outcome: 'failed' }, { fix: 'edited' }] })
    expect(await readFile(join(job.folder, 'run.sh'), 'utf8')).toBe('grep "^fixed" data.txt')
    expect(await readFile(join(job.folder, 'output.txt'), 'utf8')).toBe('fixed\n')
    const again = await document(documents.resubmitted, edited)
    expect(again).toMatchObject({ attempts: [], refused: [{ job: id }] })
  })

  test('the whole work ends badly: exit 1 from wait, 0 from show', async () => {
    const ended = await larmor('run', fails, '--program', 'command', '--wait', '--json')
    expect(ended.exit).toBe(1)
    expect(problems(ended.json, documents.singleRun)).toEqual([])
    expect(ended.json.state).toBe('failed')
    await document(documents.singleRun, ['show', ended.json.run])
    await document(documents.status, ['status', ended.json.run])
  })
})
