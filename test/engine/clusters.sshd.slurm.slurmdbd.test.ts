import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunId } from '../../shared/ids.ts'
import { type Attempt, lastAttempt } from '../../shared/model/job.ts'
import type { MachineSettings } from '../../shared/model/machine.ts'
import { values } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { schedulers } from '../../shared/schedulers/index.ts'
import { type Cluster, machineOf, startCluster } from '../testbed/cluster.ts'
import { until } from '../until.ts'
import { type InProcess, startInProcess } from './in-process.ts'

/** A site of two clusters under one slurmdbd, whose queue ids are the same numbers. */
describe('two clusters behind one login', () => {
  let cluster: Cluster
  let larmor: InProcess
  let runs = 0

  beforeAll(async () => {
    cluster = await startCluster({ accounting: true, minJobAge: 5, clusters: ['oak', 'elm'] })
    larmor = await startInProcess()
  })
  afterAll(async () => {
    await larmor?.stop()
    await cluster?.stop()
  })

  const elm = () => {
    const [other] = cluster.others
    if (!other) throw new Error('there is no second cluster')
    return other
  }
  const machine = () => larmor.engine.state.machines['cluster' as never]
  const slurmSays = (program: string, args: readonly string[]) =>
    execFileSync(program, args, { env: { ...process.env, SLURM_CONF: cluster.conf }, encoding: 'utf8' })

  /** One job of this script; its last attempt now, and when its run has ended. */
  async function start(script: string, clusters: string, change: Partial<MachineSettings> = {}) {
    runs += 1
    const run = `rclusters${runs}` as RunId
    const of = machineOf(cluster, { spool_s: 1, grace_s: 3, clusters, ...change })
    orThrow(await larmor.engine.send({ type: 'machine.set', machine: of }))
    const file = { name: 'run.sh', ...orThrow(await larmor.engine.put(script)) }
    const input = { files: [file], main: file.name, args: [] }
    const resources = { ranks: 1, memory_mb: 100, seconds: 300 }
    const params = { jobs: [{ key: 'job', machine: of.name, program: 'command', input, resources }] }
    const { name } = of
    orThrow(await larmor.engine.send({ type: 'run.start', run, name: '', workflow: 'single', params, machine: name }))
    const jobs = () => [...values(larmor.engine.state.jobs)].filter(each => each.run === run)
    await larmor.until('the job is planned', () => jobs().length > 0)
    const now = (): Attempt => {
      const [job] = jobs()
      if (!job) throw new Error('no job')
      return lastAttempt(job)
    }
    const ended = larmor.ended(run).then(now)
    return { run, now, ended }
  }
  const idOf = ({ phase }: Attempt) => ('queue_id' in phase ? phase.queue_id : null)

  test('the same number on both is two jobs: each runs on its own, and is cancelled and read there', async () => {
    const gate = join(cluster.work, 'gate of both')
    const oaks = await start(`echo oak; while ! [ -e '${gate}' ]; do sleep 0.2; done`, 'oak')
    await larmor.until('the job at oaks runs', () => oaks.now().phase.is === 'running')
    const elms = await start('echo elm; exec sleep 600', 'elm')
    await larmor.until('the job at elms runs', () => elms.now().phase.is === 'running')
    expect([idOf(oaks.now()), idOf(elms.now())]).toEqual(['1;oak', '1;elm'])
    orThrow(await larmor.engine.send({ type: 'run.cancel', run: elms.run }))
    expect(await elms.ended).toMatchObject({ outcome: 'cancelled', ignored: [] })
    writeFileSync(gate, '')
    // The machine names elm alone now, and the job on oak is asked for all the same.
    expect(await oaks.ended).toMatchObject({ outcome: 'completed', ignored: [] })
    expect(slurmSays('sacct', ['-M', 'oak,elm', '-X', '-n', '-P', '-j', '1', '--format=Cluster,State'])).toMatch(
      /oak\|COMPLETED\nelm\|CANCELLED/,
    )
  })

  test('of several the one takes a job that has a place for it, and one question asks for both', async () => {
    const jobs = []
    for (const n of [1, 2, 3]) jobs.push(await start(`echo ${n}; sleep 1`, 'oak,elm'))
    for (const { ended } of jobs) {
      const attempt = await ended
      expect(attempt).toMatchObject({ outcome: 'completed', ignored: [] })
      expect(idOf(attempt)).toMatch(/^\d+;(oak|elm)$/)
    }
    expect(machine()?.silent).toBeNull()
  })

  test('what both queues have forgotten is in their accounts', async () => {
    const submit = (on: string, script: string) =>
      slurmSays('sbatch', [
        ...['--parsable', '-M', on, '--uid=chem', '--output=/dev/null', '--chdir=/tmp', `--wrap=${script}`],
      ]).trim()
    const ids = [submit('oak', 'exit 3'), submit('elm', 'kill -9 $$')]
    const queues = () => slurmSays('squeue', ['-M', 'oak,elm', '-h', '--states=all', '-o', '%i'])
    await until('the queues forget', queues, { is: ids => !/\d/.test(ids) })
    const { settings } = machineOf(cluster, { clusters: 'oak,elm' })
    const out = slurmSays('sh', ['-c', schedulers.slurm.list.line({ settings, ids: ids as never }).sh])
    const { entries, clusters } = orThrow(schedulers.slurm.list.read({ exit: 0, out, err: '' }))
    expect(clusters?.answered.toSorted()).toEqual(['elm', 'oak'])
    const endOf = (id?: string) => entries.find(({ queue_id }) => queue_id === id)?.end?.text
    expect(ids.map(endOf)).toEqual(['Slurm: FAILED, exit 3:0', 'Slurm: FAILED, exit 0:9'])
  })

  test('"all" asks every cluster that the accounts know, and says which of them is silent', async () => {
    const { settings } = machineOf(cluster, { clusters: 'all' })
    const line = schedulers.slurm.list.line({ settings, ids: [] }).sh
    const ask = () => orThrow(schedulers.slurm.list.read({ exit: 0, out: slurmSays('sh', ['-c', line]), err: '' }))
    const known = ask().clusters
    expect(known?.asked.toSorted()).toEqual(['elm', 'oak'])
    expect(known?.answered.toSorted()).toEqual(['elm', 'oak'])
    await elm().stopController()
    expect(ask().clusters?.answered).toEqual(['oak'])
    await elm().startController()
  })

  test('one of them is down: that is said, its job is neither lost nor ended, and the other goes on', async () => {
    // Without reports: only the scheduler tells, which passes over a cluster that is down, and exits with 0.
    const silent = { report: false }
    const gate = join(cluster.work, 'gate')
    const elms = await start(`while [ ! -e ${gate} ]; do sleep 0.2; done; echo elm`, 'elm', silent)
    await larmor.until('the job at elms runs', () => elms.now().phase.is === 'running')
    expect(idOf(elms.now())).toMatch(/;elm$/)
    const both = machineOf(cluster, { spool_s: 1, grace_s: 3, clusters: 'oak,elm', ...silent })
    orThrow(await larmor.engine.send({ type: 'machine.set', machine: both }))
    await elm().stopController()
    const oaks = await start('echo oak', 'oak,elm', silent)
    expect(await oaks.ended).toMatchObject({ outcome: 'completed' })
    expect(idOf(oaks.now())).toMatch(/;oak$/)
    await larmor.until('the silence is seen', () => machine()?.silent != null)
    expect(machine()?.silent?.text).toMatch(/^Of its clusters did not answer: elm\. .*asked again/)
    await sleep(5000) // longer than the grace period
    expect(elms.now()).toMatchObject({ outcome: null, phase: { is: 'running' } })
    await elm().startController()
    writeFileSync(gate, '')
    expect(await elms.ended).toMatchObject({ outcome: 'completed' })
    expect(machine()?.silent).toBeNull()
  })

  test('their accounts are down: the cluster of the login node is asked and obeyed all the same, and only the other is unknown', async () => {
    const gate = join(cluster.work, 'gate of oak')
    const silent = { report: false }
    const waits = `while [ ! -e '${gate}' ]; do sleep 0.2; done; echo`
    // One after the other: where a job goes is the machine's setting of the moment.
    const running = async (script: string, clusters: string) => {
      const job = await start(script, clusters, silent)
      await larmor.until('the job runs', () => job.now().phase.is === 'running')
      return job
    }
    const oaks = await running(`${waits} oak`, 'oak')
    const stopped = await running('exec sleep 600', 'oak')
    const elms = await running(`${waits} elm`, 'elm')
    const all = machineOf(cluster, { spool_s: 1, grace_s: 3, clusters: 'oak,elm', ...silent })
    orThrow(await larmor.engine.send({ type: 'machine.set', machine: all }))
    await cluster.accounting?.stopDaemon()
    await larmor.until('the silence is seen', () => machine()?.silent != null)
    expect(machine()?.silent?.text).toMatch(
      /^The accounts of Slurm do not answer.* Of its clusters did not answer: elm\./,
    )
    orThrow(await larmor.engine.send({ type: 'run.cancel', run: stopped.run }))
    expect(await stopped.ended).toMatchObject({ outcome: 'cancelled' })
    writeFileSync(gate, '')
    expect(await oaks.ended).toMatchObject({ outcome: 'completed' })
    expect(elms.now()).toMatchObject({ outcome: null, phase: { is: 'running' } })
    // How soon all is as before once the accounts are back is Slurm's own affair, and takes it minutes.
    await cluster.accounting?.startDaemon()
  })
})
