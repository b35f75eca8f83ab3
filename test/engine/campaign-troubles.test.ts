import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { appendFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { refOf } from '../../electron/engine/store/content-ref.ts'
import { seal, unseal } from '../../electron/engine/store/seal.ts'
import type { Json, RemotePath, RunId } from '../../shared/ids.ts'
import { localMachine, type Machine } from '../../shared/model/machine.ts'
import { get } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { statusOf } from '../../shared/show/status.ts'
import { delta50Set, resolveCampaign, type ShownCampaign } from '../../shared/workflows/index.ts'
import { smallDisk } from '../small-disk.ts'
import { orcaStandIn } from '../testbed/orca-stand-in.ts'
import { until } from '../until.ts'
import { startInProcess } from './in-process.ts'
import { attached, cli, larmor, startEngineProcess } from './living/engine-process.ts'
import { killProcessesOf, processesOf } from './living/processes.ts'

/** What may happen to a campaign on a bad day. ORCA is stood in for: what is tried here is Larmor. */
const folder = mkdtempSync(join(tmpdir(), 'larmor-campaign-'))
const small = smallDisk('size=48m')
if (small.missing) console.warn(`skipped, of campaign-troubles.test.ts, the full disk: ${small.missing}`)

/** A shell line under another boot id, which is all by which a reboot is known. */
function afterReboot(line: string, home: string): string {
  const id = join(folder, 'boot_id')
  writeFileSync(id, '11111111-2222-4333-8444-555555555555\n')
  const boot = `mount --bind '${id}' /proc/sys/kernel/random/boot_id && ${line}`
  return execFileSync('unshare', ['--mount', 'sh', '-c', boot], {
    env: { ...process.env, LARMOR_HOME: home },
    stdio: 'pipe',
    encoding: 'utf8',
  })
}

function whyNoReboot(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root on Linux can give another boot id'
  try {
    afterReboot('true', folder)
    return null
  } catch (error) {
    return `another boot id could not be given: ${error instanceof Error ? error.message : error}`
  }
}
const noReboot = whyNoReboot()
if (noReboot) console.warn(`skipped, of campaign-troubles.test.ts, the reboot: ${noReboot}`)

const homes: string[] = []
afterAll(() => {
  for (const home of homes) killProcessesOf(home)
  small.remove()
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 }) // what was killed may still write
})

/** The data folder as version 1 wrote it: its events, its few settings of a machine, and nothing beside the journal. */
function asVersion1(home: string): void {
  rmSync(join(home, 'snapshot.json'), { force: true })
  const journal = join(home, 'journal')
  for (const name of readdirSync(journal)) {
    const lines = readFileSync(join(journal, name), 'utf8').trim().split('\n')
    const older = lines.map(line => {
      const events = JSON.parse(unseal('events', line) ?? '[]') as Record<string, unknown>[]
      return seal('events', JSON.stringify(events.map(event => ({ ...event, ...machineOf(event), v: 1 }))))
    })
    writeFileSync(join(journal, name), `${older.join('\n')}\n`)
  }
}

function machineOf({ type, machine }: Record<string, unknown>) {
  if (type !== 'machine.changed') return {}
  const { settings, name, reach, found, clock_skew_s } = machine as Machine
  const { transport, ssh, scheduler, work, cores, partition, poll_s, spool_s, grace_s, programs } = settings
  const few = { transport, ssh, scheduler, work, cores, partition, poll_s, spool_s, grace_s, programs }
  return { machine: { name, reach, found, clock_skew_s, settings: few } }
}

/** An engine of its own over this data folder, whose jobs are elsewhere, with the stand-in as ORCA. */
async function living(name: string, home: string) {
  homes.push(home)
  const own = join(folder, name)
  mkdirSync(own)
  const orca = await orcaStandIn(own)
  const engine = startEngineProcess(home)
  const client = await attached(home, engine)
  if (!client) throw new Error(engine.said())
  const settings = {
    ...localMachine.settings,
    cores: 2,
    work: join(own, 'work') as RemotePath,
    programs: { orca: orca.executable },
  }
  orThrow(await client.send({ type: 'machine.set', machine: { ...localMachine, settings } }))
  const tell = async (...args: readonly string[]) => {
    // Forty calculations may be waited for, however busy the machine is.
    const told = await larmor(home, [...args, '--json'], { limit_s: 400 })
    expect(told.code, `${args.join(' ')}: ${told.out}${told.err}`).toBe(0)
    // biome-ignore lint/suspicious/noExplicitAny: what it holds is what the test looks at
    return told.json() as any
  }
  const status = async (run: string) => (await tell('status', run)).runs[0]
  return { orca, engine, tell, status, file: (run: string, name: string) => join(home, 'runs', run, name) }
}

