import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { which } from '../setup/groups.mjs'
import { until } from '../until.ts'
import { type Accounting, startAccounting } from './accounting.ts'
import { account, createTestbed, once, removeTestbed, startDaemon, stopByPidFile } from './daemons.ts'
import { prepareCluster, type SlurmCluster } from './slurm-cluster.ts'

export interface Slurm extends Omit<SlurmCluster, 'name' | 'empty' | 'stop'> {
  /** The usual partition, and one in which a job may run for a minute. */
  readonly partitions: readonly [main: string, short: string]
  /** The daemon that keeps accounts; null where this Slurm keeps none. */
  readonly accounting: Pick<Accounting, 'stopDaemon' | 'startDaemon'> | null
  /** The clusters beside the first, which find each other by the accounts that they share. */
  readonly others: readonly SlurmCluster[]
  stop(): Promise<void>
}

export interface SlurmOptions {
  /** Whether it keeps accounts, so that there is a sacct; needs the group slurmdbd. */
  readonly accounting?: boolean
  /** Seconds for which a job that has ended is still known; 300 is Slurm's default. */
  readonly minJobAge?: number
  /** The names of its clusters, each a controller and a node of its own; of more than one needs accounting. */
  readonly clusters?: readonly string[]
  /** Whether it has a partition `urgent`, whose jobs end those of the others where there is no place. */
  readonly preemption?: boolean
}

/** A real munge and Slurm of one node with 8 cores, idle when this returns; all on free ports of 127.0.0.1. */
export async function startSlurm({
  minJobAge = 300,
  accounting: wanted = false,
  clusters = ['larmor'],
  preemption = false,
}: SlurmOptions = {}): Promise<Slurm> {
  const folder = createTestbed()
  const at = (name: string) => join(folder, name)
  const munge = account('munge')
  const socket = at('munge/socket')

  mkdirSync(at('munge'))
  chownSync(at('munge'), munge.uid, munge.gid)
  writeFileSync(at('munge/key'), randomBytes(1024), { mode: 0o400 })
  chownSync(at('munge/key'), munge.uid, munge.gid)
  startDaemon(
    folder,
    which('munged') ?? 'munged',
    [
      '--foreground',
      '--force', // temporary folders count as insecure
      `--key-file=${at('munge/key')}`,
      `--socket=${socket}`,
      `--pid-file=${at('munge/pid')}`,
      `--seed-file=${at('munge/seed')}`,
      `--log-file=${at('munge/log')}`,
    ],
    munge,
  )
  await until('munged', () => succeeds('munge', ['-n', `--socket=${socket}`]), { log: at('munge/log') })

  const accounting = wanted ? await startAccounting(folder, socket, clusters) : null
  const [first, ...others] = clusters.map(name =>
    prepareCluster(folder, name, { socket, minJobAge, accounts: accounting?.lines ?? NO_ACCOUNTS, preemption }),
  )
  if (!first) throw new Error('no cluster')
  const { conf } = await first
  await accounting?.fill(conf)
  const started: SlurmCluster[] = []
  for (const cluster of [first, ...others]) started.push(await (await cluster).start())
  const [main, ...beside] = started
  if (!main) throw new Error('no cluster')
  return {
    ...main,
    partitions: ['main', 'short'],
    accounting,
    others: beside,
    stop: once(async () => {
      for (const cluster of started) await cluster.empty()
      for (const cluster of started) await cluster.stop()
      for (const name of ['dbd/pid', 'munge/pid']) await stopByPidFile(at(name))
      removeTestbed(folder)
    }),
  }
}

const NO_ACCOUNTS = ['AccountingStorageType=accounting_storage/none']

function succeeds(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
