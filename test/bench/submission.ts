import { execFileSync } from 'node:child_process'
import { startInProcess } from '../engine/in-process.ts'
import { type Cluster, machineOf, startCluster } from '../testbed/cluster.ts'
import type { Measurement } from './measurement.ts'

const JOBS = 200
const WHAT = 'staging and submitting 200 jobs over SSH to Slurm, over 200 sbatch in one shell there'

/** By the real sshd and the real Slurm of the tests, where they can be started. */
export async function measureSubmission(): Promise<readonly Measurement[]> {
  let cluster: Cluster
  try {
    cluster = await startCluster()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [{ what: WHAT, measured: null, budget: 2, unit: 'times', met: null, beside: { not_measured: why } }]
  }
  const larmor = await startInProcess()
  try {
    const machine = machineOf(cluster, { poll_s: 2 })
    await larmor.runScripts({ first: 'true\n' }, machine) // the connection is set up
    const scripts = Object.fromEntries(Array.from({ length: JOBS }, (_, n) => [`job-${n}`, 'true\n']))
    const times: { planned?: number; submitted?: number } = {}
    const unsubscribe = larmor.engine.subscribe(update => {
      if (update.is !== 'events') return
      for (const event of update.events) {
        if (event.type === 'jobs.planned') times.planned ??= performance.now()
        if (event.type === 'jobs.submitted') times.submitted = performance.now()
      }
    })
    await larmor.runScripts(scripts, machine)
    unsubscribe()
    const took = ((times.submitted ?? Number.NaN) - (times.planned ?? Number.NaN)) / 1000
    const loop = `cd /tmp && time_0=$(date +%s%N); for i in $(seq ${JOBS}); do sbatch --parsable --wrap=true --output=/dev/null >/dev/null; done; echo $(( $(date +%s%N) - time_0 ))`
    const printed = execFileSync('sh', ['-c', loop], {
      env: { ...process.env, SLURM_CONF: cluster.conf },
      encoding: 'utf8',
    })
    const plain = Number(printed) / 1e9
    const ratio = took / plain
    return [
      {
        what: WHAT,
        measured: ratio,
        budget: 2,
        unit: 'times',
        met: ratio <= 2,
        beside: { larmor_s: took, sbatch_loop_s: plain },
      },
    ]
  } finally {
    await larmor.stop()
    await cluster.stop()
  }
}
