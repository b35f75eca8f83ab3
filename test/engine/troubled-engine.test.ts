import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { transports, Unreachable } from '../../electron/engine/machines/transports/index.ts'
import { refOf } from '../../electron/engine/store/content-ref.ts'
import { notNow } from '../../electron/engine/store/disk-fault.ts'
import type { Store } from '../../electron/engine/store/store.ts'
import type { JobId, MachineName, RemotePath, RunId } from '../../shared/ids.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import { localMachine } from '../../shared/model/machine.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { until } from '../until.ts'
import { type InProcess, startInProcess } from './in-process.ts'
import { begin, commandRun } from './living/command-run.ts'
import { nmrRun } from './living/nmr-run.ts'

async function engineOver(wrap?: (store: Store<State>) => Store<State>): Promise<InProcess> {
  const larmor = await startInProcess(wrap)
  onTestFinished(() => larmor.stop())
  return larmor
}

const ended = (run: string) => (state: State) => get(state.runs, run)?.phase.is === 'ended'

test('while the disk is full nothing is lost and no work is given up; with space all of it ends', async () => {
  let full = false
  const larmor = await engineOver(store => ({
    ...store,
    append: async (bodies, at) => {
      if (full) throw notNow('the disk is full')
      return store.append(bodies, at)
    },
  }))
  const { engine, log } = larmor
  // Full for a while after every second batch that was written.
  let writes = 0
  const unsubscribe = engine.subscribe(() => {
    writes += 1
    if (writes % 2 === 0) return
    full = true
    setTimeout(() => {
      full = false
    }, 300)
  })
  const patiently = async (work: () => Promise<unknown>) => {
    for (;;) {
      try {
        return await work()
      } catch {
        await sleep(50)
      }
    }
  }
  await patiently(() => begin(engine, nmrRun('rmade', 'CCO', { program: 'none' })))
  await patiently(() => begin(engine, commandRun('rcommands', { a: 'true\n', b: 'sleep 0.2\n' })))
  await larmor.ended('rmade' as RunId)
  await larmor.ended('rcommands' as RunId)
  unsubscribe()
  full = false
  for (const run of ['rmade', 'rcommands'])
    expect(get(engine.state.runs, run)?.phase).toMatchObject({ outcome: 'completed' })
  expect(writes).toBeGreaterThan(8)
  expect(log.some(line => line.includes('the disk is full'))).toBe(true)
})

test('a job whose files are damaged holds up no other; it is told once, and goes on when they are healed', async () => {
  const larmor = await engineOver()
  const { home, engine, log } = larmor
  const script = 'echo damaged\n'
  orThrow(await engine.put(script))
  const { sha256 } = refOf(script)
  const path = join(home, 'blobs', sha256.slice(0, 2), sha256.slice(2))
  await chmod(path, 0o600)
  await writeFile(path, 'echo changed\n')
  const good = commandRun('rgood', { b: 'echo b\n' })
  await begin(engine, good)
  orThrow(await engine.send(commandRun('rbad', { a: script }).command))
  const more = commandRun('rmore', { c: 'echo c\n', d: script, e: 'echo e\n' })
  for (const text of more.texts.filter(text => text !== script)) orThrow(await engine.put(text))
  orThrow(await engine.send(more.command))

  await larmor.ended('rgood' as RunId)
  await larmor.until('the undamaged jobs complete', state =>
    ['rmore.c', 'rmore.e'].every(id => outcomeOf(state, id) === 'completed'),
  )
  // One that is begun now goes through: by then it was come upon again.
  await begin(engine, commandRun('rlater', { f: 'echo f\n' }))
  await larmor.ended('rlater' as RunId)
  expect(outcomeOf(engine.state, 'rbad.a')).toBeNull()
  const told = log.filter(line => line.includes('rbad.a.1'))
  expect(told).toHaveLength(1)
  expect(told[0]).toContain('is damaged')

  orThrow(await engine.put(script))
  await larmor.until('the healed runs end', state => ended('rbad')(state) && ended('rmore')(state))
  expect(outcomeOf(engine.state, 'rbad.a')).toBe('completed')
  expect(await readFile(join(home, 'runs', 'rbad', 'a', '1', 'output.txt'), 'utf8')).toBe('damaged\n')
})

