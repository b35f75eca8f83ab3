import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MachineName, RemotePath, RunId } from '../../shared/ids.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import { asConfigured, localMachine, type Machine } from '../../shared/model/machine.ts'
import { get } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { which } from '../setup/groups.mjs'
import { type Sshd, startSshd } from '../testbed/sshd.ts'
import { until } from '../until.ts'
import { begin, commandRun, witness } from './living/command-run.ts'
import { attached, newHome, startEngineProcess } from './living/engine-process.ts'
import { say } from './living/say.ts'
import { expectWhole, stateWhen } from './living/whole.ts'

const BYTES = 80_000_000
const KILLS = 2
/** What comes until an engine is killed. */
const PART = 30_000_000
const bin = mkdtempSync(join(tmpdir(), 'larmor-download-'))
const go = join(bin, 'go')
let sshd: Sshd

beforeAll(async () => {
  chmodSync(bin, 0o755)
  // The real ones, which stand still in the middle until they may go on: a stream, and the rest of a file that was cut.
  for (const [name, isMeant] of [
    ['tar', '[ "$1" = -cf ]'],
    ['tail', 'expr "$2" : + >/dev/null'],
  ] as const) {
    const still = `{ ${which(name)} "$@" | { head -c ${PART}; while [ ! -e ${go} ]; do sleep 0.1; done; }; exit; }`
    const script = `#!/bin/sh\n${isMeant} && [ ! -e ${go} ] && ${still}\nexec ${which(name)} "$@"\n`
    writeFileSync(join(bin, name), script, { mode: 0o755 })
  }
  sshd = await startSshd({ env: { PATH: `${bin}:/usr/local/bin:/usr/bin:/bin` } })
})
afterAll(async () => {
  await sshd?.stop()
  rmSync(bin, { recursive: true })
})

test('an engine that is killed in the middle of a big download, again and again, loses nothing, and leaves nothing', async context => {
  const home = await newHome(context.onTestFinished)
  const name = 'workstation' as MachineName
  const log = witness(`${sshd.work}/witness`)
  const { host, port, user, identity, hostKeyFingerprint: host_key } = sshd
  const ssh = { ...asConfigured, host, port, user, identity, host_key }
  const work = `${sshd.work}/larmor` as RemotePath
  const settings = { ...localMachine.settings, transport: 'ssh', ssh, work, cores: 4 } as const
  const machine: Machine = { ...localMachine, name, settings }
  const big = commandRun('rbig', { a: log.script('a', `head -c ${BYTES} /dev/urandom >big.out`) }, { a: name })
  const small = commandRun(
    'rsmall',
    { b: log.script('b', 'echo b'), c: log.script('c', 'sleep 2') },
    { b: name, c: name },
  )

  async function living() {
    const engine = startEngineProcess(home)
    const client = await attached(home, engine)
    if (!client) throw new Error(engine.said())
    orThrow(await client.send({ type: 'machine.set', machine }))
    await begin(client, big)
    return { engine, client }
  }
  const arrived = () => {
    try {
      return statSync(join(home, 'runs/rbig/a/.rbig.a.1.part/big.out')).size
    } catch {
      return 0
    }
  }
  let came = 0
  for (let kill = 1; kill <= KILLS; kill++) {
    const { engine, client } = await living()
    await until('the middle of the download', () => arrived() > 0.9 * kill * PART)
    if (kill === KILLS) await begin(client, small)
    await engine.kill()
    came = arrived()
  }
  writeFileSync(go, '')
  const { engine, client } = await living()
  let fetched = 0
  client.activity(all => {
    fetched = all.find(each => each.machine === name)?.bytes_fetched ?? fetched
  })
  const state = await stateWhen(home, state =>
    ['rbig', 'rsmall'].every(run => get(state.runs, run as RunId)?.phase.is === 'ended'),
  )
  // It went on from where the one before was killed.
  await until('what came', () => fetched > 0)
  expect(fetched).toBeLessThan(BYTES - came + 5_000_000)
  for (const id of ['rbig.a', 'rsmall.b', 'rsmall.c']) {
    const job = get(state.jobs, id)
    expect([id, job?.attempts.length, job && lastAttempt(job).outcome], say(state)).toEqual([id, 1, 'completed'])
  }
  expect(await log.seen()).toEqual({ a: { began: 1, ended: 1 }, b: { began: 1, ended: 1 }, c: { began: 1, ended: 1 } })
  const sum = createHash('sha256')
    .update(readFileSync(join(home, 'runs/rbig/a/1/big.out')))
    .digest('hex')
  const there = execFileSync('sha256sum', [`${work}/jobs/rbig.a.1/big.out`], { encoding: 'utf8' })
  expect(there.startsWith(sum)).toBe(true)
  await expectWhole(home, engine, client)
  const blobs = readdirSync(join(home, 'blobs'), { recursive: true, withFileTypes: true }).filter(each => each.isFile())
  const large = blobs.filter(each => statSync(join(each.parentPath, each.name)).size > BYTES / 10)
  expect(large).toHaveLength(1)
  expect(blobs.filter(({ name }) => name.endsWith('.tmp'))).toEqual([])
  expect(readdirSync(`${work}/incoming`)).toEqual([])
})
