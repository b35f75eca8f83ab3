import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { MachineName, RemotePath } from '../../shared/ids.ts'
import { asConfigured, localMachine, type Machine, type MachineSettings } from '../../shared/model/machine.ts'
import { type Slurm, type SlurmOptions, startSlurm } from './slurm.ts'
import { type Sshd, startSshd } from './sshd.ts'

export interface Cluster extends Sshd, Omit<Slurm, 'stop'> {
  /** A folder whose programs come before the cluster's own ones, for logins and jobs alike: a site's faults. */
  readonly bin: string
}

type Login = Pick<NonNullable<Parameters<typeof startSshd>[0]>, 'login' | 'secret'>

/** A cluster as a chemist sees one: a login node to reach by SSH, whose shells find a Slurm. */
export async function startCluster(options: SlurmOptions = {}, login: Login = {}): Promise<Cluster> {
  const slurm = await startSlurm(options)
  const bin = join(dirname(slurm.conf), 'bin')
  try {
    mkdirSync(bin)
    const PATH = `${bin}:/usr/local/bin:/usr/bin:/bin`
    const sshd = await startSshd({ ...login, env: { SLURM_CONF: slurm.conf, PATH } })
    const stop = async () => {
      await slurm.stop()
      await sshd.stop()
    }
    return { ...slurm, ...sshd, stop, bin }
  } catch (error) {
    await slurm.stop()
    throw error
  }
}

/** The cluster as a machine of Larmor's, by the name `cluster`. */
export function machineOf(cluster: Cluster, change: Partial<MachineSettings> = {}): Machine {
  const { host, port, user, identity, hostKeyFingerprint: host_key, work } = cluster
  return {
    ...localMachine,
    name: 'cluster' as MachineName,
    settings: {
      ...localMachine.settings,
      transport: 'ssh',
      ssh: { ...asConfigured, host, port, user, identity, host_key },
      scheduler: 'slurm',
      work: `${work}/larmor test's work` as RemotePath,
      poll_s: 1,
      ...change,
    },
  }
}
