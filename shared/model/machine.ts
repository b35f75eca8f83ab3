import type { Instant, MachineName, QueueId, RemotePath } from '../ids.ts'

/** How a machine is reached and what runs there. Set by a person; never holds a secret. */
export interface MachineSettings {
  readonly transport: 'local' | 'ssh'
  readonly ssh: SshSettings | null
  /** A name in shared/schedulers. */
  readonly scheduler: string
  /** The folder on the machine that holds all of Larmor's work there; null: the platform's place under LARMOR_HOME. */
  readonly work: RemotePath | null
  /** Cores that `direct` may use at once; null: as many as the machine has. */
  readonly cores: number | null
  /** Memory in MB that one job may ask for; null: not known. */
  readonly memory_mb: number | null
  /** Larmor's jobs that may be in the queue or running at once; null: no limit. */
  readonly max_jobs: number | null
  readonly partition: string | null
  readonly account: string | null
  readonly qos: string | null
  readonly constraint: string | null
  readonly gres: string | null
  /** Slurm's -M: the cluster behind this login that jobs go to. */
  readonly clusters: string | null
  /** Seconds between two questions to the scheduler. */
  readonly poll_s: number
  /** Seconds between two looks at the spool of reports. */
  readonly spool_s: number
  /** Seconds of absence, all being reachable, before a job is called lost. */
  readonly grace_s: number
  /** Whether a channel may be held open on which the machine tells of reports at once. */
  readonly live: boolean
  /** Whether jobs report themselves into the spool. */
  readonly report: boolean
  /** Full path by program name, where it is not simply on the PATH. */
  readonly programs: Readonly<Record<string, string>>
  /** By program name, the whole line that runs it instead of Larmor's own. */
  readonly launch: Readonly<Record<string, string>>
  /** By program name, lines of sh that stand before it in the job script (module load, source). */
  readonly prologue: Readonly<Record<string, string>>
  /** Lines that stand in every batch script: after the scheduler's own directives, and at its end. */
  readonly header: string
  readonly tail: string
  /** Folder on the node in which programs compute, e.g. /scratch/$USER/$SLURM_JOB_ID; null: the job's own folder. */
  readonly scratch: string | null
  /** Set for every job. */
  readonly environment: Readonly<Record<string, string>>
}

export interface SshSettings {
  /** As it is typed after `ssh`: a name of the person's own configuration, or of a host. */
  readonly host: string
  /** Null: what the person's ssh configuration says. So for all that follow. */
  readonly user: string | null
  readonly port: number | null
  /** Path of a private key on this computer. */
  readonly identity: string | null
  /** Hosts to go through, as after `ssh -J`. */
  readonly jump: string | null
  /** Path of the configuration that is read instead of the person's own. */
  readonly config: string | null
  /** Path of the list of known hosts that is used instead of the person's own. */
  readonly known_hosts: string | null
  /** The only host key that is accepted, as SHA256:...; null: what the known hosts say. */
  readonly host_key: string | null
}

/** All as the person's own ssh configuration says. */
export const asConfigured: Omit<SshSettings, 'host'> = {
  user: null,
  port: null,
  identity: null,
  jump: null,
  config: null,
  known_hosts: null,
  host_key: null,
}

export interface MachineTest {
  readonly at: Instant
  readonly checks: readonly MachineCheck[]
  /** Free space of the work folder, MB; absent where the machine did not say. */
  readonly free_mb?: number
  /** As the scheduler names them; empty where it has none. */
  readonly partitions: readonly Partition[]
}

/** One thing that a job on the machine will need. */
export interface MachineCheck {
  readonly name: string
  readonly ok: boolean
  readonly found: string
  /** What to do about it, or what it means. */
  readonly hint: string | null
}

/** A part of a cluster that jobs are sent to. */
export interface Partition {
  readonly name: string
  readonly default: boolean
  readonly up: boolean
  /** The longest time of a job; null: no limit, or none is told. */
  readonly max_s: number | null
  readonly nodes: number
  /** Of the largest node. */
  readonly cores: number
  readonly memory_mb: number
}

/** What was found on the machine, and whether it answers: facts beside the jobs, never about them. */
export interface Machine {
  readonly name: MachineName
  readonly settings: MachineSettings
  readonly reach: {
    readonly is: 'ok' | 'unreachable' | 'wants-login'
    readonly since: Instant | null
    readonly text: string | null
    /** What a person can do about it. */
    readonly hint: string | null
  }
  /** Whether the last login needed a person (a code, a password, a passphrase): then none is tried without one. */
  readonly attended: boolean
  readonly found: Readonly<Record<string, { readonly path: string; readonly version: string | null }>>
  /** Seconds by which its clock is ahead of this computer's. */
  readonly clock_skew_s: number | null
  /** What the last `machine.test` found; null: it was not tested, or it was reached by another way then. */
  readonly tested: MachineTest | null
  /** The scheduler itself did not answer; null: it did when it was last asked. */
  readonly silent: { readonly since: Instant; readonly text: string } | null
  /** The person's jobs in the machine's queue that are none of Larmor's, as last seen: to look at, never to touch. */
  readonly others: readonly OtherJob[]
}

export interface OtherJob {
  readonly queue_id: QueueId
  readonly name: string
  readonly status: 'queued' | 'held' | 'running' | 'unclear'
  /** The scheduler's own word and reason. */
  readonly text: string
  readonly partition: string | null
}

export const LOCAL = 'local' as MachineName

/** The machine that always exists: this computer, without a scheduler. */
export const localMachine: Machine = {
  name: LOCAL,
  settings: {
    transport: 'local',
    ssh: null,
    scheduler: 'direct',
    work: null,
    cores: null,
    memory_mb: null,
    max_jobs: null,
    partition: null,
    account: null,
    qos: null,
    constraint: null,
    gres: null,
    clusters: null,
    poll_s: 5,
    spool_s: 1,
    grace_s: 20,
    live: true,
    report: true,
    programs: {},
    launch: {},
    prologue: {},
    header: '',
    tail: '',
    scratch: null,
    environment: {},
  },
  reach: { is: 'ok', since: null, text: null, hint: null },
  attended: false,
  found: {},
  clock_skew_s: null,
  tested: null,
  silent: null,
  others: [],
}

/** Whether it answers, as far as that was ever tried: a machine that was never logged in to has not answered either. */
export function reachOf({ settings, reach, clock_skew_s }: Machine): Machine['reach']['is'] | 'not-tried' {
  // The first thing that is asked of a machine is its clock.
  return reach.is === 'ok' && settings.transport === 'ssh' && clock_skew_s === null ? 'not-tried' : reach.is
}

/** All that a connection depends on, as one text. */
export function wayTo({ settings: { transport, ssh, work } }: Machine): string {
  return JSON.stringify([transport, ssh, work])
}
