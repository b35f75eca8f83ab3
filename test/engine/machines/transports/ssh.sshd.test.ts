import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Session,
  transports,
  Unreachable,
  WantsLogin,
} from '../../../../electron/engine/machines/transports/index.ts'
import type { MachineName } from '../../../../shared/ids.ts'
import { asConfigured, localMachine, type Machine, type SshSettings } from '../../../../shared/model/machine.ts'
import { sh } from '../../../../shared/sh.ts'
import { freePort } from '../../../testbed/daemons.ts'
import { type Sshd, startSshd } from '../../../testbed/sshd.ts'
import { until } from '../../../until.ts'
import { alone, attended } from './logins.ts'
import { transportContract } from './transport-contract.ts'

let sshd: Sshd
const folder = mkdtempSync(join(tmpdir(), 'larmor-ssh-'))
beforeAll(async () => {
  sshd = await startSshd()
})
afterAll(() => sshd?.stop())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function machine(changed: Partial<SshSettings> = {}): Machine {
  const { host, port, user, identity, hostKeyFingerprint } = sshd
  const settings = { ...asConfigured, host, port, user, identity, host_key: hostKeyFingerprint, ...changed }
  return {
    ...localMachine,
    name: 'cluster' as MachineName,
    settings: { ...localMachine.settings, transport: 'ssh', ssh: settings },
  }
}

function connect(changed?: Partial<SshSettings>, signal = new AbortController().signal): Promise<Session> {
  return transports.ssh.connect(machine(changed), alone(signal))
}

describe('a machine behind SSH keeps the contract of transports', () => {
  transportContract(async () => ({ session: await connect(), folder: sshd.work }))
})

describe('logging in', () => {
  test('another host key is refused before anything is sent', async () => {
    const told = await sshd.listen()
    const other = `SHA256:${'A'.repeat(43)}`
    const tried = connect({ host_key: other })
    await expect(tried).rejects.toBeInstanceOf(WantsLogin)
    await expect(tried).rejects.toThrow(sshd.hostKeyFingerprint)
    await expect(tried).rejects.toThrow(other)
    await until('its end in the log', async () => (await told()).includes('[preauth]'))
    expect(await told()).not.toMatch(/Accepted|Failed|user/)
  })

  test('a key that the machine does not accept wants a person', async () => {
    const identity = join(dirname(sshd.identity), 'stranger')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', identity])
    const tried = connect({ identity })
    await expect(tried).rejects.toBeInstanceOf(WantsLogin)
    await expect(tried).rejects.toThrow('it does not accept the key')
  })

  test('a key with a passphrase, a missing one, and none want a person', async () => {
    const identity = join(dirname(sshd.identity), 'locked')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', identity])
    for (const wrong of [identity, '/nonexistent/key', null]) {
      await expect(connect({ identity: wrong })).rejects.toBeInstanceOf(WantsLogin)
    }
  })

  test('a key with a passphrase opens for who gives it, and not for who declines', async () => {
    const identity = join(dirname(sshd.identity), 'locked-known')
    copyFileSync(sshd.identity, identity)
    chmodSync(identity, 0o600)
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'a phrase', '-f', identity])
    const questions: string[] = []
    const login = attended(async ({ kind, text }) => {
      questions.push(`${kind}: ${text}`)
      return 'a phrase'
    })
    const session = await transports.ssh.connect(machine({ identity }), login)
    expect(session.attended).toBe(true)
    expect((await session.exec(sh`echo in`)).out).toBe('in\n')
    await session.close()
    expect(questions).toEqual([`passphrase: Passphrase of the key ${identity}: `])
    expect(login.counted).toEqual({ prompts: 1, connections: 1, login_tries: 1 })

    const declined = transports.ssh.connect(
      machine({ identity }),
      attended(async () => null),
    )
    await expect(declined).rejects.toBeInstanceOf(WantsLogin)
  })

  test('a machine that does not answer is unreachable, which wants nobody', async () => {
    const tried = connect({ port: await freePort() })
    await expect(tried).rejects.toBeInstanceOf(Unreachable)
    await expect(tried).rejects.not.toBeInstanceOf(WantsLogin)
  })

  test('a connection can be given up', async () => {
    await expect(connect({}, AbortSignal.abort())).rejects.toBeInstanceOf(Unreachable)
  })

  test('what is given up while the agent is asked for its keys does not log in any more', async () => {
    const [socket, config] = [join(folder, 'agent'), join(folder, 'with-agent')]
    const given = new AbortController()
    const agent = createServer(asked =>
      asked.once('data', () => {
        given.abort()
        asked.end(Buffer.from([0, 0, 0, 5, 12, 0, 0, 0, 0])) // SSH_AGENT_IDENTITIES_ANSWER: it has none
      }),
    )
    await new Promise<void>(listening => agent.listen(socket, listening))
    writeFileSync(config, `IdentityAgent ${socket}\n`)
    const told = await sshd.listen()
    const session = await connect({ config }, given.signal).catch((error: Error) => error)
    agent.close()
    expect(given.signal.aborted).toBe(true)
    if (!(session instanceof Error)) await session.close()
    expect(session).toMatchObject({ message: expect.stringContaining('given up') })
    expect(await told()).not.toContain('Connection from')
  })

  test('a host key that the configuration lists as revoked is refused before anything is sent', async () => {
    const [known_hosts, revoked, config] = [join(folder, 'known'), join(folder, 'revoked'), join(folder, 'config')]
    const changed = { host_key: null, known_hosts, config }
    writeFileSync(config, '')
    await (
      await transports.ssh.connect(
        machine(changed),
        attended(async () => 'yes'),
      )
    ).close()
    const [, type, key] = readFileSync(known_hosts, 'utf8').trim().split(' ')
    writeFileSync(revoked, `${type} ${key}\n`)
    writeFileSync(config, `RevokedHostKeys ${revoked}\n`)
    const told = await sshd.listen()
    const tried = connect(changed)
    await expect(tried).rejects.toBeInstanceOf(WantsLogin)
    await expect(tried).rejects.toThrow('revoked')
    expect(await told()).not.toMatch(/Accepted|Failed/)
  })
})

