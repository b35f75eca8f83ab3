import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MachineName, QueueId } from '../../shared/ids.ts'
import { type Attempt, doubtOf, lastAttempt } from '../../shared/model/job.ts'
import { values } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { schedulers } from '../../shared/schedulers/index.ts'
import { type Cluster, machineOf, startCluster } from '../testbed/cluster.ts'
import { until } from '../until.ts'
import { type InProcess, startInProcess } from './in-process.ts'

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
    await until('the queue forgets', forgotten)
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
    await larmor.until('the job is planned', state => [...values(state.jobs)].length > before)
    const [job] = await running
    expect(job && lastAttempt(job)).toMatchObject({ outcome: 'completed' } satisfies Partial<Attempt>)
    await cluster.accounting?.startDaemon()
  })

  test('a job that the queue has forgotten while the accounts are down is not lost, and is what they say once they know', async () => {
    const of = machineOf(cluster, { report: false, grace_s: 1 })
    const gate = join(cluster.work, 'gate')
    // Nobody tells how it ended: its script dies by force.
    const script = `while [ ! -e '${gate}' ]; do sleep 0.2; done; kill -9 $PPID; sleep 1`
    const ended = larmor.runScripts({ a: 'echo a', b: script }, of)
    const attempt = () =>
      [...values(larmor.engine.state.jobs)].filter(({ id }) => id === 'rtest2.b').map(lastAttempt)[0]
    await larmor.until('the job runs', () => attempt()?.phase.is === 'running')
    await cluster.accounting?.stopDaemon()
    const paused = { ...of, settings: { ...of.settings, poll_s: 3600 } }
    orThrow(await larmor.engine.send({ type: 'machine.set', machine: paused }))
    writeFileSync(gate, '')
    const forgotten = () => slurmSays('squeue', ['-h', '--states=all', '-o', '%i']).trim() === ''
    await until('the queue forgets', forgotten)
    orThrow(await larmor.engine.send({ type: 'machine.set', machine: of }))
    await larmor.until('the silence is seen', state => state.machines[of.name]?.silent != null)
    expect(larmor.engine.state.machines[of.name]?.silent?.text).toMatch(/^The accounts of Slurm do not answer/)
    await looks(larmor.engine, of.name, 4) // longer than the grace period
    const now = attempt()
    expect(now).toMatchObject({ outcome: null, phase: { is: 'running' } })
    expect(now && doubtOf(now)).toMatchObject({ about: 'ended', text: expect.stringMatching(/^it has left the queue/) })
    await cluster.accounting?.startDaemon()
    // The controller takes its time to hand over what it kept: longer than the grace period, and it is waited for.
    await ended
    expect(attempt()).toMatchObject({ outcome: 'failed' })
    expect(attempt()?.evidence.filter(({ source }) => source === 'scheduler')).toMatchObject([
      { text: expect.stringMatching(/^Slurm: FAILED/) },
    ])
    await larmor.until('the silence is over', state => state.machines[of.name]?.silent === null)
  })
})

/** The scheduler is asked so many times more. */
function looks(engine: InProcess['engine'], machine: MachineName, n: number): Promise<void> {
  return new Promise(resolve => {
    let before: number | null = null
    const unsubscribe = engine.activity(activity => {
      const asked = activity.find(of => of.machine === machine)?.questions ?? 0
      before ??= asked
      if (asked < before + n) return
      setTimeout(() => unsubscribe())
      resolve()
    })
  })
}
