import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Session,
  transports,
  Unreachable,
  WantsLogin,
} from '../../../../electron/engine/machines/transports/index.ts'
import type { MachineName } from '../../../../shared/ids.ts'
import { asConfigured, localMachine, type SshSettings } from '../../../../shared/model/machine.ts'
import { sh } from '../../../../shared/sh.ts'
import { proxyCommand } from '../../../testbed/proxy-command.ts'
import { type Sshd, startSshd } from '../../../testbed/sshd.ts'
import { until } from '../../../until.ts'
import { alone, attended, stoppedAgent } from './logins.ts'
import { transportContract } from './transport-contract.ts'

const SECRET = 'open-sesame-42'
const folder = mkdtempSync(join(tmpdir(), 'larmor-system-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A host that ssh2 cannot reach, for it lies behind a ProxyCommand. */
function connect(sshd: Sshd, login = alone(), changed: Partial<SshSettings> = {}): Promise<Session> {
  const { host, port, user, identity, hostKeyFingerprint: host_key } = sshd
  const config = join(folder, 'config')
  writeFileSync(config, `${proxyCommand(folder)}UserKnownHostsFile ${join(folder, 'known')}\n`)
  const ssh = { ...asConfigured, host, port, user, identity, host_key, config, ...changed }
  const settings = { ...localMachine.settings, transport: 'ssh', ssh } as const
  return transports.ssh.connect({ ...localMachine, name: 'behind' as MachineName, settings }, login)
}

describe('behind a ProxyCommand', () => {
  let sshd: Sshd
  beforeAll(async () => {
    sshd = await startSshd()
  })
  afterAll(() => sshd?.stop())

  describe('the contract of transports', () => {
    transportContract(async () => ({ session: await connect(sshd), folder: sshd.work }))
  })

  test('one connection serves all commands; more than eight wait', async () => {
    const told = await sshd.listen()
    const session = await connect(sshd)
    const asked = Array.from({ length: 24 }, (_, i) => session.exec(sh`sleep 0.05; exit ${i}`))
    expect((await Promise.all(asked)).map(({ exit }) => exit)).toEqual(asked.map((_, i) => i))
    await session.close()
    await expect(session.exec(sh`true`)).rejects.toBeInstanceOf(Unreachable)
    expect((await told()).match(/Accepted publickey/g)).toHaveLength(1)
  })

  test('a connection that was given up before it began is none', async () => {
    const told = await sshd.listen()
    const tried = connect(sshd, alone(AbortSignal.abort()))
    await expect(tried).rejects.toBeInstanceOf(Unreachable)
    expect(await told()).not.toMatch(/Accepted/)
  })

  test('a cut in mid-command is unreachable, never an answer, and nobody logs in again by itself', async () => {
    const told = await sshd.listen()
    const session = await connect(sshd)
    const begun = join(sshd.work, 'begun')
    const asked = session.exec(sh`touch ${begun}; sleep 100; exit 0`)
    asked.catch(() => {})
    await until('the command', () => existsSync(begun))
    sshd.cut()
    await expect(asked).rejects.toBeInstanceOf(Unreachable)
    await until('the loss', () => session.lost.aborted)
    await expect(session.exec(sh`true`)).rejects.toBeInstanceOf(Unreachable)
    expect((await told()).match(/Accepted publickey/g)).toHaveLength(1)
  })

  test('an agent that is stopped holds no login up: it is said, and other keys are tried', async () => {
    const socket = await stoppedAgent(folder)
    const config = join(folder, 'with-agent')
    writeFileSync(config, `${proxyCommand(folder)}IdentityAgent ${socket}\nIdentityFile ${folder}/none\n`)
    await expect(connect(sshd, alone(), { config, identity: null })).rejects.toThrow(
      `The ssh-agent at ${socket} does not answer`,
    )
    await (await connect(sshd, alone(), { config })).close()
  })

  test('another host key is stopped before any credential; a new one is asked about and then known', async () => {
    const told = await sshd.listen()
    const tried = connect(sshd, alone(), { host_key: `SHA256:${'A'.repeat(43)}` })
    await expect(tried).rejects.toBeInstanceOf(WantsLogin)
    await expect(tried).rejects.toMatchObject({ more: { fingerprint: sshd.hostKeyFingerprint } })
    await expect(connect(sshd, alone(), { host_key: null })).rejects.toThrow('is not known yet')
    expect(await told()).not.toMatch(/Accepted|Failed|Postponed/)
    const login = attended(async ({ kind }) => (kind === 'host-key' ? 'yes' : null))
    await (await connect(sshd, login, { host_key: null })).close()
    expect(readFileSync(join(folder, 'known'), 'utf8')).toContain('ssh-ed25519')
    expect(login.counted).toEqual({ connections: 1, login_tries: 1, prompts: 1 })
    await (await connect(sshd, alone(), { host_key: null })).close()
  })

  test('a certificate logs in; an expired one is said to be', async () => {
    const ca = join(folder, 'ca')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', ca])
    const own = await startSshd({ lines: [`TrustedUserCAKeys ${ca}.pub`, 'AuthorizedKeysFile none'] })
    try {
      const sign = (valid: string) =>
        execFileSync('ssh-keygen', ['-q', '-s', ca, '-I', 'chem', '-n', own.user, '-V', valid, `${own.identity}.pub`])
      sign('-1h:+1h')
      const session = await connect(own, alone(), { config: '/dev/null' })
      expect((await session.exec(sh`id -un`)).out).toBe(`${own.user}\n`)
      await session.close()
      sign('-2h:-1h')
      const expired = connect(own, alone(), { config: '/dev/null' })
      await expect(expired).rejects.toBeInstanceOf(WantsLogin)
      await expect(expired).rejects.toThrow(/The certificate .* has expired: it was valid to \d{4}-/)
      await expect(expired).rejects.toMatchObject({ hint: expect.stringContaining('new certificate') })
    } finally {
      await own.stop()
    }
  })
})

test('of a machine that takes one session, what listens for ever gives it to the commands', async () => {
  const sshd = await startSshd({ lines: ['MaxSessions 1'] })
  try {
    const session = await connect(sshd)
    const { out, done } = session.stream(sh`while echo alive; do sleep 1; done`, { lasting: true })
    await once(out, 'data') // else the commands may all be over before it begins, and it need not give way
    const asked = Array.from({ length: 5 }, (_, i) => session.exec(sh`exit ${i}`))
    expect((await Promise.all(asked)).map(({ exit }) => exit)).toEqual([0, 1, 2, 3, 4])
    await expect(done).rejects.toBeInstanceOf(Unreachable)
    await session.close()
  } finally {
    await sshd.stop()
  }
})

test('a second factor is asked through the same channel, and begun by nobody alone', async () => {
  const sshd = await startSshd({ login: 'key and code', secret: SECRET })
  try {
    const told = await sshd.listen()
    const tried = connect(sshd)
    await expect(tried).rejects.toBeInstanceOf(WantsLogin)
    expect(await told()).not.toMatch(/keyboard-interactive for/)
    const login = attended(async ({ kind }) => (kind === 'password' ? SECRET : null))
    const session = await connect(sshd, login)
    expect(session.attended).toBe(true)
    expect((await session.exec(sh`echo in`)).out).toBe('in\n')
    expect(login.counted).toEqual({ connections: 1, login_tries: 1, prompts: 1 })
    await session.close()
    await expect(
      connect(
        sshd,
        attended(async () => 'wrong'),
      ),
    ).rejects.toBeInstanceOf(WantsLogin)
  } finally {
    await sshd.stop()
  }
})