describe('a cut line', () => {
  test('in mid-command is unreachable, never an exit status', async () => {
    const session = await connect()
    const asked = session.exec(sh`touch ${`${sshd.work}/begun`}; cat`, { stdin: endless() })
    const { out, done } = session.stream(sh`yes`)
    const read = (async () => {
      for await (const _ of out) if (session.lost.aborted) break
    })()
    const seen = Promise.allSettled([asked, done, read])
    await until('the command', () => execFileSync('ls', [sshd.work], { encoding: 'utf8' }).includes('begun'))
    sshd.cut()
    for (const outcome of await seen) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(Unreachable) })
    }
    expect(session.lost.aborted).toBe(true)
    await expect(session.exec(sh`true`)).rejects.toBeInstanceOf(Unreachable)
    await session.close()
  })

  test('a command is given up on a line that is being closed', async () => {
    const session = await connect()
    const given = new AbortController()
    const begun = `${sshd.work}/given-up`
    const asked = session.exec(sh`touch ${begun}; exec sleep 60`, { signal: given.signal })
    asked.catch(() => {})
    while ((await session.exec(sh`ls ${begun} 2>/dev/null`)).out === '');
    const closed = session.close()
    given.abort()
    await expect(asked).rejects.toBeInstanceOf(Unreachable)
    await closed
  })

  test('files that are asked for on a line that is being closed are unreachable, and no word about the machine', async () => {
    const session = await connect()
    const closed = session.close()
    const asked = session.sftp?.()
    await expect(asked).rejects.toBeInstanceOf(Unreachable)
    await expect(asked).rejects.toThrow('lost')
    await closed
  })

  test('an exec after close is unreachable, and a new connection works', async () => {
    const session = await connect()
    await session.close()
    await expect(session.exec(sh`true`)).rejects.toBeInstanceOf(Unreachable)
    const next = await connect()
    expect((await next.exec(sh`echo back`)).out).toBe('back\n')
    await next.close()
  })
})

/** An input that neither ends nor sends. */
function endless(): Readable {
  return new Readable({ read() {} })
}
