import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { MachineActivity, Reading } from '../../shared/contract.ts'
import { type JobId, jobId, type MachineName, type RemotePath, type RunId } from '../../shared/ids.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import { asConfigured, localMachine, type Machine } from '../../shared/model/machine.ts'
import { get } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { smallDisk } from '../small-disk.ts'
import { type Sshd, startSshd } from '../testbed/sshd.ts'
import { until } from '../until.ts'
import { type InProcess, startInProcess } from './in-process.ts'

const name = 'workstation' as MachineName
let sshd: Sshd
let larmor: InProcess
let counted: MachineActivity | undefined
/** A folder whose programs come before the machine's own. */
let bin: string

/** A workstation behind SSH, without a scheduler, whose spool tells by itself and is not looked at otherwise. */
beforeAll(async () => {
  const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim()
  execFileSync('chmod', ['755', folder])
  bin = join(folder, 'bin')
  mkdirSync(bin)
  sshd = await startSshd({ env: { PATH: `${bin}:/usr/local/bin:/usr/bin:/bin` } })
  larmor = await startInProcess()
  larmor.engine.activity(activity => {
    counted = activity.find(of => of.machine === name)
  })
  const { host, port, user, identity, hostKeyFingerprint: host_key } = sshd
  const ssh = { ...asConfigured, host, port, user, identity, host_key }
  const work = `${sshd.work}/larmor` as RemotePath
  const settings = {
    ...localMachine.settings,
    transport: 'ssh',
    ssh,
    work,
    cores: 4,
    spool_s: 600,
    poll_s: 600,
  } as const
  const machine: Machine = { ...localMachine, name, settings }
  orThrow(await larmor.engine.send({ type: 'machine.set', machine }))
})
afterAll(async () => {
  await larmor?.stop()
  await sshd?.stop()
  execFileSync('rm', ['-rf', join(bin, '..')])
})

async function start(run: RunId, jobs: readonly { key: string; program: string; text: string }[]): Promise<void> {
  const params = { jobs: [] as object[] }
  for (const { key, program, text } of jobs) {
    const file = { name: `${key}.${program === 'nwchem' ? 'nw' : 'sh'}`, ...orThrow(await larmor.engine.put(text)) }
    const input = { ...(program === 'nwchem' ? { kind: 'deck' } : { args: [] }), files: [file], main: file.name }
    params.jobs.push({ key, machine: name, program, input, resources: { ranks: 1, memory_mb: 500, seconds: 3600 } })
  }
  const command = { type: 'run.start', run, name: '', workflow: 'single', params, machine: name } as never
  orThrow(await larmor.engine.send(command))
}
const phaseOf = (job: JobId) => {
  const known = get(larmor.engine.state.jobs, job)
  return known && lastAttempt(known).phase.is
}

const DECK = `start larmor
geometry units angstrom noautosym
C 0 0 0
O 0 0 1.43
H 1.03 0 -0.36
H -0.51 0.89 -0.36
H -0.51 -0.89 -0.36
H 0.9 0.1 1.75
end
basis spherical
  * library 6-31g*
end
dft
  xc b3lyp
end
driver
  maxiter 30
end
task dft optimize
task dft freq numerical
`

test('a running job is looked into over the same connection, and only while it is looked at', async () => {
  const run = 'rlook' as RunId
  const [real, other] = [jobId(run, 'real'), jobId(run, 'other')]
  await start(run, [
    { key: 'real', program: 'nwchem', text: DECK },
    { key: 'other', program: 'command', text: 'while :; do echo line; sleep 0.2; done' },
  ])
  await larmor.until('both jobs run', () => phaseOf(real) === 'running' && phaseOf(other) === 'running')
  // They are told of once a second: how many there are once no more come.
  const calls = async () => {
    for (let before = -1; ; ) {
      const now = counted?.round_trips ?? -1
      if (counted && now === before) return now
      before = now
      await sleep(1500)
    }
  }
  const before = await calls()
  await sleep(4000)
  expect(await calls()).toBe(before) // nobody looks: nothing is asked

  const readings: Reading[] = []
  const began = Date.now()
  const leave = larmor.engine.readings(news => readings.push(...news), real)
  await until('an energy', () => readings.some(({ energy_hartree, tail }) => energy_hartree !== null && tail !== ''))
  leave()
  const looked = (Date.now() - began) / 1000
  const after = await calls()
  expect(readings.every(({ job }) => job === real)).toBe(true) // of the other one, nothing
  expect(readings.find(({ energy_hartree }) => energy_hartree !== null)?.energy_hartree).toBeCloseTo(-115.7, 0)
  expect(after - before).toBeGreaterThan(0)
  expect(after - before).toBeLessThanOrEqual(looked + 2) // once a second, the one job only
  await sleep(4000)
  expect(await calls()).toBe(after)
  expect(sshd.log().match(/^Accepted publickey/gm)).toHaveLength(1)

  orThrow(await larmor.engine.send({ type: 'run.cancel', run }))
  await larmor.ended(run)
})

