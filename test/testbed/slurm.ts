import { execFile, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { which } from '../setup/groups.mjs'
import { type Accounting, startAccounting } from './accounting.ts'
import { account, createTestbed, freePort, once, removeTestbed, startDaemon, stopByPidFile, until } from './daemons.ts'

export interface Slurm {
  /** Path of slurm.conf: SLURM_CONF for every command that is to find this cluster. */
  readonly conf: string
  /** The usual partition, and one in which a job may run for a minute. */
  readonly partitions: readonly [main: string, short: string]
  /** How many jobs Slurm itself has seen to their end, by name: from its own log of completed jobs. */
  completed(): Readonly<Record<string, number>>
  /** Ends the controller, or lets it be there again with all that it knew. */
  stopController(): Promise<void>
  startController(): Promise<void>
  /** The daemon that keeps accounts; null where this Slurm keeps none. */
  readonly accounting: Pick<Accounting, 'stopDaemon' | 'startDaemon'> | null
  stop(): Promise<void>
}

export interface SlurmOptions {
  /** Whether it keeps accounts, so that there is a sacct; needs the group slurmdbd. */
  readonly accounting?: boolean
  /** Seconds for which a job that has ended is still known; 300 is Slurm's default. */
  readonly minJobAge?: number
}

/** A real munge and Slurm of one node with 8 cores, idle when this returns; all on free ports of 127.0.0.1. */
export async function startSlurm({ minJobAge = 300, accounting: wanted = false }: SlurmOptions = {}): Promise<Slurm> {
  const folder = createTestbed()
  const at = (name: string) => join(folder, name)
  const munge = account('munge')
  const slurm = account('slurm')
  const socket = at('munge/socket')

  for (const [name, owner] of [
    ['munge', munge],
    ['state', slurm],
    ['log', slurm],
    ['run', slurm],
    ['spool', { uid: 0, gid: 0 }],
  ] as const) {
    mkdirSync(at(name))
    chownSync(at(name), owner.uid, owner.gid)
  }
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

  const conf = at('slurm.conf')
  const accounting = wanted ? await startAccounting(folder, socket) : null
  const lines = configuration(folder, socket, await freePort(), await freePort(), minJobAge)
  writeFileSync(conf, `${[...lines, ...(accounting?.lines ?? NO_ACCOUNTS)].join('\n')}\n`)
  chmodSync(conf, 0o644)
  await accounting?.fill(conf)
  const env = { SLURM_CONF: conf }
  const startController = () =>
    startDaemon(folder, which('slurmctld') ?? 'slurmctld', ['-D', '-f', conf], { ...slurm, env })
  startController()
  startDaemon(folder, which('slurmd') ?? 'slurmd', ['-D', '-f', conf], { env })
  const output = (program: string, args: readonly string[]) =>
    promisify(execFile)(program, args, { env: { ...process.env, ...env }, timeout: 20_000 }).then(
      ({ stdout }) => stdout,
      () => null,
    )
  await until('an idle node', async () => /^idle$/m.test((await output('sinfo', ['-h', '-o', '%T'])) ?? ''), {
    seconds: 60,
    log: at('log/slurmctld'),
  })

  const isUp = async () => ((await output('scontrol', ['ping'])) ?? '').includes(' UP')
  return {
    conf,
    partitions: ['main', 'short'],
    accounting,
    completed() {
      const log = at('log/jobcomp')
      const names = existsSync(log) ? readFileSync(log, 'utf8').matchAll(/^JobId=\d+ .* Name=(\S+) /gm) : []
      const counts: Record<string, number> = {}
      for (const [, name = ''] of names) counts[name] = (counts[name] ?? 0) + 1
      return counts
    },
    stopController: () => stopByPidFile(at('run/slurmctld.pid')),
    async startController() {
      startController()
      await until('the controller', isUp, { log: at('log/slurmctld') })
    },
    stop: once(async () => {
      for (const state of ['PENDING', 'SUSPENDED', 'RUNNING']) await output('scancel', [`--state=${state}`])
      await until('an empty queue', async () => ((await output('squeue', ['-h'])) ?? '') === '').catch(() => {})
      for (const name of ['run/slurmctld.pid', 'run/slurmd.pid', 'dbd/pid', 'munge/pid']) await stopByPidFile(at(name))
      removeTestbed(folder)
    }),
  }
}

const NO_ACCOUNTS = ['AccountingStorageType=accounting_storage/none']

function configuration(
  folder: string,
  socket: string,
  controlPort: number,
  nodePort: number,
  minJobAge: number,
): readonly string[] {
  const host = hostname().split('.')[0]
  const lines = [
    'ClusterName=larmor',
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${controlPort}`,
    `SlurmdPort=${nodePort}`,
    'SlurmUser=slurm',
    'CommunicationParameters=NoInAddrAny,NoCtldInAddrAny',
    'AuthType=auth/munge',
    `AuthInfo=socket=${socket}`,
    'CredType=cred/munge',
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool`,
    `SlurmctldPidFile=${folder}/run/slurmctld.pid`,
    `SlurmdPidFile=${folder}/run/slurmd.pid`,
    `SlurmctldLogFile=${folder}/log/slurmctld`,
    `SlurmdLogFile=${folder}/log/slurmd`,
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core_Memory',
    'SchedulerParameters=sched_min_interval=100000,bf_interval=1,sched_interval=1',
    'JobAcctGatherType=jobacct_gather/linux',
    'JobAcctGatherFrequency=5',
    'JobAcctGatherParams=OverMemoryKill',
    'JobCompType=jobcomp/filetxt',
    `JobCompLoc=${folder}/log/jobcomp`,
    `MinJobAge=${minJobAge}`,
    'KillWait=5',
    'OverTimeLimit=0',
    'ReturnToService=2',
    'SlurmdParameters=config_overrides',
    'MailProg=/bin/true',
    'DefMemPerCPU=500',
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=16000 State=UNKNOWN`,
    `PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP`,
    `PartitionName=short Nodes=${host} MaxTime=1 State=UP`,
  ]
  return lines
}

function succeeds(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
