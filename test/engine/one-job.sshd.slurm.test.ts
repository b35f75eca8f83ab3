import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lastAttempt } from '../../shared/model/job.ts'
import { type Cluster, machineOf, startCluster } from '../testbed/cluster.ts'
import { type InProcess, startInProcess } from './in-process.ts'

/** The same lines, tar stream, lock and spool as on this computer, through a real sshd and a real sbatch. */
describe('one job on a cluster', () => {
  let cluster: Cluster
  let larmor: InProcess

  beforeAll(async () => {
    cluster = await startCluster()
    larmor = await startInProcess()
  })
  afterAll(async () => {
    await larmor?.stop()
    await cluster?.stop()
  })

  test('is submitted once, runs, reports, and its output comes home', async () => {
    const machine = machineOf(cluster, { poll_s: 2 })
    const jobs = await larmor.runScripts({ hello: 'echo "hello from $SLURM_JOB_ID"\n' }, machine)

    const attempt = lastAttempt(jobs[0] as (typeof jobs)[number])
    expect(attempt).toMatchObject({ outcome: 'completed', phase: { is: 'parsed', exit: 0 } })
    const queueId = 'queue_id' in attempt.phase ? attempt.phase.queue_id : null
    const files = attempt.phase.is === 'parsed' ? attempt.phase.files : []
    const output = files.find(({ name }) => name === 'output.txt')
    if (!output) throw new Error(`no output among ${files.map(({ name }) => name)}`)
    expect(await larmor.engine.read(output)).toEqual({ ok: true, value: `hello from ${queueId}\n` })

    // By Slurm's own word there was one job of this name, with that id.
    const env = { ...process.env, SLURM_CONF: cluster.conf }
    const known = execFileSync('squeue', ['--noheader', '--states=all', '--format=%i %j'], { env, encoding: 'utf8' })
    expect(known.trim()).toBe(`${queueId} ${attempt.label}`)
  })
})
