import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { basename, join } from 'node:path'
import { TEST_USER, which } from '../setup/groups.mjs'
import { until } from '../until.ts'
import {
  createFolderOf,
  createTestbed,
  descendants,
  freePort,
  kill,
  once,
  removeTestbed,
  removeToo,
  startDaemon,
  stopByPidFile,
  TESTBED,
} from './daemons.ts'

export interface Sshd {
  readonly host: string
  readonly port: number
  readonly user: string
  /** Path of the private key that the user's account accepts. */
  readonly identity: string
  /** As `ssh-keygen -l` prints it: SHA256:... */
  readonly hostKeyFingerprint: string
  /** Path of the public host key. */
  readonly hostKey: string
  /** A new folder of the user's, in his home; removed at the end. */
  readonly work: string
  /** All that the server has logged. */
  log(): string
  /**
   * What the server logs from now on, of connections that have ended: before and after it is waited until none is open,
   * so that no line of an earlier one is among them, and none is yet to come.
   */
  listen(): Promise<() => Promise<string>>
  /** Cuts every open connection, as a pulled cable would; new ones are possible at once. */
  cut(): void
  /** Lets every open connection fall silent, as behind a firewall that has forgotten it. */
  freeze(): void
  /** Ends the server and its connections; `start` starts it on the same port, with a new host key if that is wanted. */
  kill(): Promise<void>
  start(hostKey?: 'same' | 'new'): Promise<void>
  /** Whether it takes connections. */
  answers(): Promise<boolean>
  stop(): Promise<void>
}

interface SshdOptions {
  /** Reaches every remote command. */
  readonly env?: Readonly<Record<string, string>>
  /** More lines of sshd_config; of two that say the same the first counts, and these come first. */
  readonly lines?: readonly string[]
  /** What opens the account: its key (as usual), its key and then `secret`, or `secret` alone, as a password or asked for. */
  readonly login?: 'key' | 'key and code' | 'password' | 'keyboard-interactive'
  readonly secret?: string
  /** Of a server with a `secret`: it has expired, and each login asks for a new one, which is not kept. */
  readonly expired?: boolean
  /** Of the server itself. */
  readonly serverEnv?: Readonly<Record<string, string>>
  /** Whether there is SFTP; as usual, there is. */
  readonly sftp?: boolean
}

const METHODS = {
  key: ['UsePAM no', 'PasswordAuthentication no'],
  'key and code': ['UsePAM yes', 'AuthenticationMethods publickey,keyboard-interactive'],
  password: ['UsePAM yes', 'AuthenticationMethods password', 'PasswordAuthentication yes'],
  'keyboard-interactive': ['UsePAM yes', 'AuthenticationMethods keyboard-interactive'],
} as const

/** A real sshd on a free port of 127.0.0.1, for the test user. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const folder = createTestbed()
  const port = await freePort()
  const at = (name: string) => join(folder, name)
  const newKey = (name: string) =>
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'larmor test', '-f', at(name)])
  newKey('host_key')
  newKey('identity')
  copyFileSync(at('identity.pub'), at('authorized_keys'))
  const env = { ...options.env, [TESTBED]: folder }
  const config = [
    ...(options.lines ?? []),
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host_key')}`,
    `PidFile ${at('sshd.pid')}`,
    `AllowUsers ${TEST_USER}`,
    ...METHODS[options.login ?? 'key'],
    'PubkeyAuthentication yes',
    `AuthorizedKeysFile ${at('authorized_keys')}`,
    // The folder lies in the temp folder, which all may write to.
    'StrictModes no',
    'LogLevel VERBOSE',
    ...(options.sftp === false ? [] : ['Subsystem sftp internal-sftp']),
    `SetEnv ${Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`,
  ]
  writeFileSync(at('sshd_config'), `${config.join('\n')}\n`)
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 }) // where sshd locks itself in before the login
  const program =
    options.secret === undefined ? (which('sshd') ?? 'sshd') : withPam(folder, options.secret, options.expired ?? false)

  async function start(): Promise<void> {
    rmSync(at('sshd.pid'), { force: true })
    startDaemon(folder, program, ['-D', '-f', at('sshd_config'), '-E', at('log')], { env: options.serverEnv ?? {} })
    await until('sshd', async () => existsSync(at('sshd.pid')) && (await answers(port)), { log: at('log') })
  }
  const sessions = () => {
    const sshd = Number(readFileSync(at('sshd.pid'), 'utf8'))
    return descendants(sshd).filter(pid => nameOf(pid) === nameOf(sshd))
  }
  const log = () => readFileSync(at('log'), 'utf8')
  const allEnded = () => until('the end of all connections', () => sessions().length === 0, { log: at('log') })
  await start()
  const work = createFolderOf(folder, TEST_USER)
  return {
    host: '127.0.0.1',
    port,
    user: TEST_USER,
    identity: at('identity'),
    get hostKeyFingerprint() {
      return execFileSync('ssh-keygen', ['-l', '-f', at('host_key.pub')], { encoding: 'utf8' }).split(' ')[1] ?? ''
    },
    hostKey: at('host_key.pub'),
    work,
    log,
    async listen() {
      await allEnded()
      const from = log().length
      return async () => {
        await allEnded()
        return log().slice(from)
      }
    },
    cut() {
      for (const pid of sessions()) kill(pid, 'SIGKILL')
    },
    freeze() {
      for (const pid of sessions()) kill(pid, 'SIGSTOP')
    },
    async kill() {
      const open = sessions()
      await stopByPidFile(at('sshd.pid'))
      for (const pid of open) kill(pid, 'SIGKILL')
      await until('the end of sshd', async () => !(await answers(port)))
    },
    async start(hostKey = 'same') {
      if (hostKey === 'new') {
        rmSync(at('host_key'))
        newKey('host_key')
      }
      await start()
    },
    answers: () => answers(port),
    stop: once(async () => removeTestbed(folder)),
  }
}

/**
 * An sshd whose PAM asks for `secret`, and for nothing else. sshd's PAM service is called like its program, so it is
 * started by a name of its own; its first word for the secret is PAM's: "Password: ".
 */
function withPam(folder: string, secret: string, expired: boolean): string {
  const name = `larmor-${basename(folder).slice(-6)}`.toLowerCase() // as PAM looks for it
  const check = join(folder, 'check-secret')
  writeFileSync(check, `#!/bin/sh\n[ "$(tr -d '\\000')" = '${secret}' ]\n`, { mode: 0o755 })
  const service = join('/etc/pam.d', name)
  removeToo(folder, service)
  const stack = [`auth required pam_exec.so expose_authtok quiet ${check}`, 'auth required pam_permit.so']
  const rest = [
    `account required ${expired ? 'pam_debug.so acct=new_authtok_reqd' : 'pam_permit.so'}`,
    'session required pam_permit.so',
    'password required pam_stress.so expired', // asks for a new one twice, as pam_unix does
  ]
  writeFileSync(service, `${[...stack, ...rest].join('\n')}\n`)
  const program = join(folder, name)
  symlinkSync(which('sshd') ?? 'sshd', program)
  return program
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return '' // it has just ended
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.end(() => resolve(true)))
    socket.on('error', () => resolve(false))
  })
}
