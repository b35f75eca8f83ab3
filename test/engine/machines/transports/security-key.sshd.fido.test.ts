import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import {
  type Login,
  type Session,
  transports,
  WantsLogin,
} from '../../../../electron/engine/machines/transports/index.ts'
import type { MachineName } from '../../../../shared/ids.ts'
import { asConfigured, localMachine } from '../../../../shared/model/machine.ts'
import { sh } from '../../../../shared/sh.ts'
import { SK_DUMMY } from '../../../setup/groups.mjs'
import { type Sshd, startSshd } from '../../../testbed/sshd.ts'
import { alone, attended } from './logins.ts'

const folder = mkdtempSync(join(tmpdir(), 'larmor-fido-'))
let sshd: Sshd
beforeAll(async () => {
  sshd = await startSshd()
  writeFileSync(join(folder, 'config'), `SecurityKeyProvider ${SK_DUMMY}\n`)
})
afterAll(async () => {
  await sshd?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A key whose private half only OpenSSH's software authenticator can use; the account takes it. */
function newKey(name: string, type: string, options: readonly string[], accepted = ''): string {
  const path = join(folder, name)
  execFileSync('ssh-keygen', ['-q', '-t', type, '-w', SK_DUMMY, '-N', '', '-f', path, ...options])
  const line = `${accepted} ${readFileSync(`${path}.pub`, 'utf8')}`
  appendFileSync(join(dirname(sshd.identity), 'authorized_keys'), line.trimStart())
  return path
}

function connect(identity: string, login: Login): Promise<Session> {
  const { host, port, user, hostKeyFingerprint: host_key } = sshd
  const ssh = { ...asConfigured, host, port, user, identity, host_key, config: join(folder, 'config') }
  const settings = { ...localMachine.settings, transport: 'ssh', ssh } as const
  return transports.ssh.connect({ ...localMachine, name: 'cluster' as MachineName, settings }, login)
}

/** From now on OpenSSH's own helper, which speaks to the key, begins once the returned function was called: a key waits for its person. */
function takeTime(): () => void {
  gates += 1
  const [gate, helper] = [join(folder, `gate${gates}`), join(folder, `helper${gates}`)]
  const real = ['/usr/lib/openssh/ssh-sk-helper', '/usr/libexec/ssh-sk-helper'].find(path => existsSync(path))
  if (real === undefined) throw new Error("OpenSSH's ssh-sk-helper is in neither of the places where it is installed")
  writeFileSync(helper, `#!/bin/sh\nwhile ! [ -e '${gate}' ]; do sleep 0.1; done\nexec ${real} "$@"\n`, { mode: 0o755 })
  process.env.SSH_SK_HELPER = helper
  onTestFinished(() => void delete process.env.SSH_SK_HELPER)
  return () => writeFileSync(gate, '')
}
let gates = 0

/** A person who sees what is asked, and touches the key; `open` counts what is still asked. */
function toucher(seen = () => {}) {
  const asked: string[] = []
  const login = attended(async ({ kind, text }, signal) => {
    asked.push(`${kind}: ${text}`)
    if (kind !== 'touch') return null
    person.open += 1
    seen()
    await new Promise(resolve => {
      if (signal.aborted) resolve(null)
      signal.addEventListener('abort', resolve, { once: true })
    })
    person.open -= 1
    return null
  })
  const person = Object.assign(login, { asked, open: 0 })
  return person
}

test.each([
  ['ed25519-sk', 'ED25519-SK'],
  ['ecdsa-sk', 'ECDSA-SK'],
])(
  'a FIDO key of type %s logs in when a person is there to touch it, and is not asked for alone',
  async (type, told) => {
    const key = newKey(`my ${type}`, type, [])
    const touched = takeTime()
    const declined = connect(key, alone())
    await expect(declined).rejects.toBeInstanceOf(WantsLogin)
    await expect(declined).rejects.toThrow('wants a touch of your security key')
    await expect(declined).rejects.toMatchObject({ hint: expect.stringContaining('machines connect') })

    const login = toucher(touched)
    const session = await connect(key, login)
    expect(login.asked).toEqual(['touch: Touch your security key now: the login at 127.0.0.1 waits for it.'])
    expect((await session.exec(sh`id -un`)).out).toBe(`${sshd.user}\n`)
    expect(session.attended).toBe(true)
    expect(sshd.log()).toMatch(new RegExp(`Accepted publickey for ${sshd.user} .*: ${told} `))
    await session.close()
  },
)

test('that it waits for a touch is said for as long as it does; who declines ends the login', async () => {
  const key = newKey('slow', 'ed25519-sk', [])
  const touched = takeTime()
  const declined = connect(
    key,
    attended(async () => null),
  )
  await expect(declined).rejects.toThrow('wants a touch of your security key')
  const login = toucher(touched)
  const session = await connect(key, login)
  expect([login.asked.length, login.open, login.counted.prompts]).toEqual([1, 0, 1])
  expect((await session.exec(sh`echo in`)).out).toBe('in\n')
  await session.close()
})

test('one that need not be touched logs in alone', async () => {
  const key = newKey('untouched', 'ed25519-sk', ['-O', 'no-touch-required'], 'no-touch-required')
  const session = await connect(key, alone())
  expect((await session.exec(sh`echo in`)).out).toBe('in\n')
  expect(session.attended).toBe(false)
  await session.close()
})
