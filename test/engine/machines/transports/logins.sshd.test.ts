import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { installAgent } from '../../../../electron/engine/machines/remote-agent.ts'
import {
  type Ask,
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
import { alone, attended, stoppedAgent } from './logins.ts'

const SECRET = 'open-sesame-42'
const folder = mkdtempSync(join(tmpdir(), 'larmor-logins-'))
const known = join(folder, 'known hosts')
const none = join(folder, 'ssh_config')
const open: Session[] = []

beforeAll(() => writeFileSync(none, ''))
afterEach(async () => {
  for (const session of open.splice(0)) await session.close()
  rmSync(known, { force: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function machine(sshd: Sshd, changed: Partial<SshSettings> = {}): Machine {
  const { host, port, user, identity } = sshd
  const ssh = { ...asConfigured, host, port, user, identity, config: none, known_hosts: known, ...changed }
  return {
    ...localMachine,
    name: 'cluster' as MachineName,
    settings: { ...localMachine.settings, transport: 'ssh', ssh },
  }
}

async function connect(sshd: Sshd, login = alone(), changed: Partial<SshSettings> = {}): Promise<Session> {
  const session = await transports.ssh.connect(machine(sshd, changed), login)
  open.push(session)
  return session
}

/** Answers each kind of question so; what is not named is declined. */
function answers(by: Readonly<Record<string, string>>): ReturnType<typeof attended> & { readonly asked: string[] } {
  const asked: string[] = []
  const ask: Ask = async ({ kind, text }) => {
    asked.push(`${kind}: ${text}`)
    return by[kind] ?? null
  }
  return Object.assign(attended(ask), { asked })
}

function knowIt(sshd: Sshd, names: string): void {
  const [type, key] = readFileSync(sshd.hostKey, 'utf8').split(' ')
  writeFileSync(known, `${names} ${type} ${key}\n`)
}

describe('by a key', () => {
  let sshd: Sshd
  beforeAll(async () => {
    sshd = await startSshd()
  })
  afterAll(() => sshd?.stop())
  const name = () => `[127.0.0.1]:${sshd.port}`

  test('a known host is entered without a question, by a hashed name as well', async () => {
    knowIt(sshd, name())
    expect((await (await connect(sshd)).exec(sh`echo in`)).out).toBe('in\n')
    execFileSync('ssh-keygen', ['-q', '-H', '-f', known], { stdio: 'ignore' })
    expect(readFileSync(known, 'utf8')).toMatch(/^\|1\|/)
    expect((await (await connect(sshd)).exec(sh`echo in`)).out).toBe('in\n')
  })

  test('a new host is asked about with its fingerprint, and is then known, to ssh as well', async () => {
    const refused = connect(sshd)
    await expect(refused).rejects.toBeInstanceOf(WantsLogin)
    await expect(refused).rejects.toMatchObject({
      more: { fingerprint: sshd.hostKeyFingerprint, keytype: 'ssh-ed25519' },
      hint: expect.stringContaining('machines connect'),
    })
    const said = connect(sshd, answers({ 'host-key': 'no' }))
    await expect(said).rejects.toBeInstanceOf(WantsLogin)
    expect(existsSync(known)).toBe(false)

    const login = answers({ 'host-key': 'yes' })
    const session = await connect(sshd, login)
    expect(session.attended).toBe(false) // it was asked once and for all
    expect(login.asked).toEqual([expect.stringContaining(sshd.hostKeyFingerprint)])
    expect(login.counted).toEqual({ prompts: 1, connections: 1, login_tries: 1 })
    const file = `UserKnownHostsFile="${known}"`
    const ssh = ['-F', none, '-p', `${sshd.port}`, '-i', sshd.identity, '-o', file, '-o', 'StrictHostKeyChecking=yes']
    const { stdout } = await promisify(execFile)('ssh', [...ssh, `${sshd.user}@127.0.0.1`, 'echo ssh too'])
    expect(stdout).toBe('ssh too\n')
  })

  test('where a new host cannot be kept, as in a home that is read-only, it is not entered, and that is said', async () => {
    const login = answers({ 'host-key': 'yes' })
    const told = await sshd.listen()
    const tried = connect(sshd, login, { known_hosts: join(none, 'known_hosts') }) // in a file, not in a folder
    await expect(tried).rejects.toBeInstanceOf(Unreachable)
    await expect(tried).rejects.toThrow('could not be kept')
    await expect(tried).rejects.toMatchObject({ hint: expect.stringContaining('--known-hosts') })
    expect(await told()).not.toMatch(/Accepted|Failed|Postponed/)
  })

  test("the person's own configuration says how: Include, Match, another name and port, a key", async () => {
    knowIt(sshd, name())
    const included = join(folder, 'included')
    const config = join(folder, 'config')
    writeFileSync(included, `Match originalhost clu\n  User ${sshd.user}\n  IdentityFile ${sshd.identity}\n`)
    writeFileSync(config, `Include ${included}\nHost clu\n  HostName 127.0.0.1\n  Port ${sshd.port}\n`)
    const only = { host: 'clu', port: null, user: null, identity: null, config }
    expect((await (await connect(sshd, alone(), only)).exec(sh`id -un`)).out).toBe(`${sshd.user}\n`)
  })

  test('an agent signs; when it is gone the sentence says so', async () => {
    knowIt(sshd, name())
    const socket = join(folder, 'agent')
    const agent = execFile('ssh-agent', ['-D', '-a', socket])
    await until('the agent', () => existsSync(socket))
    execFileSync('ssh-add', ['-q', sshd.identity], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
    const config = join(folder, 'with-agent')
    writeFileSync(config, `IdentityAgent ${socket}\nIdentityFile ${folder}/none\n`)
    const byAgent = { config, identity: null }
    expect((await (await connect(sshd, alone(), byAgent)).exec(sh`echo in`)).out).toBe('in\n')
    agent.kill()
    rmSync(socket, { force: true })
    const tried = connect(sshd, alone(), byAgent)
    await expect(tried).rejects.toBeInstanceOf(WantsLogin)
    await expect(tried).rejects.toThrow(`The ssh-agent at ${socket} does not answer`)
    await expect(tried).rejects.toMatchObject({ hint: expect.stringContaining('ssh-add') })
  })

  test('an agent that is stopped holds no login up: it is said, and other keys are tried', async () => {
    knowIt(sshd, name())
    const socket = await stoppedAgent(folder)
    const config = join(folder, 'with-stopped-agent')
    writeFileSync(config, `IdentityAgent ${socket}\nIdentityFile ${folder}/none\n`)
    await expect(connect(sshd, alone(), { config, identity: null })).rejects.toThrow(
      `The ssh-agent at ${socket} does not answer`,
    )
    expect((await (await connect(sshd, alone(), { config })).exec(sh`echo in`)).out).toBe('in\n')
  })

  test('an agent that never signs, as one that waits for a confirmation, holds no login up', async () => {
    knowIt(sshd, name())
    const socket = join(folder, 'confirming')
    const asks = join(folder, 'asks')
    writeFileSync(asks, '#!/bin/sh\nexec sleep 1000\n', { mode: 0o755 })
    const agent = spawn('ssh-agent', ['-D', '-a', socket], {
      env: { ...process.env, SSH_ASKPASS: asks, SSH_ASKPASS_REQUIRE: 'force' },
      stdio: 'ignore',
      detached: true,
    })
    onTestFinished(() => void process.kill(-(agent.pid ?? 0), 'SIGKILL'))
    await until('the agent', () => existsSync(socket))
    execFileSync('ssh-add', ['-q', '-c', sshd.identity], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    })
    const config = join(folder, 'with-confirming-agent')
    writeFileSync(config, `IdentityAgent ${socket}\nIdentityFile ${folder}/none\n`)
    const tried = connect(sshd, alone(), { config, identity: null })
    await expect(tried).rejects.toThrow(`The ssh-agent at ${socket} did not sign`)
    await expect(tried).rejects.toBeInstanceOf(WantsLogin)
  })

  test('a key that cannot be read is named', async () => {
    knowIt(sshd, name())
    const identity = join(folder, 'not a key')
    writeFileSync(identity, 'hello\n')
    chmodSync(identity, 0o600)
    const told = await sshd.listen()
    for (const [path, text] of [
      [identity, 'holds no private key'],
      ['/nonexistent/key', 'is not there'],
      [`${sshd.identity}.pub`, 'is a public key'],
    ] as const) {
      const tried = connect(sshd, alone(), { identity: path })
      await expect(tried).rejects.toBeInstanceOf(WantsLogin)
      await expect(tried).rejects.toThrow(text)
      await expect(tried).rejects.toThrow(path)
    }
    expect(await told()).toBe('') // with nothing to show nothing was tried
  })

  test('a key that the server holds for expired is refused, and what to do is said', async () => {
    const own = await startSshd()
    try {
      knowIt(own, `[127.0.0.1]:${own.port}`)
      const accepted = join(dirname(own.identity), 'authorized_keys')
      writeFileSync(accepted, `expiry-time="20200101" ${readFileSync(accepted, 'utf8')}`)
      const tried = connect(own)
      await expect(tried).rejects.toBeInstanceOf(WantsLogin)
      await expect(tried).rejects.toThrow(`it does not accept the key ${own.identity}`)
      await expect(tried).rejects.toMatchObject({ hint: expect.stringContaining('authorized_keys') })
    } finally {
      await own.stop()
    }
  })

  test('what does not answer has a sentence and an action', async () => {
    const keyed = join(folder, 'keyed')
    writeFileSync(keyed, `IdentityFile ${sshd.identity}\n`)
    for (const [changed, text] of [
      [{ port: await freePort() }, 'takes no connection on port'],
      [{ host: 'no-such-host.invalid' }, 'is not known'],
      [{ host: 'a$(b)' }, 'cannot read how'],
      [{ jump: `127.0.0.1:${await freePort()}`, config: keyed }, 'takes no connection on port'],
    ] as const) {
      const tried = connect(sshd, alone(), changed)
      await expect(tried).rejects.toBeInstanceOf(Unreachable)
      await expect(tried).rejects.not.toBeInstanceOf(WantsLogin)
      await expect(tried).rejects.toThrow(text)
      await expect(tried).rejects.toMatchObject({ hint: expect.stringMatching(/./) })
    }
  })

  test('a revoked key never passes, be it pinned or known', async () => {
    const [type, key] = readFileSync(sshd.hostKey, 'utf8').split(' ')
    writeFileSync(known, `${name()} ${type} ${key}\n@revoked * ${type} ${key}\n`)
    const told = await sshd.listen()
    await expect(connect(sshd)).rejects.toThrow('revoked')
    await expect(connect(sshd, alone(), { host_key: sshd.hostKeyFingerprint })).rejects.toThrow('revoked')
    expect(await told()).not.toMatch(/Accepted|Failed|Postponed/)
  })

  test('eighty commands at once share eight channels, and none is refused', async () => {
    knowIt(sshd, name())
    const session = await connect(sshd)
    const counts = join(sshd.work, 'counts')
    await session.exec(sh`mkdir ${counts}`)
    const asked = Array.from({ length: 80 }, (_, i) =>
      session.exec(sh`ls ${counts} | wc -l; : >${`${counts}/${i}`}; sleep 0.05; rm ${`${counts}/${i}`}; exit ${i % 7}`),
    )
    const printed = await Promise.all(asked)
    expect(printed.map(({ exit }) => exit)).toEqual(printed.map((_, i) => i % 7))
    expect(Math.max(...printed.map(({ out }) => Number(out)))).toBeLessThan(8)
  })

  test('a server that is killed in mid-command is unreachable, never an answer; once it is back it is entered', async () => {
    knowIt(sshd, name())
    const session = await connect(sshd)
    const begun = join(sshd.work, 'begun')
    const asked = session.exec(sh`touch ${begun}; sleep 100`)
    asked.catch(() => {})
    await until('the command', () => existsSync(begun))
    await sshd.kill()
    await expect(asked).rejects.toBeInstanceOf(Unreachable)
    await expect(connect(sshd)).rejects.toThrow('takes no connection')
    await sshd.start()
    expect((await (await connect(sshd)).exec(sh`echo back`)).out).toBe('back\n')
  })

  test("a changed host key is stopped before any credential, by the server's own log", async () => {
    knowIt(sshd, name())
    await (await connect(sshd)).close()
    const trusted = sshd.hostKeyFingerprint
    await sshd.kill()
    await sshd.start('new')
    const told = await sshd.listen()
    const offered = sshd.hostKeyFingerprint
    for (const login of [alone(), answers({ 'host-key': 'yes' })]) {
      const tried = connect(sshd, login)
      await expect(tried).rejects.toBeInstanceOf(WantsLogin)
      await expect(tried).rejects.toThrow('has changed')
      await expect(tried).rejects.toMatchObject({ more: { fingerprint: offered, changed: 'yes', trusted } })
    }
    await until('both in the log', async () => (await told()).split('[preauth]').length > 2)
    expect(await told()).toContain('Connection from')
    expect(await told()).not.toMatch(/Accepted|Failed|Postponed|user/i)
  })
})

describe('fewer sessions than eight', () => {
  test.each([1, 3])('MaxSessions %i is found out and kept to', async most => {
    const sshd = await startSshd({ lines: [`MaxSessions ${most}`] })
    try {
      knowIt(sshd, `[127.0.0.1]:${sshd.port}`)
      const session = await connect(sshd)
      // What listens for ever gives way where it would be the only one to be heard.
      const { out, done } = session.stream(sh`echo alive; while sleep 1; do :; done`, { lasting: true })
      await once(out, 'data') // else the commands may all be over before it begins, and it need not give way
      const given = done.then(
        () => false,
        () => true,
      )
      const asked = Array.from({ length: 20 }, (_, i) => session.exec(sh`sleep 0.05; exit ${i}`))
      expect((await Promise.all(asked)).map(({ exit }) => exit)).toEqual(asked.map((_, i) => i))
      expect(await Promise.race([given, session.exec(sh`true`).then(() => false)])).toBe(most === 1)
      await session.close()
    } finally {
      await sshd.stop()
    }
  })
})

describe('by a key and a second factor', () => {
  let sshd: Sshd
  beforeAll(async () => {
    sshd = await startSshd({ login: 'key and code', secret: SECRET })
  })
  afterAll(() => sshd?.stop())

  test('the server asks once; alone nothing is begun that would ask', async () => {
    knowIt(sshd, `[127.0.0.1]:${sshd.port}`)
    const login = answers({ password: SECRET })
    const session = await connect(sshd, login)
    expect((await session.exec(sh`echo in`)).out).toBe('in\n')
    expect(session.attended).toBe(true)
    expect(login.asked).toEqual(['password: Password: '])
    expect(login.counted).toEqual({ prompts: 1, connections: 1, login_tries: 1 })
    await session.close()
    const told = await sshd.listen()
    const tried = connect(sshd)
    await expect(tried).rejects.toBeInstanceOf(WantsLogin)
    await expect(tried).rejects.toThrow('wants an answer from a person')
    expect(await told()).not.toMatch(/keyboard-interactive/)
  })

  test('a wrong code, and none, are told and not tried again', async () => {
    knowIt(sshd, `[127.0.0.1]:${sshd.port}`)
    const told = await sshd.listen()
    const wrong = answers({ password: 'wrong' })
    const tried = connect(sshd, wrong)
    await expect(tried).rejects.toBeInstanceOf(WantsLogin)
    await expect(tried).rejects.toThrow('did not accept')
    await expect(tried).rejects.toMatchObject({ hint: expect.stringContaining('machines connect') })
    expect(wrong.counted.prompts).toBe(1)
    await expect(connect(sshd, answers({}))).rejects.toThrow('Nobody answered')
    expect((await told()).match(/Failed keyboard-interactive/g)).toHaveLength(1)
  })
})

describe('by a password', () => {
  test.each(['password', 'keyboard-interactive'] as const)(
    '%s: the right one opens, a wrong one is tried once',
    async login => {
      const sshd = await startSshd({ login, secret: SECRET })
      try {
        knowIt(sshd, `[127.0.0.1]:${sshd.port}`)
        const keyless = { identity: null }
        const session = await connect(sshd, answers({ password: SECRET }), keyless)
        expect((await session.exec(sh`echo in`)).out).toBe('in\n')
        await session.close()
        const told = await sshd.listen()
        await expect(connect(sshd, answers({ password: 'wrong' }), keyless)).rejects.toThrow('did not accept')
        expect((await told()).match(/^Failed/gm)).toHaveLength(1)
        expect(sshd.log()).not.toContain(SECRET)
      } finally {
        await sshd.stop()
      }
    },
  )
})

describe('with a password that has expired', () => {
  test('the server asks for a new one in the same login, and it is passed on', async () => {
    const sshd = await startSshd({ login: 'keyboard-interactive', secret: SECRET, expired: true })
    try {
      knowIt(sshd, `[127.0.0.1]:${sshd.port}`)
      const asked: string[] = []
      const login = attended(async ({ kind, text }) => {
        asked.push(`${kind}: ${text}`)
        return asked.length === 1 ? SECRET : 'a new one'
      })
      const session = await connect(sshd, login, { identity: null })
      expect((await session.exec(sh`echo in`)).out).toBe('in\n')
      expect(asked).toEqual([
        'password: Password: ',
        expect.stringMatching(/^password: .*Enter new .*password: $/s),
        expect.stringMatching(/^password: Retype new .*password: $/),
      ])
      expect(login.counted).toEqual({ prompts: 3, connections: 1, login_tries: 1 })
    } finally {
      await sshd.stop()
    }
  })

  test('a key still opens the door, but nothing runs: that is said, with what to do, and not tried again', async () => {
    const sshd = await startSshd({ secret: SECRET, expired: true, lines: ['UsePAM yes'] })
    try {
      knowIt(sshd, `[127.0.0.1]:${sshd.port}`)
      const used = installAgent(await connect(sshd), sshd.work, [])
      await expect(used).rejects.toBeInstanceOf(WantsLogin)
      await expect(used).rejects.toThrow(/password of your account there has expired.*WARNING/s)
      await expect(used).rejects.toMatchObject({ hint: expect.stringContaining('asks for a new one') })
    } finally {
      await sshd.stop()
    }
  })
})

describe('through a jump host', () => {
  test('both are entered by their own keys, each host key is checked, and the way ends with the session', async () => {
    const gate = await startSshd()
    const inner = await startSshd()
    try {
      const config = join(folder, 'through')
      const hop = `Host gate\n  HostName 127.0.0.1\n  Port ${gate.port}\n  User ${gate.user}\n  IdentityFile ${gate.identity}\n`
      writeFileSync(config, `${hop}Host inner\n  HostName 127.0.0.1\n  Port ${inner.port}\n  ProxyJump gate\n`)
      const way = { host: 'inner', port: null, config }
      await expect(connect(inner, alone(), way)).rejects.toThrow(gate.hostKeyFingerprint)
      const login = answers({ 'host-key': 'yes' })
      const session = await connect(inner, login, way)
      expect((await session.exec(sh`echo "$LARMOR_TESTBED"`)).out).toContain(inner.identity.split('/').at(-2) ?? '')
      expect(login.asked).toHaveLength(2)
      expect(login.counted).toMatchObject({ connections: 1, login_tries: 1 })
      expect(gate.log()).toContain('Accepted publickey')
      await session.close()
      await until('the end of the way', () => gate.log().includes('Disconnected from user'))
      // By -J alone, too.
      const jump = `${gate.user}@127.0.0.1:${gate.port}`
      const config2 = join(folder, 'jump-key')
      writeFileSync(config2, `IdentityFile ${gate.identity}\n`)
      const again = await connect(inner, alone(), { jump, config: config2 })
      expect((await again.exec(sh`echo in`)).out).toBe('in\n')
      gate.cut()
      await until('the loss', () => again.lost.aborted)
    } finally {
      await gate.stop()
      await inner.stop()
    }
  })
})
