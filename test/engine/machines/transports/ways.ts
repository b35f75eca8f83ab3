import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { type Session, transports } from '../../../../electron/engine/machines/transports/index.ts'
import type { MachineName } from '../../../../shared/ids.ts'
import { asConfigured, localMachine } from '../../../../shared/model/machine.ts'
import { proxyCommand } from '../../../testbed/proxy-command.ts'
import type { Sshd } from '../../../testbed/sshd.ts'
import { alone } from './logins.ts'

const folder = mkdtempSync(join(tmpdir(), 'larmor-ways-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Both ways to a machine behind SSH, by what makes the connection. */
export const WAYS: readonly { readonly by: string; readonly open: (sshd: Sshd) => Promise<Session> }[] = [
  { by: 'ssh2', open: connectBy('ssh2', '') },
  { by: "the system's ssh", open: connectBy('system', proxyCommand(folder)) },
]

function connectBy(name: string, config: string): (sshd: Sshd) => Promise<Session> {
  const path = join(folder, name)
  writeFileSync(path, config)
  return ({ host, port, user, identity, hostKeyFingerprint: host_key }) => {
    const ssh = { ...asConfigured, host, port, user, identity, host_key, config: path }
    const settings = { ...localMachine.settings, transport: 'ssh', ssh } as const
    return transports.ssh.connect({ ...localMachine, name: 'cluster' as MachineName, settings }, alone())
  }
}
