import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MachineName, RemotePath } from '../../shared/ids.ts'
import { asConfigured, localMachine, type Machine } from '../../shared/model/machine.ts'
import { orThrow } from '../../shared/result.ts'
import { eventually } from '../serve/eventually.ts'
import { type Sshd, startSshd } from '../testbed/sshd.ts'
import { type InProcess, startInProcess } from './in-process.ts'

let sshd: Sshd
let larmor: InProcess
beforeAll(async () => {
  sshd = await startSshd()
  larmor = await startInProcess()
})
afterAll(async () => {
  await larmor?.stop()
  await sshd?.stop()
})

test('nothing of a removed machine stays open, and it can be added again', async () => {
  const { host, port, user, identity, hostKeyFingerprint: host_key } = sshd
  const ssh = { ...asConfigured, host, port, user, identity, host_key }
  const name = 'cluster' as MachineName
  const work = `${sshd.work}/larmor` as RemotePath
  const machine: Machine = {
    ...localMachine,
    name,
    settings: { ...localMachine.settings, transport: 'ssh', ssh, work },
  }
  const followers = () =>
    execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' })
      .split('\n')
      .filter(line => line.includes(work) && line.endsWith(' follow')).length
  const { engine } = larmor
  for (const connections of [1, 2]) {
    orThrow(await engine.send({ type: 'machine.set', machine }))
    orThrow(await engine.send({ type: 'machine.connect', machine: name }))
    await eventually(followers).toBeGreaterThan(0)
    expect(sshd.log().match(/^Accepted publickey/gm)).toHaveLength(connections)
    orThrow(await engine.send({ type: 'machine.remove', machine: name }))
    await eventually(followers).toBe(0)
    expect(engine.state.machines[name]).toBeUndefined()
    await eventually(
      () => sshd.log().match(/^(Received disconnect|Connection closed|Disconnected) /gm)?.length ?? 0,
    ).toBeGreaterThanOrEqual(connections)
  }
})