function outcomeOf(state: State, id: string): string | null {
  const job = get(state.jobs, id)
  return job ? lastAttempt(job).outcome : null
}

test('a machine that is not reached is left alone, whatever happens elsewhere, until its settings change', async () => {
  const connect = vi.spyOn(transports.local, 'connect')
  onTestFinished(() => connect.mockRestore())
  const larmor = await engineOver()
  const { home, engine } = larmor
  const name = 'elsewhere' as MachineName
  const machine = (work: string) => ({
    ...localMachine,
    name,
    settings: { ...localMachine.settings, work: work as RemotePath },
  })
  orThrow(await engine.send({ type: 'machine.set', machine: machine('/proc/nowhere') }))
  await begin(engine, commandRun('rfar', { a: 'true\n' }, { a: name }))
  await larmor.until('the machine is not reached', state => state.machines[name]?.reach.is === 'unreachable')
  const keys = Array.from({ length: 12 }, (_, i) => [`j${i}`, 'sleep 0.1\n'])
  const since = Date.now()
  const seq = engine.state.seq
  await begin(engine, commandRun('rnear', Object.fromEntries(keys)))
  await larmor.ended('rnear' as RunId)
  const seconds = (Date.now() - since) / 1000
  const tries = connect.mock.calls.filter(([to]) => to.name === name).length
  expect(engine.state.seq - seq).toBeGreaterThan(20)
  // After 1, 2, 4, ... seconds, each at the soonest half of that.
  expect(tries).toBeLessThanOrEqual(2 + Math.log2(1 + 2 * seconds))

  orThrow(await engine.send({ type: 'machine.set', machine: machine(join(home, 'far')) }))
  await larmor.ended('rfar' as RunId)
  expect(outcomeOf(engine.state, 'rfar.a')).toBe('completed')
})

test('jobs are submitted in the order of their plan, the run that was started first before the others', async () => {
  const real = transports.local.connect
  const calls: string[][] = []
  const connect = vi.spyOn(transports.local, 'connect').mockImplementation(async (...given) => {
    const session = await real(...given)
    return {
      ...session,
      async exec(line, options) {
        const [, labels] = / submit (.+)$/.exec(line.sh) ?? []
        if (labels === undefined) return session.exec(line, options)
        calls.push(labels.split(' '))
        throw new Unreachable('nothing is submitted here')
      },
    }
  })
  onTestFinished(() => connect.mockRestore())
  const larmor = await engineOver()
  const { engine } = larmor
  const keys = Array.from({ length: 150 }, (_, i) => `j${i}`)
  const scripts = Object.fromEntries(keys.map(key => [key, `echo ${key}\n`]))
  await begin(engine, commandRun('rzfirst', scripts))
  await sleep(2)
  await begin(engine, commandRun('rasecond', scripts))
  // Those before knew the first run alone.
  await until('a call of 200', () => calls.at(-1)?.length, { is: length => length === 200 })
  const planned = ['rzfirst', 'rasecond'].flatMap(run => keys.map(key => `${run}.${key}.1`))
  expect(calls.at(-1)).toEqual(planned.slice(0, 200))
})

test('what is seen of a machine does not undo what a person sets meanwhile', async () => {
  const larmor = await engineOver()
  const { engine } = larmor
  const settings = { ...localMachine.settings, grace_s: 77, programs: { nwchem: '/opt/nwchem' } }
  const set = engine.send({ type: 'machine.set', machine: { ...localMachine, settings } })
  await begin(engine, commandRun('rset', { a: 'true\n' }))
  orThrow(await set)
  await larmor.ended('rset' as RunId)
  expect(engine.state.machines[localMachine.name]?.settings).toEqual(settings)
  expect(engine.state.machines[localMachine.name]?.found).not.toEqual({})
})

