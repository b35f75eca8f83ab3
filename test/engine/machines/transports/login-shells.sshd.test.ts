import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Session, transports } from '../../../../electron/engine/machines/transports/index.ts'
import type { MachineName } from '../../../../shared/ids.ts'
import { asConfigured, localMachine } from '../../../../shared/model/machine.ts'
import { sh } from '../../../../shared/sh.ts'
import { TEST_USER, which } from '../../../setup/groups.mjs'
import { type Sshd, startSshd } from '../../../testbed/sshd.ts'
import { alone } from './logins.ts'
import { transportContract } from './transport-contract.ts'

/** Each login shell that clusters have, printing at every start, as some do; the file that it reads then. */
const SHELLS = [
  ['bash', '.bashrc'],
  ['tcsh', '.tcshrc'],
  ['fish', '.config/fish/config.fish'],
] as const

describe.each(SHELLS)('with the login shell %s, which prints text', (shell, startup) => {
  let sshd: Sshd
  let session: Session
  const home = mkdtempSync(join(tmpdir(), 'larmor-shell-'))
  beforeAll(async () => {
    chmodSync(home, 0o755)
    mkdirSync(dirname(join(home, startup)), { recursive: true })
    writeFileSync(join(home, startup), 'echo "Welcome! Quota: 95 % $0"\n')
    execFileSync('chown', ['-R', `${TEST_USER}:`, home])
    // As sshd starts a login shell, without changing whose shell it is: other tests may log in meanwhile.
    sshd = await startSshd({ lines: [`ForceCommand HOME=${home} exec ${which(shell)} -c "$SSH_ORIGINAL_COMMAND"`] })
  })
  afterAll(async () => {
    await sshd?.stop()
    rmSync(home, { recursive: true, force: true })
  })

  transportContract(async () => {
    const { host, port, user, identity, hostKeyFingerprint: host_key } = sshd
    const ssh = { ...asConfigured, host, port, user, identity, host_key }
    const settings = { ...localMachine.settings, transport: 'ssh', ssh } as const
    session = await transports.ssh.connect({ ...localMachine, name: 'cluster' as MachineName, settings }, alone())
    return { session, folder: sshd.work }
  })

  test('what it prints is passed over, and told', async () => {
    expect((await session.exec(sh`echo mine`)).out).toBe('mine\n')
    expect(session.greeting()).toMatch(/^Welcome! Quota: 95 % /)
  })

  test('a line of 100 kB is run', async () => {
    const words = Array.from({ length: 1500 }, (_, i) => `${'a'.repeat(60)}${i}`)
    expect((await session.exec(sh`set -- ${words}; echo $#`)).out).toBe('1500\n')
  })
})
