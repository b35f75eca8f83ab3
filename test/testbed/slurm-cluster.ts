import { execFile } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { which } from '../setup/groups.mjs'
import { until } from '../until.ts'
import { account, freePort, startDaemon, stopByPidFile } from './daemons.ts'

/** One controller of Slurm and its one node. */
export interface SlurmCluster {
  readonly name: string
  /** Path of slurm.conf: SLURM_CONF for every command that is to find this cluster. */
  readonly conf: string
  /** How many jobs Slurm itself has seen to their end, by name: from its own log of completed jobs. */
  completed(): Readonly<Record<string, number>>
  /** Ends the controller, or lets it be there again with all that it knew. */
  stopController(): Promise<void>
  startController(): Promise<void>
  /** Ends all jobs. */
  empty(): Promise<void>
  stop(): Promise<void>
}

interface Site {
  /** Of munge. */
  readonly socket: string
  readonly minJobAge: number
  /** Lines of slurm.conf. */
  readonly accounts: readonly string[]
  readonly preemption: boolean
}

/** The state and configuration of a cluster in a testbed's folder; nothing runs before `start`. */
export async function prepareCluster(
  testbed: string,
  name: string,
  site: Site,
): Promise<{ readonly conf: string; start(): Promise<SlurmCluster> }> {
  const folder = join(testbed, name)
  const at = (file: string) => join(folder, file)
  const slurm = account('slurm')
  mkdirSync(folder)
  for (const [made, owner] of [
    ['state', slurm],
    ['log', slurm],
    ['run', slurm],
    ['spool', { uid: 0, gid: 0 }],
  ] as const) {
    mkdirSync(at(made))
    chownSync(at(made), owner.uid, owner.gid)
  }
  const conf = at('slurm.conf')
  writeFileSync(conf, `${configuration(name, folder, await freePort(), await freePort(), site).join('\n')}\n`)
  chmodSync(conf, 0o644)
  const env = { SLURM_CONF: conf }
  const startController = () =>
    startDaemon(testbed, which('slurmctld') ?? 'slurmctld', ['-D', '-f', conf], { ...slurm, env })
  const output = (program: string, args: readonly string[]) =>
    promisify(execFile)(program, args, { env: { ...process.env, ...env }, timeout: 20_000 }).then(
      ({ stdout }) => stdout,
      () => null,
    )
  const isUp = async () => ((await output('scontrol', ['ping'])) ?? '').includes(' UP')

  const cluster: SlurmCluster = {
    name,
    conf,
    completed() {
      const log = at('log/jobcomp')
      const names = existsSync(log) ? readFileSync(log, 'utf8').matchAll(/^JobId=\d+ .* Name=(\S+) /gm) : []
      const counts: Record<string, number> = {}
      for (const [, of = ''] of names) counts[of] = (counts[of] ?? 0) + 1
      return counts
    },
    stopController: () => stopByPidFile(at('run/slurmctld.pid')),
    async startController() {
      startController()
      await until('the controller', isUp, { log: at('log/slurmctld') })
    },
    async empty() {
      for (const state of ['PENDING', 'SUSPENDED', 'RUNNING']) await output('scancel', [`--state=${state}`])
      await until('an empty queue', async () => ((await output('squeue', ['-h'])) ?? '') === '', {
        limit_s: 30,
      }).catch(() => {})
    },
    async stop() {
      for (const daemon of ['slurmctld', 'slurmd']) await stopByPidFile(at(`run/${daemon}.pid`))
    },
  }
  return {
    conf,
    async start() {
      startController()
      startDaemon(testbed, which('slurmd') ?? 'slurmd', ['-D', '-f', conf], { env })
      await until('an idle node', async () => /^idle$/m.test((await output('sinfo', ['-h', '-o', '%T'])) ?? ''), {
        log: at('log/slurmctld'),
      })
      return cluster
    },
  }
}

function configuration(
  name: string,
  folder: string,
  controlPort: number,
  nodePort: number,
  { socket, minJobAge, accounts, preemption }: Site,
): readonly string[] {
  const host = hostname().split('.')[0]
  return [
    `ClusterName=${name}`,
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
    ...(preemption
      ? [
          'PreemptType=preempt/partition_prio',
          'PreemptMode=CANCEL',
          `PartitionName=urgent Nodes=${host} PriorityTier=10 PreemptMode=OFF State=UP`,
        ]
      : []),
    ...accounts,
  ]
}