test('runs go to the archive by one pass over the journal, and one that is opened again meanwhile stays', async () => {
  let passes = 0
  let reopen = async () => {}
  const larmor = await engineOver(store => ({
    ...store,
    events: (...given) => {
      passes += 1
      return store.events(...given)
    },
    archive: {
      ...store.archive,
      async keep(document) {
        await store.archive.keep(document)
        if (document.run.id === 'rstopped') await reopen()
      },
    },
  }))
  const { engine } = larmor
  const far = 'far' as MachineName
  const nowhere = {
    ...localMachine,
    name: far,
    settings: { ...localMachine.settings, work: '/proc/nowhere' as RemotePath },
  }
  orThrow(await engine.send({ type: 'machine.set', machine: nowhere }))
  const runs = [...Array.from({ length: 40 }, (_, i) => `rmany${i}`), 'rstopped']
  for (const run of runs) {
    await begin(engine, commandRun(run, { a: 'true\n' }, { a: far }))
    orThrow(await engine.send({ type: run === 'rstopped' ? 'run.stop' : 'run.cancel', run: run as RunId }))
  }
  await larmor.until('all have ended', state => runs.every(run => ended(run)(state)))
  reopen = async () => void orThrow(await engine.send({ type: 'run.resume', run: 'rstopped' as RunId }))
  await sleep(5)
  await engine.archive(0)
  expect(passes).toBe(1)
  expect(engine.state.runs.size).toBe(1)
  expect(get(engine.state.runs, 'rstopped')?.phase).toEqual({ is: 'open', hold: null })
  expect(get(engine.state.jobs, 'rstopped.a')).toBeDefined()
  // A command about an archived run, or about one of its jobs, brings it back.
  expect(await engine.send({ type: 'run.resume', run: 'rmany7' as RunId })).toMatchObject({
    fault: { code: 'not-now' },
  })
  expect(get(engine.state.runs, 'rmany7')?.phase).toMatchObject({ is: 'ended', outcome: 'cancelled' })
  orThrow(await engine.send({ type: 'jobs.resubmit', jobs: ['rmany8.a' as JobId], fix: 'none' }))
  expect(get(engine.state.jobs, 'rmany8.a')?.attempts).toHaveLength(2)
  const edited = { name: 'job.command', ...orThrow(await engine.put('echo edited\n')) }
  orThrow(await engine.send({ type: 'job.edit', job: 'rmany9.a' as JobId, files: [edited], seen: 1 }))
  expect(get(engine.state.jobs, 'rmany9.a')?.attempts.at(-1)?.fix).toBe('edited')
})

test('a run that is still to be cleaned on its machine is archived only once it is', async () => {
  let wish = async () => {}
  let kept = 0
  const larmor = await engineOver(store => ({
    ...store,
    archive: {
      ...store.archive,
      async keep(document) {
        await store.archive.keep(document)
        kept += 1
        await wish()
      },
    },
  }))
  const { engine, home } = larmor
  const far = (work: string) => ({
    ...localMachine,
    name: 'far' as MachineName,
    settings: { ...localMachine.settings, work: work as RemotePath },
  })
  const work = join(home, 'far')
  orThrow(await engine.send({ type: 'machine.set', machine: far(work) }))
  await begin(engine, commandRun('rclean', { a: 'true\n' }, { a: 'far' as MachineName }))
  await larmor.ended('rclean' as RunId)
  orThrow(await engine.send({ type: 'machine.set', machine: far('/proc/nowhere') }))
  const cleaned = () => get(engine.state.jobs, 'rclean.a')?.attempts[0]?.clean?.done
  // It is wished just while the run is being archived.
  wish = async () => void orThrow(await engine.send({ type: 'jobs.clean', jobs: ['rclean.a' as JobId] }))
  await sleep(5)
  await engine.archive(0)
  expect([kept, cleaned()]).toEqual([1, false])
  await engine.archive(0)
  expect([kept, cleaned()]).toEqual([1, false])
  orThrow(await engine.send({ type: 'machine.set', machine: far(work) }))
  await larmor.until('it is cleaned', cleaned)
  wish = async () => {}
  await engine.archive(0)
  expect(engine.state.runs.size).toBe(0)
  expect((await readFile(join(home, 'archive', 'rclean.json'), 'utf8')).includes('"done":true')).toBe(true)
})
