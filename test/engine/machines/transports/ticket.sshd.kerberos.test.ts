import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Session, transports, WantsLogin } from '../../../../electron/engine/machines/transports/index.ts'
import type { MachineName } from '../../../../shared/ids.ts'
import { asConfigured, localMachine } from '../../../../shared/model/machine.ts'
import { sh } from '../../../../shared/sh.ts'
import { TEST_USER } from '../../../setup/groups.mjs'
import { type Kerberos, startKerberos } from '../../../testbed/kerberos.ts'
import { type Sshd, startSshd } from '../../../testbed/sshd.ts'
import { alone } from './logins.ts'
import { transportContract } from './transport-contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'larmor-kerberos-'))
let kerberos: Kerberos
let sshd: Sshd
beforeAll(async () => {
  kerberos = await startKerberos(TEST_USER)
  const lines = ['GSSAPIAuthentication yes', 'GSSAPIStrictAcceptorCheck no', 'AuthenticationMethods gssapi-with-mic']
  sshd = await startSshd({ lines, serverEnv: kerberos.serverEnv })
  for (const [name, value] of Object.entries(kerberos.env)) vi.stubEnv(name, value)
  writeFileSync(join(folder, 'config'), 'GSSAPIAuthentication yes\n')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await sshd?.stop()
  await kerberos?.stop()
  rmSync(folder, { recursive: true, force: true })
})

function connect(): Promise<Session> {
  const { host, port, user, hostKeyFingerprint: host_key } = sshd
  const ssh = { ...asConfigured, host, port, user, host_key, config: join(folder, 'config') }
  const settings = { ...localMachine.settings, transport: 'ssh', ssh } as const
  return transports.ssh.connect({ ...localMachine, name: 'cluster' as MachineName, settings }, alone())
}

describe('by a Kerberos ticket', () => {
  describe('the contract of transports', () => {
    transportContract(async () => {
      kerberos.ticket()
      return { session: await connect(), folder: sshd.work }
    })
  })

  test('it logs in, and needs no person; without a ticket that is said, and what to do', async () => {
    kerberos.ticket()
    const session = await connect()
    expect((await session.exec(sh`id -un`)).out).toBe(`${sshd.user}\n`)
    expect(session.attended).toBe(false)
    expect(sshd.log()).toContain(`Accepted gssapi-with-mic for ${sshd.user}`)
    await session.close()

    kerberos.noTicket()
    const told = await sshd.listen()
    const tried = connect()
    await expect(tried).rejects.toBeInstanceOf(WantsLogin)
    await expect(tried).rejects.toThrow('There is no Kerberos ticket')
    await expect(tried).rejects.toMatchObject({ hint: expect.stringContaining('kinit') })
    expect(await told()).not.toMatch(/Accepted|Failed|Postponed/)
  })
})