test('a download that is cut goes on from where it was, by the count of its bytes', async () => {
  const mark = join(sshd.work, 'half')
  const HALF = 20_000_000
  // The first stream stops in the middle, and says so.
  const script = `[ "$1" = -cf ] && [ ! -e ${mark} ] && { /usr/bin/tar "$@" | { head -c ${HALF}; : >${mark}; sleep 20; }; exit; }`
  writeFileSync(join(bin, 'tar'), `#!/bin/sh\n${script}\nexec /usr/bin/tar "$@"\n`, { mode: 0o755 })
  const logins = sshd.log().match(/^Accepted publickey/gm)?.length ?? 0
  const before = counted?.bytes_fetched ?? 0
  const run = 'rcut' as RunId
  await start(run, [{ key: 'a', program: 'command', text: `head -c ${2 * HALF} /dev/urandom >big.out` }])
  const ended = larmor.ended(run)
  await until('the middle of the download', () => existsSync(mark))
  await until('what came so far', () => (counted?.bytes_fetched ?? 0) - before > HALF / 2)
  await sshd.kill()
  await sshd.start()
  await ended
  const job = get(larmor.engine.state.jobs, jobId(run, 'a'))
  const attempt = job && lastAttempt(job)
  expect(attempt?.outcome).toBe('completed')
  const files = attempt?.phase.is === 'parsed' ? attempt.phase.files : []
  expect(files.find(file => file.name === 'big.out')).toMatchObject({ bytes: 2 * HALF })
  await until('all of it', () => (counted?.bytes_fetched ?? 0) - before >= 2 * HALF)
  const bytes = (counted?.bytes_fetched ?? 0) - before
  expect(bytes).toBeLessThan(2 * HALF + 2_000_000)
  expect((sshd.log().match(/^Accepted publickey/gm)?.length ?? 0) - logins).toBe(1)
})

test('a work folder of any name holds jobs, whatever shells would read in it', async () => {
  const work = `${sshd.work}/-it's "odd" $(touch x) \`y\` ; & * ! 💥` as RemotePath
  const job = await runIn(work, 'rodd' as RunId)
  expect(job?.outcome).toBe('completed')
  const files = job?.phase.is === 'parsed' ? job.phase.files : []
  const output = files.find(file => file.name === 'output.txt')
  expect(output && orThrow(await larmor.engine.read(output))).toBe(`${work}/jobs/rodd.a.1\n`)
})

test('a home that is read-only is a sentence and an action, and the job goes on once it is not', async context => {
  const home = join(sshd.work, 'home')
  mkdirSync(home)
  const disk = smallDisk('ro,mode=1777', home)
  if (disk.missing) return context.skip(disk.missing)
  onTestFinished(disk.remove)
  const job = runIn(join(home, 'larmor') as RemotePath, 'rhome' as RunId)
  const reach = () => larmor.engine.state.machines[name]?.reach
  await larmor.until('the machine cannot be used', () => reach()?.is === 'unreachable')
  expect(reach()?.text).toMatch(/The work folder .* cannot be used: .*Read-only file system/)
  expect(reach()?.hint).toContain('--work DIR')
  disk.remount('rw')
  expect((await job)?.outcome).toBe('completed')
})

