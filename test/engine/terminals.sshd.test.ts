import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MachineName, RemotePath } from '../../shared/ids.ts'
import { asConfigured, localMachine, type Machine } from '../../shared/model/machine.ts'
import { orThrow } from '../../shared/result.ts'
import { proxyCommand } from '../testbed/proxy-command.ts'
import { type Sshd, startSshd } from '../testbed/sshd.ts'
import { type InProcess, startInProcess } from './in-process.ts'
import { terminalContract } from './terminal-contract.ts'

const cluster = 'cluster' as MachineName
const behind = 'behind' as MachineName
const folder = mkdtempSync(join(tmpdir(), 'larmor-terminals-'))
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
  // The same, behind a ProxyCommand: only the system's ssh reaches it.
  const config = join(folder, 'config')
  writeFileSync(config, proxyCommand(folder))
  for (const [name, way] of [
    [cluster, ssh],
    [behind, { ...ssh, config }],
  ] as const) {
    const machine: Machine = { ...localMachine, name, settings: { ...settings, ssh: way } }
    orThrow(await larmor.engine.send({ type: 'machine.set', machine }))
  }
})
afterAll(async () => {
  await larmor?.stop()
  await sshd?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('over a connection of ssh2', () => {
  terminalContract(cluster, () => ({ larmor, dir: sshd.work }))
})

describe("through the master connection of the system's ssh", () => {
  terminalContract(behind, () => ({ larmor, dir: sshd.work }))

  test('no connection is made for it', () => {
    expect(sshd.log().match(/^Accepted publickey/gm)).toHaveLength(2)
  })
})

test('a machine that is not there has none', async () => {
  const call = { does: 'open', machine: 'nowhere' as MachineName, dir: null, columns: 80, rows: 24 } as const
  expect(await larmor.engine.terminal(call)).toMatchObject({ ok: false })
  expect(await larmor.engine.terminal({ does: 'write', terminal: 'x', text: 'ls' })).toMatchObject({
    ok: false,
    fault: { code: 'not-found' },
  })
})
