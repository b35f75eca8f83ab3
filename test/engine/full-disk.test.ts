import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import type { RemotePath } from '../../shared/ids.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { get } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { smallDisk } from '../small-disk.ts'
import { until } from '../until.ts'
import { begin, commandRun, witness } from './living/command-run.ts'
import { attached, larmor, startEngineProcess } from './living/engine-process.ts'
import { killProcessesOf } from './living/processes.ts'
import { expectWhole, stateWhen } from './living/whole.ts'

const small = smallDisk('size=2m')
const { folder: disk, missing } = small
if (missing) console.warn(`skipped full-disk.test.ts: ${missing}`)
/** The jobs' own disk is another one, as on a cluster. */
const folder = mkdtempSync(join(tmpdir(), 'larmor-full-life-'))
const home = join(disk, 'home')

afterAll(() => {
  killProcessesOf(home)
  small.remove()
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 }) // what was killed may still write
})

const filler = join(disk, 'filler')

/** Not one more byte fits. */
async function fill(): Promise<void> {
  await writeFile(filler, Buffer.alloc(4 << 20)).catch(() => {})
}

const FREE = expect.stringContaining('Free some space')

interface Status {
  readonly runs: readonly unknown[]
  readonly troubles: readonly { readonly machine: string; readonly since: string }[]
}

/** What `status` says once it is as wanted. */
function statusWhen(home: string, wanted: (status: Status) => boolean): Promise<Status> {
  const status = async () => (await larmor(home, ['status', '--json'])).json() as Status
  return until('the status as it should be', status, { is: wanted })
}

test.skipIf(missing !== null)(
  'a result for which this computer has no room: that is said, and it comes home once there is some',
  async () => {
    const bigHome = join(disk, 'big')
    onTestFinished(() => {
      killProcessesOf(bigHome)
      rmSync(bigHome, { recursive: true })
      small.remount('size=2m')
    })
    const engine = startEngineProcess(bigHome)
    const client = await attached(bigHome, engine)
    if (!client) throw new Error(engine.said())
    const settings = { ...localMachine.settings, work: join(folder, 'work') as RemotePath }
    orThrow(await client.send({ type: 'machine.set', machine: { ...localMachine, settings } }))
    await begin(client, commandRun('rbig', { a: 'head -c 3000000 /dev/zero | tr "\\0" x >big' }))
    const { troubles } = await statusWhen(bigHome, status => status.troubles.length > 0)
    expect(troubles).toMatchObject([
      { machine: 'local', text: expect.stringMatching(/^The disk is full: .* could not be written\.$/), hint: FREE },
    ])
    small.remount('size=20m')
    const state = await stateWhen(bigHome, ({ runs }) => get(runs, 'rbig')?.phase.is === 'ended')
    expect(get(state.runs, 'rbig')?.phase).toMatchObject({ outcome: 'completed' })
    await statusWhen(bigHome, status => status.troubles.length === 0)
    await client.shutdown()
    await engine.ended
  },
)

test.skipIf(missing !== null)(
  'a disk that fills up under a living engine: it says so, loses nothing, and goes on with space',
  async () => {
    const engine = startEngineProcess(home)
    const client = await attached(home, engine)
    if (!client) throw new Error(engine.said())
    const log = witness(join(folder, 'witness'))
    const script = join(folder, 'later.sh')
    writeFileSync(script, log.script('later', 'true'))
    const settings = { ...localMachine.settings, work: join(folder, 'work') as RemotePath }
    orThrow(await client.send({ type: 'machine.set', machine: { ...localMachine, settings } }))
    const gate = join(folder, 'gate')
    const work = `while ! [ -e '${gate}' ]; do sleep 0.1; done`
    await begin(client, commandRun('rfull', { a: log.script('a', work), b: log.script('b', work) }))
    await stateWhen(home, state => {
      const job = get(state.jobs, 'rfull.b')
      return job !== undefined && lastAttempt(job).phase.is === 'running'
    })
    await until('the beginning of a', async () => (await log.seen()).a?.began === 1)
    await fill()
    const refused = await larmor(home, ['run', script, '--program', 'command', '--request-id', 'later', '--json'])
    expect([refused.code, refused.json()]).toMatchObject([
      3,
      { error: { code: 'not-now', message: expect.stringContaining('The disk is full') } },
    ])
    writeFileSync(gate, '')
    for (const key of ['a', 'b']) await until(`the end of ${key}`, async () => (await log.seen())[key]?.ended === 1)
    // Both have ended, which cannot be kept; nothing is claimed, it is said why, and reading goes on.
    const status = await statusWhen(home, ({ troubles }) => troubles.length > 0)
    expect(status).toMatchObject({
      engine: 'alive',
      runs: [{ run: 'rfull', state: 'running', confidence: 'stale', stale_since: status.troubles[0]?.since }],
      troubles: [{ machine: 'local', text: expect.stringContaining('The disk is full'), hint: FREE }],
    })
    expect((await larmor(home, ['status'])).out).toMatch(/The disk is full.*Free some space/s)
    expect((await larmor(home, ['machines', 'list', '--json'])).json()).toMatchObject([
      { name: 'local', reach: 'ok', trouble: { text: expect.stringContaining('The disk is full'), hint: FREE } },
    ])

    await truncate(filler, 0)
    await rm(filler)
    const state = await stateWhen(home, state => get(state.runs, 'rfull')?.phase.is === 'ended')
    expect(get(state.runs, 'rfull')?.phase).toMatchObject({ outcome: 'completed' })
    await statusWhen(home, ({ troubles }) => troubles.length === 0)
    const told = await larmor(home, [
      'run',
      script,
      '--program',
      'command',
      '--request-id',
      'later',
      '--wait',
      '--json',
    ])
    expect([told.code, told.err]).toEqual([0, ''])
    const once = { began: 1, ended: 1 }
    expect(await log.seen()).toEqual({ a: once, b: once, later: once })

    // Filled up once more, and ended: the snapshot does not fit, and the next engine needs none.
    await fill()
    await client.shutdown()
    expect((await engine.ended).code).toBe(0)
    await fill()
    const start = await larmor(home, ['engine', 'start', '--json'])
    expect([start.code, start.json()]).toMatchObject([
      3,
      { error: { message: expect.stringContaining('The disk is full') } },
    ])
    await rm(filler)
    const next = startEngineProcess(home)
    const again = await attached(home, next)
    if (!again) throw new Error(next.said())
    expect((await expectWhole(home, next, again)).runs.size).toBe(2)
  },
)
