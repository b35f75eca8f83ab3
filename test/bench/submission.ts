import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MachineActivity } from '../../shared/contract.ts'
import type { RunId } from '../../shared/ids.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import type { MachineSettings } from '../../shared/model/machine.ts'
import { values } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { type InProcess, startInProcess } from '../engine/in-process.ts'
import { type Cluster, machineOf, startCluster } from '../testbed/cluster.ts'
import { type Measurement, percentile } from './measurement.ts'

const JOBS = 200
const MANY = 1000
const FINISHES = 20
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
  try {
    return [
      ...(await measureBurst(cluster)),
      await measureFinish(cluster, 'rlive', 'with the live channel', 1000, { spool_s: 5 }),
      await measureFinish(cluster, 'rpolled', 'without it', 5000, { spool_s: 4, live: false }),
      ...(await measureWaiting(cluster)),
    ]
  } finally {
    await cluster.stop()
  }
}

/** An engine of its own with the cluster as its machine, over a connection that is set up. */
async function withLarmor<T>(
  cluster: Cluster,
  settings: Partial<MachineSettings>,
  measure: (larmor: InProcess) => Promise<T>,
): Promise<T> {
  const larmor = await startInProcess()
  try {
    await larmor.runScripts({ first: 'true\n' }, machineOf(cluster, settings))
    return await measure(larmor)
  } finally {
    await larmor.stop()
  }
}

async function activityOf({ engine }: InProcess): Promise<MachineActivity> {
  return new Promise(resolve => {
    const unsubscribe = engine.activity(all => {
      const of = all.find(({ machine }) => machine === 'cluster')
      if (!of) return
      resolve(of)
      setTimeout(() => unsubscribe())
    })
  })
}

async function begin({ engine }: InProcess, cluster: Cluster, run: string, scripts: Readonly<Record<string, string>>) {
  const { name: machine } = machineOf(cluster)
  const jobs = []
  for (const [key, text] of Object.entries(scripts)) {
    const file = { name: 'run.sh', ...orThrow(await engine.put(text)) }
    const input = { files: [file], main: file.name, args: [] }
    const resources = { ranks: 1, memory_mb: 100, seconds: 3600 }
    jobs.push({ key, machine, program: 'command', input, resources })
  }
  const command = { type: 'run.start', run: run as RunId, name: run, workflow: 'single', params: { jobs } } as const
  orThrow(await engine.send({ ...command, machine }))
}

const manyOf = (count: number, text: string, from = 0) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`job-${from + n}`, text]))

/** A cluster computes elsewhere: while it is measured, no job runs on the computer that submits. */
async function measureBurst(cluster: Cluster): Promise<readonly Measurement[]> {
  return withLarmor(cluster, { poll_s: 5 }, async larmor => {
    const before = await activityOf(larmor)
    const times: { planned?: number; submitted?: number } = {}
    let after: Promise<MachineActivity> | null = null
    larmor.engine.subscribe(update => {
      if (update.is !== 'events') return
      for (const event of update.events) {
        if (event.type === 'jobs.planned') times.planned ??= performance.now()
        if (event.type === 'jobs.submitted') {
          times.submitted = performance.now()
          after = activityOf(larmor)
        }
      }
    })
    setPartition(cluster, 'DOWN')
    await begin(larmor, cluster, 'rburst', manyOf(JOBS, 'true\n'))
    const submitted = () =>
      [...values(larmor.engine.state.jobs)].filter(job => job.run === 'rburst' && 'queue_id' in lastAttempt(job).phase)
    await larmor.until('all are submitted', () => submitted().length === JOBS)
    const calls = (await (after ?? activityOf(larmor))).round_trips - before.round_trips
    const took = ((times.submitted ?? Number.NaN) - (times.planned ?? Number.NaN)) / 1000
    const loop = `cd /tmp && time_0=$(date +%s%N); for i in $(seq ${JOBS}); do sbatch --parsable --wrap=true --output=/dev/null >/dev/null; done; echo $(( $(date +%s%N) - time_0 ))`
    const printed = execFileSync('sh', ['-c', loop], { env: slurmOf(cluster), encoding: 'utf8' })
    const plain = Number(printed) / 1e9
    setPartition(cluster, 'UP')
    await larmor.ended('rburst' as RunId) // it shall disturb nothing else
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
      { what: 'remote calls for that', measured: calls, budget: 5, unit: 'calls', met: calls <= 5 },
    ]
  })
}

