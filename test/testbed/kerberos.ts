import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { which } from '../setup/groups.mjs'
import { until } from '../until.ts'
import { createTestbed, freePort, once, removeTestbed, startDaemon } from './daemons.ts'

const REALM = 'LARMOR.TEST'

export interface Kerberos {
  /** For whoever logs in: where the realm is, and where his tickets lie. */
  readonly env: Readonly<Record<string, string>>
  /** For a server of 127.0.0.1: where the realm is, and its own key. */
  readonly serverEnv: Readonly<Record<string, string>>
  /** Gets the user a ticket (kinit). */
  ticket(): void
  /** Takes it away again. */
  noTicket(): void
  stop(): Promise<void>
}

/** A real KDC on a free port of 127.0.0.1, with the user and the host as its principals. */
export async function startKerberos(user: string): Promise<Kerberos> {
  const folder = createTestbed()
  const at = (name: string) => join(folder, name)
  const port = await freePort()
  const kdc = `127.0.0.1:${port}`
  writeFileSync(
    at('krb5.conf'),
    `[libdefaults]
  default_realm = ${REALM}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
[realms]
  ${REALM} = {
    kdc = ${kdc}
  }
[domain_realm]
  127.0.0.1 = ${REALM}
`,
  )
  writeFileSync(
    at('kdc.conf'),
    `[kdcdefaults]
  kdc_listen = ${kdc}
  kdc_tcp_listen = ${kdc}
[realms]
  ${REALM} = {
    database_name = ${at('principals')}
    key_stash_file = ${at('stash')}
    acl_file = ${at('acl')}
  }
[logging]
  kdc = FILE:${at('log')}
`,
  )
  const conf = { KRB5_CONFIG: at('krb5.conf'), KRB5_KDC_PROFILE: at('kdc.conf') }
  const run = (program: string, args: readonly string[], input?: string) =>
    execFileSync(which(program) ?? program, [...args], {
      env: { ...process.env, ...conf, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input === undefined ? {} : { input }),
    })
  const env = { KRB5_CONFIG: at('krb5.conf'), KRB5CCNAME: `FILE:${at('tickets')}` }
  const password = randomBytes(18).toString('base64url')
  run('kdb5_util', ['create', '-s', '-r', REALM, '-P', randomBytes(18).toString('base64url')])
  run('kadmin.local', ['-r', REALM, 'addprinc', '-pw', password, user])
  run('kadmin.local', ['-r', REALM, 'addprinc', '-randkey', 'host/127.0.0.1'])
  run('kadmin.local', ['-r', REALM, 'ktadd', '-k', at('keytab'), 'host/127.0.0.1'])
  startDaemon(folder, which('krb5kdc') ?? 'krb5kdc', ['-n', '-P', at('kdc.pid')], { env: conf })
  await until('the KDC', () => existsSync(at('kdc.pid')), { log: at('log') })
  return {
    env,
    serverEnv: { KRB5_CONFIG: at('krb5.conf'), KRB5_KTNAME: `FILE:${at('keytab')}` },
    ticket: () => void run('kinit', [`${user}@${REALM}`], `${password}\n`),
    noTicket: () => void run('kdestroy', []),
    stop: once(async () => removeTestbed(folder)),
  }
}