test.skipIf(small.missing !== null)(
  'the disk is full at job 137 of 200, and STOP comes twice: each is said, nothing is lost, nothing is computed twice',
  async () => {
    const home = join(small.folder, 'home')
    const { orca, tell, status, file } = await living('full', home)
    const campaign = ['campaign', 'start', 'delta50', '--program', 'orca', '--levels', 'PBE0,HF', '--geometry', 'given']
    orca.hold(138)
    const { run } = await tell(...campaign)
    await until('the 137th', () => status(run), { is: ({ completed }) => completed >= 137, limit_s: 400 })
    const filler = join(small.folder, 'filler')
    await writeFile(filler, Buffer.alloc(48 << 20)).catch(() => {})
    const script = join(folder, 'more.sh')
    writeFileSync(script, 'true\n')
    // What was just being written gives its space back once that has failed.
    const fillAndRun = async () => {
      await appendFile(filler, Buffer.alloc(1 << 20)).catch(() => {})
      return larmor(home, ['run', script, '--program', 'command', '--json'])
    }
    const refused = await until('a refusal', fillAndRun, { is: ({ code }) => code !== 0 })
    expect([refused.code, refused.json()]).toMatchObject([
      3,
      { error: { code: 'not-now', message: expect.stringContaining('The disk is full') } },
    ])
    const goOn = orca.hold(150) // which end while nothing can be kept
    await sleep(3000)
    const full = await status(run)
    expect(full).toMatchObject({ state: 'running', failed: 0 })
    expect(full.completed).toBeGreaterThanOrEqual(137)

    // With space again it goes on; a person stops it by a file, and once more while it is stopping.
    await rm(filler)
    await until('the next', () => status(run), { is: ({ completed }) => completed > full.completed })
    await until('one that waits', () => orca.calls().length, { is: calls => calls > 150 })
    writeFileSync(file(run, 'STOP'), '')
    await until('that it was seen', async () => (await status(run)).state_text, {
      is: text => text?.startsWith('stopping'),
    })
    rmSync(file(run, 'STOP'), { force: true })
    writeFileSync(file(run, 'STOP'), 'again')
    await sleep(1500)
    expect((await status(run)).state).toBe('running')
    goOn()
    await until('that it has stopped', () => status(run), { is: ({ state }) => state === 'stopped' })
    await until('the end of the file STOP', () => !existsSync(file(run, 'STOP')))
    const stopped = JSON.parse(readFileSync(file(run, 'status.json'), 'utf8'))
    expect(stopped).toMatchObject({ state: 'stopped', total_tasks: 200, failed: 0, current_task: null })
    await tell('resume', run)
    expect(await tell('wait', run)).toMatchObject({ state: 'completed', completed: 200, failed: 0 })
    expect(orca.calls()).toHaveLength(200)
    const written = () => JSON.parse(readFileSync(file(run, 'status.json'), 'utf8')) as { readonly state: string }
    await until('the end, in the file', written, { is: ({ state }) => state === 'completed' })
    const lines = readFileSync(file(run, 'progress.jsonl'), 'utf8').trim().split('\n')
    const completed = lines.map(line => JSON.parse(line)).filter(({ event }) => event === 'task_completed')
    expect(new Set(completed.map(({ id }) => id)).size).toBe(200)
    expect(completed).toHaveLength(200)
  },
  600_000,
)

test('a data folder of an older version: what is in it stays, a campaign runs in it, and goes on over an upgrade', async () => {
  const home = join(folder, 'old-home')
  homes.push(home)
  const script = join(folder, 'a.sh')
  writeFileSync(script, 'echo done\n')
  const ran = await larmor(home, ['run', script, '--program', 'command', '--wait', '--json'])
  expect(ran.code, ran.err).toBe(0)
  expect((await larmor(home, ['engine', 'stop', '--json'])).code).toBe(0)
  asVersion1(home)
  const before = (await larmor(home, ['status', '--json'])).json() as { readonly runs: readonly { run: string }[] }
  expect(before.runs).toMatchObject([{ state: 'completed', workflow: 'single' }])
  const { orca, engine, tell, status } = await living('old', home)
  const goOn = orca.hold()
  const { run } = await tell(
    ...['campaign', 'start', 'delta50', '--program', 'orca', '--pilot', '3', '--levels', 'HF', '--solvents', 'chcl3'],
  )
  // Upgraded in the middle: while a job computes, the engine ends and what the older version left is opened by this one.
  await until('a job that computes', () => orca.calls().length > 0)
  await engine.kill()
  asVersion1(home)
  goOn()
  startEngineProcess(home)
  await tell('wait', run)
  expect(orca.calls()).toHaveLength(6)
  expect(await status(run)).toMatchObject({ state: 'completed', completed: 3 })
  const after = (await tell('status')).runs as readonly { run: string }[]
  expect(after.map(each => each.run).toSorted()).toEqual([...before.runs.map(each => each.run), run].toSorted())
})