/** From the moment at which a job's own report says that it ended, by the clock of this computer, to the event. */
async function measureFinish(
  cluster: Cluster,
  run: string,
  how: string,
  budget: number,
  settings: Partial<MachineSettings>,
): Promise<Measurement> {
  return withLarmor(cluster, { poll_s: 60, ...settings }, async larmor => {
    const took: number[] = []
    const unsubscribe = larmor.engine.subscribe(update => {
      if (update.is !== 'events') return
      const now = Date.now()
      for (const event of update.events) {
        if (event.type === 'jobs.ended') for (const { ended } of event.jobs) took.push(now - Date.parse(ended))
      }
    })
    const scripts = Object.fromEntries(
      Array.from({ length: FINISHES }, (_, n) => [`job-${n}`, `sleep ${(1 + n * 0.7).toFixed(1)}\n`]),
    )
    await begin(larmor, cluster, run, scripts)
    await larmor.until('all have finished', () => took.length >= FINISHES)
    unsubscribe()
    const p95 = percentile(took, 0.95)
    return {
      what: `finish of a job to its event, ${how}, p95 of ${FINISHES}`,
      measured: p95,
      budget,
      unit: 'ms',
      met: p95 <= budget,
      beside: { p50_ms: percentile(took, 0.5), max_ms: Math.max(...took) },
    }
  })
}

async function measureWaiting(cluster: Cluster): Promise<readonly Measurement[]> {
  return withLarmor(cluster, { poll_s: 10, spool_s: 5 }, async larmor => {
    const queued = () =>
      [...values(larmor.engine.state.jobs)].filter(job => {
        const { phase, outcome } = lastAttempt(job)
        return phase.is === 'queued' && outcome === null
      }).length
    setPartition(cluster, 'DOWN')
    await begin(larmor, cluster, 'rwait', manyOf(JOBS, 'true\n'))
    await larmor.until('all are in the queue', () => queued() === JOBS)
    const SECONDS = 30
    const cpu = process.cpuUsage()
    await sleep(SECONDS * 1000)
    const { user, system } = process.cpuUsage(cpu)
    const percent = ((user + system) / 1e6 / SECONDS) * 100

    await begin(larmor, cluster, 'rmany', manyOf(MANY - JOBS, 'true\n', JOBS))
    await larmor.until('all are in the queue', () => queued() === MANY)
    const before = await activityOf(larmor)
    await sleep(3 * 10_000)
    const after = await activityOf(larmor)
    const questions = (after.questions - before.questions) / 3
    orThrow(await larmor.engine.send({ type: 'run.cancel', run: 'rwait' as RunId }))
    orThrow(await larmor.engine.send({ type: 'run.cancel', run: 'rmany' as RunId }))
    await larmor.until('the queue is empty', () => queued() === 0)
    setPartition(cluster, 'UP')
    return [
      {
        what: `CPU of the engine (and of the measurement) while ${JOBS} jobs wait, asked every 10 s`,
        measured: percent,
        budget: 1,
        unit: '%',
        met: percent < 1,
      },
      {
        what: `questions to the scheduler per interval, of ${MANY} jobs`,
        measured: questions,
        budget: 1,
        unit: 'questions',
        met: questions <= 1,
      },
      {
        what: `connections, of ${MANY} jobs`,
        measured: after.connections,
        budget: 1,
        unit: 'connections',
        met: after.connections <= 1,
      },
    ]
  })
}

function setPartition(cluster: Cluster, state: 'UP' | 'DOWN'): void {
  execFileSync('scontrol', ['update', 'PartitionName=main', `State=${state}`], { env: slurmOf(cluster) })
}

function slurmOf({ conf }: Cluster): NodeJS.ProcessEnv {
  return { ...process.env, SLURM_CONF: conf }
}
