import { execFile, execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { TEST_USER, which } from '../setup/groups.mjs'
import { until } from '../until.ts'
import { account, freePort, startDaemon, stopByPidFile } from './daemons.ts'

/** Slurm's accounting: sacct tells of jobs for ever. */
export interface Accounting {
  /** Lines of slurm.conf. */
  readonly lines: readonly string[]
  /** Says whom Slurm keeps accounts for; before its controllers are started, which learn of it then. */
  fill(conf: string): Promise<void>
  stopDaemon(): Promise<void>
  startDaemon(): Promise<void>
}

const NET = (pid: number) => ['nsenter', `--net=/proc/${pid}/ns/net`] as const

/**
 * A real mariadb and slurmdbd. slurmdbd listens on all addresses, with no setting against it: both live in a network
 * namespace of their own, into which a socket file is the only way; here it is a free port of 127.0.0.1.
 */
export async function startAccounting(folder: string, munge: string, clusters: readonly string[]): Promise<Accounting> {
  const at = (name: string) => join(folder, name)
  const slurm = account('slurm')
  const mysql = account('mysql')
  mkdirSync(at('db'))
  chownSync(at('db'), mysql.uid, mysql.gid)
  mkdirSync(at('dbd'))
  chownSync(at('dbd'), slurm.uid, slurm.gid)

  // slurmdbd finds no address to listen on where there are only those of the loopback.
  const holder = startDaemon(folder, 'unshare', [
    '--net',
    'sh',
    '-c',
    `ip link set lo up && ip addr add 10.77.0.1/32 dev lo && echo up >${at('net')}; exec sleep infinity`,
  ])
  await until('a network namespace', () => run('test', ['-s', at('net')]))
  const [nsenter, net] = NET(holder.pid ?? 0)

  const socket = at('db/socket')
  execFileSync('mariadb-install-db', [
    '--no-defaults',
    '--user=mysql',
    `--datadir=${at('db')}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ])
  startDaemon(folder, nsenter, [
    net,
    which('mariadbd') ?? 'mariadbd',
    '--no-defaults',
    '--user=mysql',
    `--datadir=${at('db')}`,
    `--socket=${socket}`,
    `--pid-file=${at('db/pid')}`,
    `--log-error=${at('db/log')}`,
    '--bind-address=127.0.0.1',
    '--port=3306',
    '--innodb-buffer-pool-size=32M',
  ])
  const sql = (text: string) => run('mariadb', ['--no-defaults', `--socket=${socket}`, '--user=root', '-e', text])
  await until('mariadb', () => sql('select 1'), { log: at('db/log') })
  await sql("create user slurm@localhost identified by 'slurm'; grant all on slurm_acct_db.* to slurm@localhost")
  await sql("create user slurm@'127.0.0.1' identified by 'slurm'; grant all on slurm_acct_db.* to slurm@'127.0.0.1'")

  writeFileSync(
    at('slurmdbd.conf'),
    [
      'AuthType=auth/munge',
      `AuthInfo=socket=${munge}`,
      'DbdHost=localhost',
      'DbdAddr=127.0.0.1',
      'DbdPort=6819',
      'SlurmUser=slurm',
      'StorageType=accounting_storage/mysql',
      'StorageHost=127.0.0.1',
      'StoragePort=3306',
      'StorageUser=slurm',
      'StoragePass=slurm',
      'StorageLoc=slurm_acct_db',
      `LogFile=${at('dbd/log')}`,
      `PidFile=${at('dbd/pid')}`,
      '',
    ].join('\n'),
    { mode: 0o600 },
  )
  chownSync(at('slurmdbd.conf'), slurm.uid, slurm.gid)

  // The way in: a socket file, which is of the file system and not of a network. Both ends are processes of their own.
  const way = at('way')
  const port = await freePort()
  const carry = (from: string, to: string) =>
    `const net = require('net'); net.createServer(a => { const b = net.connect(${to}); a.pipe(b).pipe(a); a.on('error', () => b.destroy()); b.on('error', () => a.destroy()) }).listen(${from})`
  startDaemon(folder, nsenter, [net, process.execPath, '-e', carry(JSON.stringify(way), `6819, '127.0.0.1'`)])
  startDaemon(folder, process.execPath, ['-e', carry(`${port}, '127.0.0.1'`, JSON.stringify(way))])
  const startDbd = async () => {
    startDaemon(
      folder,
      nsenter,
      [
        net,
        'setpriv',
        `--reuid=${slurm.uid}`,
        `--regid=${slurm.gid}`,
        '--clear-groups',
        which('slurmdbd') ?? 'slurmdbd',
        '-D',
      ],
      { env: { SLURM_CONF: at('slurm.conf') } },
    )
    await until('slurmdbd', () => run(nsenter, [net, 'bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/6819']), {
      log: at('dbd/log'),
    })
  }

  return {
    lines: [
      'AccountingStorageType=accounting_storage/slurmdbd',
      'AccountingStorageHost=127.0.0.1',
      `AccountingStoragePort=${port}`,
      `AccountingStoragePass=${munge}`,
      'AccountingStoreFlags=job_comment',
    ],
    async fill(conf) {
      await startDbd()
      const admin = async (...words: readonly string[]) => {
        const env = { ...process.env, SLURM_CONF: conf }
        await promisify(execFile)('sacctmgr', ['-i', 'add', ...words], { env, timeout: 30_000 })
      }
      for (const cluster of clusters) await admin('cluster', cluster)
      await admin('account', TEST_USER)
      await admin('user', TEST_USER, `account=${TEST_USER}`)
    },
    stopDaemon: () => stopByPidFile(at('dbd/pid')),
    startDaemon: startDbd,
  }
}

async function run(program: string, args: readonly string[]): Promise<boolean> {
  return promisify(execFile)(program, args, { timeout: 20_000 }).then(
    () => true,
    () => false,
  )
}
