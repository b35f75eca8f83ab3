import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AttachedEngine, attach } from '../../electron/engine/socket/client.ts'
import { listen, type SocketServer } from '../../electron/engine/socket/server.ts'
import type { MachineActivity, Question } from '../../shared/contract.ts'
import type { MachineName, RemotePath } from '../../shared/ids.ts'
import { asConfigured, localMachine, type Machine } from '../../shared/model/machine.ts'
import { orThrow } from '../../shared/result.ts'
import { type Sshd, startSshd } from '../testbed/sshd.ts'
import { until } from '../until.ts'
import { type InProcess, startInProcess } from './in-process.ts'

const PHRASE = 'a phrase that nobody else writes'
const name = 'cluster' as MachineName

let sshd: Sshd
let larmor: InProcess
let server: SocketServer
let host: AttachedEngine
const folder = mkdtempSync(join(tmpdir(), 'larmor-questions-'))
beforeAll(async () => {
  sshd = await startSshd()
  larmor = await startInProcess()
  server = await listen(join(folder, 'socket'), larmor.engine, () => {})
  host = await attach(join(folder, 'socket'))
})
afterAll(async () => {
  host?.detach()
  await server?.close()
  await larmor?.stop()
  await sshd?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The machine, by a key that has a passphrase. */
function machine(): Machine {
  const identity = join(folder, 'key')
  copyFileSync(sshd.identity, identity)
  chmodSync(identity, 0o600)
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', PHRASE, '-f', identity])
  const { host, port, user, hostKeyFingerprint: host_key } = sshd
  const work = `${sshd.work}/larmor` as RemotePath
  const ssh = { ...asConfigured, host, port, user, identity, host_key }
  return { ...localMachine, name, settings: { ...localMachine.settings, transport: 'ssh', ssh, work } }
}

test('a login asks whoever listens, takes the first answer, counts it, and keeps nothing of it', async () => {
  orThrow(await host.send({ type: 'machine.set', machine: machine() }))
  const alone = await host.send({ type: 'machine.connect', machine: name })
  expect(alone).toMatchObject({ ok: false, fault: { code: 'person-wanted' } })
  expect(larmor.engine.state.machines[name]).toMatchObject({ reach: { is: 'wants-login' } })

  const seen: (readonly Question[])[] = []
  let activity: readonly MachineActivity[] = []
  host.activity(now => {
    activity = now
  })
  host.questions(open => {
    seen.push(open)
    for (const { id } of open) void host.answer(id, PHRASE)
  })
  orThrow(await host.send({ type: 'machine.connect', machine: name }))
  await larmor.until('the machine is reached', state => state.machines[name]?.reach.is === 'ok')
  expect(larmor.engine.state.machines[name]).toMatchObject({ attended: true })
  expect(seen.flat()).toMatchObject([{ machine: name, kind: 'passphrase', echo: false }])
  expect(seen.at(-1)).toEqual([])
  // Once in the loop, being asked again needs nobody.
  orThrow(await host.send({ type: 'machine.connect', machine: name }))
  expect(seen.flat()).toHaveLength(1)

  const ofIt = () => activity.find(of => of.machine === name)
  await until('what was asked of it', ofIt, { is: counted => counted !== undefined && counted.last_data !== null })
  expect(activity.find(of => of.machine === name)).toMatchObject({ connections: 1, login_tries: 1 })
  expect(larmor.log.join('\n')).not.toContain(PHRASE)
  // grep exits 1 where no file holds it.
  expect(() => execFileSync('grep', ['-r', PHRASE, larmor.home])).toThrow(expect.objectContaining({ status: 1 }))
})

test('a machine that is not there is not found', async () => {
  const tried = await host.send({ type: 'machine.connect', machine: 'nowhere' as MachineName })
  expect(tried).toMatchObject({ ok: false, fault: { code: 'not-found' } })
})
