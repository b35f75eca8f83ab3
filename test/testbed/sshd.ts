import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { TEST_USER, which } from '../setup/groups.mjs'
import {
  createFolderOf,
  createTestbed,
  descendants,
  freePort,
  kill,
  once,
  removeTestbed,
  startDaemon,
  TESTBED,
  until,
} from './daemons.ts'

export interface Sshd {
  readonly host: string
  readonly port: number
  readonly user: string
  /** Path of the private key that the user's account accepts. */
  readonly identity: string
  /** As `ssh-keygen -l` prints it: SHA256:... */
  readonly hostKeyFingerprint: string
  /** A new folder of the user's, in his home; removed at the end. */
  readonly work: string
  /** Cuts every open connection, as a pulled cable would; new ones are possible at once. */
  cut(): void
  /** Whether it takes connections. */
  answers(): Promise<boolean>
  stop(): Promise<void>
}

/** A real sshd on a free port of 127.0.0.1, for the test user; `env` reaches every remote command. */
export async function startSshd(
  options: { readonly env?: Readonly<Record<string, string>>; readonly lines?: readonly string[] } = {},
): Promise<Sshd> {
  const folder = createTestbed()
  const port = await freePort()
  const at = (name: string) => join(folder, name)
  for (const name of ['host_key', 'identity']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'larmor test', '-f', at(name)])
  }
  copyFileSync(at('identity.pub'), at('authorized_keys'))
  const env = { ...options.env, [TESTBED]: folder }
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host_key')}`,
    `PidFile ${at('sshd.pid')}`,
    `AllowUsers ${TEST_USER}`,
    'UsePAM no',
    'PubkeyAuthentication yes',
    'PasswordAuthentication no',
    `AuthorizedKeysFile ${at('authorized_keys')}`,
    // The folder lies in the temp folder, which all may write to.
    'StrictModes no',
    'Subsystem sftp internal-sftp',
    `SetEnv ${Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`,
    ...(options.lines ?? []),
  ]
  writeFileSync(at('sshd_config'), `${config.join('\n')}\n`)
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 }) // where sshd locks itself in before the login
  startDaemon(folder, which('sshd') ?? 'sshd', ['-D', '-f', at('sshd_config'), '-E', at('log')])
  await until('sshd', async () => existsSync(at('sshd.pid')) && (await answers(port)), { log: at('log') })

  const work = createFolderOf(folder, TEST_USER)
  const [, hostKeyFingerprint = ''] = execFileSync('ssh-keygen', ['-l', '-f', at('host_key.pub')], {
    encoding: 'utf8',
  }).split(' ')
  return {
    host: '127.0.0.1',
    port,
    user: TEST_USER,
    identity: at('identity'),
    hostKeyFingerprint,
    work,
    cut() {
      const sshd = Number(readFileSync(at('sshd.pid'), 'utf8'))
      const sessions = descendants(sshd).filter(pid => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sshd\n')
      for (const pid of sessions) kill(pid, 'SIGKILL')
    },
    answers: () => answers(port),
    stop: once(async () => removeTestbed(folder)),
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.end(() => resolve(true)))
    socket.on('error', () => resolve(false))
  })
}
