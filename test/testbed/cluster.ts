import { type Slurm, startSlurm } from './slurm.ts'
import { type Sshd, startSshd } from './sshd.ts'

export type Cluster = Sshd & Pick<Slurm, 'conf' | 'partitions'>

/** A cluster as a chemist sees one: a login node to reach by SSH, whose shells find a Slurm. */
export async function startCluster(): Promise<Cluster> {
  const slurm = await startSlurm()
  try {
    const sshd = await startSshd({ env: { SLURM_CONF: slurm.conf } })
    const stop = async () => {
      await slurm.stop()
      await sshd.stop()
    }
    return { ...sshd, conf: slurm.conf, partitions: slurm.partitions, stop }
  } catch (error) {
    await slurm.stop()
    throw error
  }
}
