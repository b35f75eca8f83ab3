import type { Instant, MachineName, RemotePath } from '../ids.ts'

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
  readonly partition: string | null
  /** Seconds between two questions to the scheduler. */
  readonly poll_s: number
  /** Seconds between two looks at the spool of reports. */
  readonly spool_s: number
  /** Seconds of absence, all being reachable, before a job is called lost. */
  readonly grace_s: number
  /** Full path or launch line by program name, where it is not simply on the PATH. */
  readonly programs: Readonly<Record<string, string>>
}

export interface SshSettings {
  readonly host: string
  readonly port: number
  readonly user: string
  /** Path of a private key on this computer. */
  readonly identity: string | null
  /** The only host key that is accepted, as SHA256:... */
  readonly host_key: string
}

/** What was found on the machine, and whether it answers: facts beside the jobs, never about them. */
export interface Machine {
  readonly name: MachineName
  readonly settings: MachineSettings
  readonly reach: {
    readonly is: 'ok' | 'unreachable' | 'wants-login'
    readonly since: Instant | null
    readonly text: string | null
  }
  readonly found: Readonly<Record<string, { readonly path: string; readonly version: string | null }>>
  readonly clock_skew_s: number | null
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
    partition: null,
    poll_s: 5,
    spool_s: 1,
    grace_s: 20,
    programs: {},
  },
  reach: { is: 'ok', since: null, text: null },
  found: {},
  clock_skew_s: null,
}
