import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { type Session, transports } from '../../../../electron/engine/machines/transports/index.ts'
import type { MachineName } from '../../../../shared/ids.ts'
import { asConfigured, localMachine } from '../../../../shared/model/machine.ts'
import type { Sshd } from '../../../testbed/sshd.ts'
import { alone } from './logins.ts'
import { fewToolsContract, noToolsContract, transferContract } from './transfer-contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'larmor-transfers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function connect(config: string): (sshd: Sshd) => Promise<Session> {
  const path = join(folder, `config-${config.length}`)
  writeFileSync(path, config)
  return ({ host, port, user, identity, hostKeyFingerprint: host_key }) => {
    const ssh = { ...asConfigured, host, port, user, identity, host_key, config: path }
    const settings = { ...localMachine.settings, transport: 'ssh', ssh } as const
    return transports.ssh.connect({ ...localMachine, name: 'cluster' as MachineName, settings }, alone())
  }
}

const PROXY =
  "const s = require('net').connect(+process.argv[2], process.argv[1]); process.stdin.pipe(s); s.pipe(process.stdout); s.on('close', () => process.exit()).on('error', () => process.exit(1))"

describe('by ssh2', () => {
  transferContract(connect(''))
  fewToolsContract(connect(''))
  noToolsContract(connect(''))
})

describe("by the system's ssh", () => {
  writeFileSync(join(folder, 'proxy.cjs'), PROXY.replaceAll('argv[2]', 'argv[3]').replaceAll('argv[1]', 'argv[2]'))
  const config = `ProxyCommand ${process.execPath} ${join(folder, 'proxy.cjs')} %h %p\n`
  transferContract(connect(config))
  noToolsContract(connect(config))
})
