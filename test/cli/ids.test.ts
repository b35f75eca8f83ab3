import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { beforeAll, describe, expect, test } from 'vitest'
import * as documents from './documents.ts'
import { newHome, run, start } from './larmor.ts'
import { problems } from './schema.ts'
import { type Begun, endedRuns, workplace } from './workplace.ts'

const here = await workplace()
const { home, folder, larmor, refusal, command, quick, gated, shut, open } = here
let done: Begun
let failed: string
beforeAll(async () => {
  ;({ done, failed } = await endedRuns(here))
})

describe('ids and requests', () => {
  test('any unique prefix names a run or a job', async () => {
    expect((await larmor('show', done.run.slice(0, -1), '--json')).json.run).toBe(done.run)
    expect((await larmor('show', failed.slice(0, -2), '--json')).json.job).toBe(failed)
    const [, key = ''] = failed.split('.')
    expect((await larmor('show', `${done.run.slice(0, 6)}.${key.slice(0, 3)}`, '--json')).json.job).toBe(failed)
    expect((await refusal(2, ['show', 'r'])).message).toContain('more of it')
    expect((await refusal(2, ['show', `${done.run}.`])).message).toContain('more of it')
  })

  test('an empty id names nothing, not the only run', async () => {
    for (const args of [
      ['show', ''],
      ['status', ''],
      ['cancel', ''],
      ['resubmit', ''],
      ['wait', ''],
    ]) {
      await refusal(2, args)
    }
  })

  test('who watches a run by its name, or waits for it, is not disturbed by another that gets the name', async () => {
    await shut()
    const first = (await command(gated, '--name', 'twins')).json.run
    const watching = start(['status', 'twins', '--watch', '--json'], { home })
    await watching.until(({ runs }) => runs.length === 1)
    const waiting = start(['wait', 'twins', '--timeout', '1e9', '--json'], { home })
    const begun = once(waiting.process.stderr as Readable, 'data')
    // It says that nothing drives the run once it has found it.
    await larmor('engine', 'stop')
    await begun
    await command(quick, '--name', 'twins')
    await open()
    expect(await waiting.until(document => document)).toMatchObject({ run: first, state: 'completed' })
    await watching.until(({ runs }) => runs.length === 1 && runs[0].run === first && runs[0].state === 'completed')
  })

  test('a request that is repeated is one run, started once', async () => {
    const first = await command(quick, '--request-id', 'monday')
    const second = await command(quick, '--request-id', 'monday')
    expect(second.exit, second.err).toBe(0)
    expect(second.json.run).toBe(first.json.run)
    await larmor('wait', first.json.run)
    const { out } = await larmor('events', '--json')
    const ofRun = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
      .filter(({ run }) => run === first.json.run)
    expect(ofRun.filter(({ type }) => type === 'run.started')).toHaveLength(1)
    expect(ofRun.filter(({ type }) => type === 'jobs.submitted').flatMap(({ jobs }) => jobs)).toHaveLength(1)
  })

  test('a request that is repeated for other work starts nothing, and says so', async () => {
    const ensemble = ['nmr', 'CO', '--program', 'none', '--request-id', 'tuesday']
    const { run: id } = (await larmor(...ensemble, '--json')).json
    expect((await larmor(...ensemble, '--json')).json.run).toBe(id)
    for (const other of [
      ['nmr', 'CCO', '--program', 'none', '--request-id', 'tuesday'],
      ['nmr', 'CO', '--program', 'none', '--solvent', 'dmso', '--request-id', 'tuesday'],
      ['nmr', 'CO', '--program', 'none', '--name', 'another', '--request-id', 'tuesday'],
      ['run', quick, '--program', 'command', '--request-id', 'tuesday'],
    ]) {
      expect(await refusal(2, other)).toMatchObject({ field: 'request-id', message: expect.stringContaining(id) })
    }
    await larmor('wait', id)
    expect((await larmor(...ensemble, '--json')).json.run).toBe(id)
  })

  test('commands that find no engine at once start one, and each request is one run', async () => {
    const at = { home: await newHome(), cwd: folder }
    const ids = ['a', 'b', 'a', 'b']
    const all = await Promise.all(
      ids.map(id => run(['run', quick, '--program', 'command', '--request-id', id, '--json'], at)),
    )
    expect(all.map(({ exit, err }) => ({ exit, err }))).toEqual(ids.map(() => ({ exit: 0, err: '' })))
    const runs = all.map(({ json }) => json.run)
    expect(runs[2]).toBe(runs[0])
    expect(runs[3]).toBe(runs[1])
    for (const id of new Set(runs)) expect((await run(['wait', id], at)).exit).toBe(0)
    const { out } = await run(['events', '--json'], at)
    const types = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).type)
    expect(types.filter(type => type === 'run.started')).toHaveLength(2)
    expect(types.filter(type => type === 'submit.intended')).toHaveLength(2)
  })

  test('unknown ids are not found', async () => {
    const commands = [
      ['show'],
      ['status'],
      ['status', '--watch'],
      ['wait'],
      ['cancel'],
      ['pause'],
      ['resume'],
      ['stop'],
      ['resubmit'],
      ['resubmit', '--dry-run'],
      ['export', '--format', 'csv'],
      ['progress', '--follow'],
    ]
    for (const [name = '', ...flags] of commands) await refusal(4, [name, 'nosuchrun', ...flags])
    await refusal(4, ['show', `${done.run}.nosuchjob`])
  })
})

describe('engine', () => {
  test('start, status, stop; reading wakes nobody', async () => {
    const own = await newHome()
    const own_ = { home: own }
    for (const args of [['status'], ['engine', 'status'], ['machines', 'list'], ['events'], ['doctor']]) {
      expect((await run([...args, '--json'], own_)).exit).toBe(0)
    }
    expect((await run(['engine', 'status', '--json'], own_)).json).toMatchObject({ running: false, pid: null })
    const started = await run(['engine', 'start', '--json'], own_)
    expect(problems(started.json, documents.engine)).toEqual([])
    expect(started.json.running).toBe(true)
    const again = await run(['engine', 'start', '--json'], own_)
    expect(again.json.pid).toBe(started.json.pid)
    expect((await run(['engine', 'stop', '--json'], own_)).json).toMatchObject({ running: false, pid: null })
    expect((await run(['engine', 'stop', '--json'], own_)).exit).toBe(0)
  })

  test('status says when nothing drives a run', async () => {
    const own = { home: await newHome(), cwd: folder }
    await shut()
    const { json } = await run(['run', gated, '--program', 'command', '--json'], own)
    await run(['wait', json.run, '--for', 'running'], own)
    await run(['engine', 'stop'], own)
    const status = (await run(['status', '--json'], own)).json
    expect(status.engine).toBe('none')
    expect(status.as_of).not.toBeNull()
    for (const args of [['status'], ['show', json.run]]) {
      expect((await run(args, own)).out).toContain('larmor engine start')
    }
    await open()
    await run(['engine', 'start'], own)
    expect((await run(['wait', json.run], own)).exit).toBe(0)
  })
})
