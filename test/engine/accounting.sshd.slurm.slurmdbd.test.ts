import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { QueueId } from '../../shared/ids.ts'
import { type Attempt, lastAttempt } from '../../shared/model/job.ts'
import { values } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { schedulers } from '../../shared/schedulers/index.ts'
import { type Cluster, machineOf, startCluster } from '../testbed/cluster.ts'
import { type InProcess, startInProcess, until } from './in-process.ts'

/** A site that keeps accounts, and soon forgets in the queue itself. */
describe('a cluster with sacct', () => {
  let cluster: Cluster
  let larmor: InProcess

  beforeAll(async () => {
    cluster = await startCluster({ accounting: true, minJobAge: 2 })
    larmor = await startInProcess()
  })
  afterAll(async () => {
    await larmor?.stop()
    await cluster?.stop()
  })

  const slurmSays = (program: string, args: readonly string[]) =>
    execFileSync(program, args, { env: { ...process.env, SLURM_CONF: cluster.conf }, encoding: 'utf8' })
  const ask = (ids: readonly string[]) => {
    const line = schedulers.slurm.list.line({ settings: machineOf(cluster).settings, ids: ids as readonly QueueId[] })
    const out = slurmSays('sh', ['-c', line.sh])
    return orThrow(schedulers.slurm.list.read({ exit: 0, out, err: '' })).entries
  }

  test('what the queue has forgotten is in its accounts: the same question tells how it ended', async () => {
    const ids = ['exit 3', 'exit 0', 'kill -9 $$'].map(script =>
      slurmSays('sbatch', [
        '--parsable',
        '--uid=chem',
        '--output=/dev/null',
        '--chdir=/tmp',
        `--wrap=${script}`,
      ]).trim(),
    )
    const forgotten = () => slurmSays('squeue', ['-h', '--states=all', '-o', '%i']).trim() === ''
    for (let tries = 0; !forgotten(); tries++) {
      if (tries > 300) throw new Error('the queue never forgets')
      await new Promise(resolve => setTimeout(resolve, 200))
    }
    const ends = ask([...ids, '99999']).map(({ queue_id, end }) => [queue_id, end?.exit, end?.signal, end?.text])
    expect(ends).toEqual([
      [ids[0], 3, null, 'Slurm: FAILED, exit 3:0'],
      [ids[1], 0, null, 'Slurm: COMPLETED, exit 0:0'],
      [ids[2], 0, 'KILL', 'Slurm: FAILED, exit 0:9'],
    ])
  })

  test('while the accounts are down, nothing is called ended or lost because of it', async () => {
    await cluster.accounting?.stopDaemon()
    const before = [...values(larmor.engine.state.jobs)].length
    const of = machineOf(cluster, { report: false, grace_s: 5 })
    const running = larmor.runScripts({ a: 'sleep 4; echo a' }, of)
    await until(larmor.engine, state => [...values(state.jobs)].length > before)
    const [job] = await running
    expect(job && lastAttempt(job)).toMatchObject({ outcome: 'completed' } satisfies Partial<Attempt>)
    await cluster.accounting?.startDaemon()
  })
})
