import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MachineName, RemotePath } from '../../shared/ids.ts'
import { asConfigured, localMachine, type Machine } from '../../shared/model/machine.ts'
import { orThrow } from '../../shared/result.ts'
import { type Sshd, startSshd } from '../testbed/sshd.ts'
import { type InProcess, startInProcess } from './in-process.ts'
import { terminalContract } from './terminal-contract.ts'

const cluster = 'cluster' as MachineName
let sshd: Sshd
let larmor: InProcess
beforeAll(async () => {
  sshd = await startSshd()
  larmor = await startInProcess()
  const { host, port, user, identity, hostKeyFingerprint: host_key } = sshd
  const ssh = { ...asConfigured, host, port, user, identity, host_key }
  const settings = {
    ...localMachine.settings,
    transport: 'ssh',
    ssh,
    work: `${sshd.work}/larmor` as RemotePath,
  } as const
  const machine: Machine = { ...localMachine, name: cluster, settings }
  orThrow(await larmor.engine.send({ type: 'machine.set', machine }))
})
afterAll(async () => {
  await larmor?.stop()
  await sshd?.stop()
})

describe('over a connection of ssh2', () => {
  terminalContract(cluster, () => ({ larmor, dir: sshd.work }))
})

test('a machine that is not there has none', async () => {
  const call = { does: 'open', machine: 'nowhere' as MachineName, dir: null, columns: 80, rows: 24 } as const
  expect(await larmor.engine.terminal(call)).toMatchObject({ ok: false })
  expect(await larmor.engine.terminal({ does: 'write', terminal: 'x', text: 'ls' })).toMatchObject({
    ok: false,
    fault: { code: 'not-found' },
  })
})
