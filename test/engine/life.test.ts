import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, type TestContext, test } from 'vitest'
import { livingEngine } from '../../electron/engine-client.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { get } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { until } from '../until.ts'
import { begin, commandRun, witness } from './living/command-run.ts'
import { attached, cli, environment, larmor, newHome, startEngineProcess } from './living/engine-process.ts'
import { blind, killProcessesOf, processesOf } from './living/processes.ts'
import { stateWhen } from './living/whole.ts'

if (blind) console.warn(`skipped life.test.ts: ${blind}`)

async function folderOf(context: TestContext) {
  const home = await newHome(context.onTestFinished)
  const folder = dirname(home)
  const script = async (name: string, text: string) => {
    const path = join(folder, name)
    await writeFile(path, text)
    return path
  }
  /** What a job does until the test lets it end. */
  const long = `while [ ! -e '${folder}/end' ]; do sleep 0.1; done`
  const letEnd = () => writeFile(join(folder, 'end'), '')
  return { home, folder, script, long, letEnd, witness: witness(join(folder, 'witness')) }
}

function enginesOf(home: string): readonly number[] {
  return processesOf(home).flatMap(({ pid, command }) => (command.includes('engine run') ? [pid] : []))
}

describe.skipIf(blind)('an engine', () => {
  test('that ends before it has answered leaves a sentence, and a request that can be repeated', async context => {
    const { home, script, witness } = await folderOf(context)
    const path = await script('a.sh', witness.script('a', 'true'))
    const asked = ['run', path, '--program', 'command', '--request-id', 'once', '--json']
    for (const at of ['blob.write:before', 'journal.append:after']) {
      const told = await larmor(home, asked, { env: { LARMOR_CRASH_AT: at } })
      expect([told.code, told.json()]).toMatchObject([3, { error: { code: 'not-now' } }])
      expect(told.err).not.toContain('    at ')
    }

    const { run } = (await larmor(home, asked)).json() as { run: string }
    await stateWhen(home, state => get(state.runs, run)?.phase.is === 'ended')
    expect(await witness.seen()).toEqual({ a: { began: 1, ended: 1 } })
  })

  test('outlives the terminal that started it: hang-up and end of the whole session', async context => {
    const { home, script, witness } = await folderOf(context)
    const path = await script('a.sh', witness.script('a', 'sleep 2'))
    // A session of its own, as a login has: its leader, the command, and something else that ends with it.
    const line = '"$0" "$@" >started.json; echo done >>started.json; exec sleep 300'
    const login: ChildProcess = spawn(
      'sh',
      ['-c', line, process.execPath, cli, 'run', path, '--program', 'command', '--json'],
      { cwd: dirname(home), detached: true, stdio: 'ignore', env: environment(home, {}) },
    )
    const started = join(dirname(home), 'started.json')
    const printed = () => readFile(started, 'utf8').catch(() => '')
    await until('the command returns', async () => (await printed()).includes('done'))
    for (const signal of ['SIGHUP', 'SIGTERM', 'SIGKILL'] as const) process.kill(-(login.pid as number), signal)

    const { run } = JSON.parse((await printed()).split('\n')[0] ?? '') as { run: string }
    const state = await stateWhen(home, state => get(state.runs, run)?.phase.is === 'ended')
    expect(get(state.runs, run)?.phase).toMatchObject({ outcome: 'completed' })
    expect(await witness.seen()).toEqual({ a: { began: 1, ended: 1 } })
    expect(enginesOf(home)).toHaveLength(1)
  })

  test('is one only, when several commands start at once, and serves them all', async context => {
    const { home, script, witness } = await folderOf(context)
    const keys = ['a', 'b', 'c']
    const paths = await Promise.all(keys.map(key => script(`${key}.sh`, witness.script(key, 'sleep 0.1'))))
    const told = await Promise.all(
      paths.map(path => larmor(home, ['run', path, '--program', 'command', '--wait', '--json'])),
    )
    expect(told.map(({ code, err }) => [code, err])).toEqual(keys.map(() => [0, '']))
    expect(enginesOf(home)).toHaveLength(1)
    expect(await witness.seen()).toEqual(Object.fromEntries(keys.map(key => [key, { began: 1, ended: 1 }])))
  })

  test('that is stopped lets go of the jobs; they go on, status tells that nobody drives the run, the next one ends it', async context => {
    const { home, script, long, letEnd, witness } = await folderOf(context)
    const path = await script('a.sh', witness.script('a', long))
    const { run } = (await larmor(home, ['run', path, '--program', 'command', '--json'])).json() as { run: string }
    await stateWhen(home, state => {
      const job = get(state.jobs, `${run}.a.sh`)
      return job !== undefined && lastAttempt(job).phase.is === 'running'
    })
    const stopped = await larmor(home, ['engine', 'stop', '--json'])
    expect([stopped.code, stopped.json()]).toMatchObject([0, { running: false, pid: null }])
    await until('its process has gone, too: it lets go of its lock just before', () => enginesOf(home).length === 0)
    const status = (await larmor(home, ['status', '--json'])).json() as Record<string, unknown>
    expect(status).toMatchObject({ engine: 'none', runs: [{ run, state: 'running', counts: { running: 1 } }] })
    expect(processesOf(home).length).toBeGreaterThan(0)

    await letEnd()
    await until('the job ends by itself', async () => (await witness.seen()).a?.ended === 1)
    const late = (await larmor(home, ['status', '--json'])).json() as Record<string, unknown>
    expect(late).toMatchObject({ engine: 'none', runs: [{ state: 'running', counts: { running: 1 } }] })
    expect((await larmor(home, ['engine', 'start', '--json'])).json()).toMatchObject({ running: true })
    const waited = await larmor(home, ['wait', run, '--json'])
    expect([waited.code, waited.json()]).toMatchObject([0, { state: 'completed', engine: 'alive' }])
    expect(await witness.seen()).toEqual({ a: { began: 1, ended: 1 } })
  })

  test('that was killed is taken over; a wait that began before goes on over its death and the next birth', async context => {
    const { home, script, long, letEnd, witness } = await folderOf(context)
    const path = await script('a.sh', witness.script('a', long))
    const { run } = (await larmor(home, ['run', path, '--program', 'command', '--json'])).json() as { run: string }
    const waiting = larmor(home, ['wait', run, '--json'])
    await sleep(1000)
    const [pid] = enginesOf(home)
    process.kill(pid as number, 'SIGKILL')
    await until('it is dead', () => enginesOf(home).length === 0)
    expect((await larmor(home, ['status', '--json'])).json()).toMatchObject({ engine: 'none' })
    expect((await larmor(home, ['engine', 'status', '--json'])).json()).toMatchObject({ running: false, pid: null })
    expect((await larmor(home, ['engine', 'start', '--json'])).json()).toMatchObject({ running: true })
    expect(enginesOf(home)).not.toContain(pid)
    await letEnd()
    const waited = await waiting
    expect([waited.code, waited.json()]).toMatchObject([0, { state: 'completed' }])
    expect(await witness.seen()).toEqual({ a: { began: 1, ended: 1 } })
  })

  test('ends itself when it is idle, not before, and a paused run with a living job is not idle', async context => {
    const { home, long, letEnd, witness } = await folderOf(context)
    let engine = startEngineProcess(home, { LARMOR_IDLE_S: '1' })
    let client = await attached(home, engine)
    while (!client) {
      // On a busy computer it was idle for its second before anybody came.
      expect(await engine.ended, engine.said()).toEqual({ code: 0, signal: null })
      engine = startEngineProcess(home, { LARMOR_IDLE_S: '1' })
      client = await attached(home, engine)
    }
    await begin(client, commandRun('ridle', { a: witness.script('a', long) }))
    await stateWhen(home, state => {
      const job = get(state.jobs, 'ridle.a')
      return job !== undefined && lastAttempt(job).phase.is === 'running'
    })
    orThrow(await client.send({ type: 'run.pause', run: 'ridle' as never }))
    client.detach()
    await sleep(3000) // longer than the idle time
    await letEnd()
    expect(await engine.ended).toEqual({ code: 0, signal: null })
    expect(await witness.seen()).toEqual({ a: { began: 1, ended: 1 } })
    const { json } = await larmor(home, ['show', 'ridle.a', '--json'])
    expect(json()).toMatchObject({ outcome: 'completed', engine: 'none' })
    expect(processesOf(home)).toEqual([])
    expect(await livingEngine(home)).toBeNull()
  })

  test.for(['SIGTERM', 'SIGINT'] as const)(
    'asked to end by %s does so in good order; a hang-up is none',
    async (signal, context) => {
      const home = await newHome(context.onTestFinished)
      const engine = startEngineProcess(home)
      const client = await attached(home, engine)
      if (!client) throw new Error(engine.said())
      process.kill(engine.pid, 'SIGHUP')
      await sleep(200)
      expect(orThrow(await client.put('alive'))).toMatchObject({ bytes: 5 })
      process.kill(engine.pid, signal)
      expect(await engine.ended).toEqual({ code: 0, signal: null })
      expect(await livingEngine(home)).toBeNull()
    },
  )

  test('whose lock is taken away writes nothing more and ends itself', async context => {
    const home = await newHome(context.onTestFinished)
    const engine = startEngineProcess(home)
    const client = await attached(home, engine)
    if (!client) throw new Error(engine.said())
    await rm(join(home, 'engine.json'))
    const sent = await client.send(commandRun('rlate', { a: 'true\n' }).command)
    expect(sent).toMatchObject({
      ok: false,
      fault: { code: 'not-now', message: expect.stringContaining('does not own') },
    })
    expect(await engine.ended).toEqual({ code: 0, signal: null })
  })

  test('that is suspended keeps nobody from reading what is on disk, and tells who wants more', async context => {
    const { home, witness } = await folderOf(context)
    const engine = startEngineProcess(home)
    const client = await attached(home, engine)
    if (!client) throw new Error(engine.said())
    await begin(client, commandRun('rslow', { a: witness.script('a', 'sleep 300') }))
    await stateWhen(home, state => state.runs.size === 1)
    process.kill(engine.pid, 'SIGSTOP')
    const [status, pause] = await Promise.all([
      larmor(home, ['status', '--json']),
      larmor(home, ['pause', 'rslow', '--json']),
    ])
    expect([status.code, status.json()]).toMatchObject([0, { engine: 'alive', runs: [{ run: 'rslow' }] }])
    expect([pause.code, pause.json()]).toMatchObject([3, { error: { message: 'The engine does not answer.' } }])
    process.kill(engine.pid, 'SIGCONT')
    expect((await larmor(home, ['pause', 'rslow', '--json'])).json()).toMatchObject({ run: 'rslow', state: 'paused' })
  })

  test('leaves the results of a run in its folder, and makes those anew that are older than its end', async context => {
    const { home, script, witness } = await folderOf(context)
    const path = await script('a.sh', witness.script('a', 'true'))
    const waited = await larmor(home, ['run', path, '--program', 'command', '--wait', '--json'])
    const { run } = waited.json() as { run: string }
    await larmor(home, ['engine', 'stop'])
    const results = join(home, 'runs', run, 'results.json')
    const text = await readFile(results, 'utf8')
    expect(JSON.parse(text)).toMatchObject({ run })

    await writeFile(results, 'of a former end')
    await utimes(join(home, 'runs', run, 'structures.xyz'), 1, 1)
    await larmor(home, ['engine', 'start'])
    await until('the results are made anew', async () => (await readFile(results, 'utf8')) === text)
  })

  test('keeps its socket to its user, and writes a log without control characters', async context => {
    const { home, folder, script } = await folderOf(context)
    // A machine's own words come into the log: here those of a computer on which no folder can be made.
    await chmod(await script('mkdir', "#!/bin/sh\nprintf '\\033[31mred\\007\\302\\233' >&2\nexit 1\n"), 0o755)
    const engine = startEngineProcess(home, { PATH: `${folder}:${process.env.PATH}` })
    const client = await attached(home, engine)
    if (!client) throw new Error(engine.said())
    expect((await stat(join(home, 'engine.sock'))).mode & 0o777).toBe(0o600)
    expect((await stat(home)).mode & 0o777).toBe(0o700)
    await begin(client, commandRun('rnowhere', { a: 'true\n' }))
    const state = await stateWhen(home, state => state.machines[localMachine.name]?.reach.is === 'unreachable')
    expect(state.machines[localMachine.name]?.reach.text).toContain('red')
    await client.shutdown()
    const log = await readFile(join(home, 'log', 'engine.log'), 'utf8')
    expect(log).toContain('[31mred')
    expect(log).toMatch(/^[\P{Cc}\n\t]*$/u)
  })

  test('works in a folder whose path is too long for a socket, which then lies in a private place', async context => {
    const { folder, script, witness } = await folderOf(context)
    const home = join(folder, 'long-'.repeat(12), 'long-'.repeat(12))
    context.onTestFinished(() => killProcessesOf(home))
    const runtime = join(folder, 'runtime')
    const path = await script('a.sh', witness.script('a', 'true'))
    const env = { XDG_RUNTIME_DIR: runtime }
    const refused = await larmor(home, ['engine', 'start', '--json'], { env: { XDG_RUNTIME_DIR: '/tmp' } })
    expect([refused.code, refused.json()]).toMatchObject([3, { error: { code: 'not-now' } }])
    expect(refused.err).toContain('/tmp should be yours alone')

    const told = await larmor(home, ['run', path, '--program', 'command', '--wait', '--json'], { env })
    expect([told.code, told.err]).toEqual([0, ''])
    const { socket } = (await larmor(home, ['engine', 'status', '--json'])).json() as { socket: string }
    expect(dirname(socket)).toBe(runtime)
    expect((await stat(runtime)).mode & 0o777).toBe(0o700)
    expect((await stat(socket)).mode & 0o777).toBe(0o600)
    expect((await larmor(home, ['engine', 'stop', '--json'])).json()).toMatchObject({ running: false })
    expect(await witness.seen()).toEqual({ a: { began: 1, ended: 1 } })
  })
})
