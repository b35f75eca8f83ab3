import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { MachineName, RemotePath } from '../../shared/ids.ts'
import { asConfigured, localMachine, type Machine, type MachineSettings } from '../../shared/model/machine.ts'
import { type Slurm, type SlurmOptions, startSlurm } from './slurm.ts'
import { type Sshd, startSshd } from './sshd.ts'

export interface Cluster extends Sshd, Omit<Slurm, 'stop'> {
  /** Lines of bash that every remote command begins with from now on: a site's own set-up, or its faults. */
  everyShell(lines: string): void
}

type Login = Pick<NonNullable<Parameters<typeof startSshd>[0]>, 'login' | 'secret'>

/** A cluster as a chemist sees one: a login node to reach by SSH, whose shells find a Slurm. */
export async function startCluster(options: SlurmOptions = {}, login: Login = {}): Promise<Cluster> {
  const slurm = await startSlurm(options)
  const file = join(dirname(slurm.conf), 'every-shell')
  try {
    writeFileSync(file, '')
    const sshd = await startSshd({ ...login, env: { SLURM_CONF: slurm.conf, BASH_ENV: file } })
    const stop = async () => {
      await slurm.stop()
      await sshd.stop()
    }
    return { ...slurm, ...sshd, stop, everyShell: lines => writeFileSync(file, lines) }
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