test('a machine that does not answer is tried more and more seldom, and goes on by itself once it does', async () => {
  const { host, port, user, identity, hostKeyFingerprint: host_key } = sshd
  const machine = larmor.engine.state.machines[name] as Machine
  const ssh = { ...asConfigured, host, port, user, identity, host_key }
  const settings = { ...machine.settings, ssh, work: `${sshd.work}/larmor` as RemotePath }
  orThrow(await larmor.engine.send({ type: 'machine.set', machine: { ...machine, settings } }))
  await sshd.kill()
  const tries = counted?.connections ?? 0
  const run = 'rdown' as RunId
  await start(run, [{ key: 'a', program: 'command', text: 'pwd' }])
  await larmor.until('the machine is not reached', state => state.machines[name]?.reach.is === 'unreachable')
  expect(larmor.engine.state.machines[name]?.reach.text).toContain(`takes no connection on port ${port}`)
  await sleep(15_000)
  // After 1, 2, 4 and 8 s, each half as long to half as long again: never once a second, and not given up.
  const tried = (counted?.connections ?? 0) - tries
  expect(tried).toBeGreaterThanOrEqual(2)
  expect(tried).toBeLessThanOrEqual(6)
  await sshd.start()
  await larmor.ended(run)
  const job = get(larmor.engine.state.jobs, jobId(run, 'a'))
  expect(job && lastAttempt(job).outcome).toBe('completed')
})

test('a machine that takes one session at a time is served, if less at once', async () => {
  const single = await startSshd({ lines: ['MaxSessions 1'] })
  onTestFinished(() => single.stop())
  const machine = larmor.engine.state.machines[name] as Machine
  const { host, port, user, identity, hostKeyFingerprint: host_key } = single
  const ssh = { ...asConfigured, host, port, user, identity, host_key }
  const settings = { ...machine.settings, ssh, spool_s: 2, poll_s: 2, work: `${single.work}/larmor` as RemotePath }
  orThrow(await larmor.engine.send({ type: 'machine.set', machine: { ...machine, settings } }))
  await start('rsingle' as RunId, [{ key: 'a', program: 'command', text: 'pwd' }])
  await larmor.ended('rsingle' as RunId)
  const job = get(larmor.engine.state.jobs, jobId('rsingle' as RunId, 'a'))
  expect(job && lastAttempt(job).outcome).toBe('completed')
  expect(single.log().match(/^Accepted publickey/gm)).toHaveLength(1)
})

test('how often a machine is looked at can be changed while a job is there', async () => {
  const machine = larmor.engine.state.machines[name] as Machine
  const { host, port, user, identity, hostKeyFingerprint: host_key } = sshd
  const ssh = { ...asConfigured, host, port, user, identity, host_key }
  const seldom = { ...machine.settings, ssh, work: `${sshd.work}/larmor` as RemotePath, live: false, spool_s: 600 }
  orThrow(await larmor.engine.send({ type: 'machine.set', machine: { ...machine, settings: seldom } }))
  const gate = join(sshd.work, 'go on')
  const run = 'roften' as RunId
  await start(run, [{ key: 'a', program: 'command', text: `while ! [ -e '${gate}' ]; do sleep 0.1; done` }])
  await larmor.until(
    'the job is submitted',
    () => phaseOf(jobId(run, 'a')) === 'queued' || phaseOf(jobId(run, 'a')) === 'running',
  )
  await sleep(2000) // it is looked at once more when it is submitted
  writeFileSync(gate, '')
  const often = { ...seldom, spool_s: 1 }
  orThrow(await larmor.engine.send({ type: 'machine.set', machine: { ...machine, settings: often } }))
  await larmor.ended(run)
})

/** Runs a job in another work folder of the machine; its last attempt. */
async function runIn(work: RemotePath, run: RunId) {
  const machine = larmor.engine.state.machines[name] as Machine
  orThrow(
    await larmor.engine.send({ type: 'machine.set', machine: { ...machine, settings: { ...machine.settings, work } } }),
  )
  await start(run, [{ key: 'a', program: 'command', text: 'pwd' }])
  await larmor.ended(run)
  const job = get(larmor.engine.state.jobs, jobId(run, 'a'))
  return job && lastAttempt(job)
}