test.skipIf(noReboot)(
  'a reboot in the middle: what it ended is said, is resubmitted, and the rest goes on',
  async () => {
    const home = join(folder, 'reboot-home')
    const { orca, tell, status } = await living('reboot', home)
    const goOn = orca.hold()
    const { run } = await tell(
      ...['campaign', 'start', 'delta50', '--program', 'orca', '--pilot', '3', '--levels', 'HF', '--solvents', 'chcl3'],
      ...['--max-failures', '3'],
    )
    // Two cores: two compute, the third waits; and all of it is known.
    await until('two that compute, and one that waits', async () => (await status(run)).counts, {
      is: ({ running, queued }) => running === 2 && queued === 1,
    })
    await until('both', () => orca.calls().length === 2)
    await until('nothing that lives', () => {
      killProcessesOf(home)
      return processesOf(home).length === 0
    })
    goOn()
    const later = (...args: readonly string[]) => {
      const line = [process.execPath, cli, ...args, '--json'].map(word => `'${word}'`).join(' ')
      // 1: it ended badly.
      return JSON.parse(afterReboot(`{ ${line} || test $? = 1; }`, home))
    }
    later('engine', 'start')
    // The script that waited for a place was this computer's, too; but it never began, and goes on by itself.
    const first = later('wait', run)
    expect(first).toMatchObject({ completed: 1, failed: 2 })
    expect(first.failures.map(({ category }: { category: string }) => category)).toEqual(['node-lost', 'node-lost'])
    later('resubmit', run, '--failed')
    expect(later('wait', run)).toMatchObject({ state: 'completed', completed: 3, failed: 0, total: 3 })
    // Two that were ended, and six that were not: nothing twice.
    expect(orca.calls()).toHaveLength(8)
    const lines = readFileSync(join(home, 'runs', run, 'progress.jsonl'), 'utf8')
      .trim()
      .split('\n')
    const completed = lines.map(line => JSON.parse(line)).filter(({ event }) => event === 'task_completed')
    expect(completed).toHaveLength(3)
  },
)

test('the clock is set back by an hour in the middle: no figure goes back, no time is negative, all of it is done', async () => {
  let back = 0
  const { engine, stop } = await startInProcess(undefined, () => new Date(Date.now() - back).toISOString())
  try {
    const own = join(folder, 'clock')
    mkdirSync(own)
    const orca = await orcaStandIn(own)
    const settings = { ...localMachine.settings, cores: 2, programs: { orca: orca.executable } }
    orThrow(await engine.send({ type: 'machine.set', machine: { ...localMachine, settings } }))
    const { params, texts } = orThrow(
      resolveCampaign({ program: 'orca', pilot: 8, levels: 'HF', solvents: 'chcl3' }, delta50Set, {
        machine: localMachine,
        resources: { ranks: 1, memory_mb: 2000, seconds: 3600 },
        refOf,
      }),
    )
    for (const text of texts) orThrow(await engine.put(text))
    const run = 'rclock' as RunId
    const machine = localMachine.name
    orThrow(
      await engine.send({
        type: 'run.start',
        run,
        name: '',
        workflow: 'campaign',
        params: params as unknown as Json,
        machine,
      }),
    )
    let last = 0
    for (;;) {
      const now = get(engine.state.runs, run)
      if (!now) throw new Error('no run')
      const { progress, eta, completed, mean_s, computing_s } = statusOf(engine.state, now) as ReturnType<
        typeof statusOf
      > &
        ShownCampaign
      expect(progress).toBeGreaterThanOrEqual(last)
      last = progress
      for (const seconds of [eta?.low_s, mean_s, computing_s]) expect(seconds ?? 0).toBeGreaterThanOrEqual(0)
      if (completed >= 3) back = 3_600_000
      if (now.phase.is === 'ended') break
      await sleep(20)
    }
    expect(back).toBeGreaterThan(0)
    expect(last).toBe(1)
    expect(orca.calls()).toHaveLength(16)
  } finally {
    await stop()
  }
})
