import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobId, MachineName, RunId } from '../../shared/ids.ts'
import { type Attempt, lastAttempt } from '../../shared/model/job.ts'
import { localMachine, type Machine } from '../../shared/model/machine.ts'
import { values } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { type Slurm, startSlurm } from '../testbed/slurm.ts'
import { until } from '../until.ts'
import { type InProcess, startInProcess } from './in-process.ts'

/** Runs until it is ended; begun again, it is done. `../again` lies beside the folders of its attempts. */
const HELD = 'touch began; if [ -e ../again ]; then echo second; exit 0; fi; touch ../again; exec sleep 600'

/** What a small cluster of our own cannot prove: how a real Slurm takes, refuses and ends jobs. */
describe('a real Slurm', () => {
  let slurm: Slurm
  let larmor: InProcess
  let runs = 0 // no label is ever given twice
  const before = process.env.SLURM_CONF

  beforeAll(async () => {
    slurm = await startSlurm({ preemption: true })
    process.env.SLURM_CONF = slurm.conf
  })
  afterAll(async () => {
    await slurm?.stop()
    process.env.SLURM_CONF = before
    if (before === undefined) delete process.env.SLURM_CONF
  })

  function machine(change: Partial<Machine['settings']> = {}): Machine {
    const settings = { ...localMachine.settings, scheduler: 'slurm', poll_s: 1, spool_s: 1, grace_s: 3, ...change }
    return { ...localMachine, name: 'cluster' as MachineName, settings }
  }

  /** One job of this script, to its end. */
  async function runScript(text: string, of: Machine, seconds = 300): Promise<void> {
    orThrow(await larmor.engine.send({ type: 'machine.set', machine: of }))
    const file = { name: 'run.sh', ...orThrow(await larmor.engine.put(text)) }
    const input = { files: [file], main: file.name, args: [] }
    const job = { key: 'job', machine: of.name, program: 'command', input }
    const params = { jobs: [{ ...job, resources: { ranks: 1, memory_mb: 100, seconds } }] }
    runs += 1
    const run = `rslurm${runs}` as RunId
    orThrow(
      await larmor.engine.send({ type: 'run.start', run, name: '', workflow: 'single', params, machine: of.name }),
    )
    await larmor.ended(run)
  }

  const attempt = (): Attempt => {
    const [job] = [...values(larmor.engine.state.jobs)]
    if (!job) throw new Error('no job')
    return lastAttempt(job)
  }
  const isIn = (...phases: readonly string[]) =>
    larmor.until(`a job that is ${phases.join(' or ')}`, state =>
      [...values(state.jobs)].some(job => phases.includes(lastAttempt(job).phase.is)),
    )
  const cancel = async () => {
    const [job] = [...values(larmor.engine.state.jobs)]
    orThrow(await larmor.engine.send({ type: 'jobs.cancel', jobs: [job?.id as JobId] }))
  }
  const admin = (...args: readonly string[]) => execFileSync('scontrol', args, { encoding: 'utf8' })
  const queued = () =>
    execFileSync('squeue', ['--noheader', '--states=all', '--format=%t %j'], { encoding: 'utf8' })
      .split('\n')
      .filter(line => line.endsWith(` ${attempt().label}`))

  const folder = (): string => {
    const { phase } = attempt()
    return 'dir' in phase ? phase.dir : ''
  }
  const node = () => execFileSync('sinfo', ['--noheader', '--format=%n'], { encoding: 'utf8' }).split('\n')[0]
  /** The only job again, as Larmor would of its own, to its end. */
  async function resubmitted(): Promise<void> {
    const [job] = [...values(larmor.engine.state.jobs)]
    orThrow(await larmor.engine.send({ type: 'jobs.resubmit', jobs: [job?.id as JobId], fix: 'auto' }))
    await larmor.until('its second attempt completes', state =>
      [...values(state.jobs)].some(({ attempts }) => attempts[1]?.outcome === 'completed'),
    )
  }

  async function withLarmor(run: () => Promise<void>): Promise<void> {
    larmor = await startInProcess()
    try {
      await run()
    } finally {
      await larmor.stop()
    }
  }

  test('a waiting job is cancelled, and never runs', () =>
    withLarmor(async () => {
      admin('update', `PartitionName=${slurm.partitions[0]}`, 'State=DOWN')
      const ended = runScript('echo ran', machine())
      await isIn('queued')
      await cancel()
      await ended
      admin('update', `PartitionName=${slurm.partitions[0]}`, 'State=UP')
      expect(attempt()).toMatchObject({ outcome: 'cancelled', phase: { is: 'queued' }, ignored: [] })
      expect(queued()).toEqual([`CA ${attempt().label}`])
    }))

  test('a running job is cancelled with its program, and its report says how', () =>
    withLarmor(async () => {
      const ended = runScript('echo $$; exec sleep 600', machine())
      await isIn('running')
      await cancel()
      await ended
      expect(attempt().outcome).toBe('cancelled')
      expect(queued()).toEqual([`CA ${attempt().label}`])
    }))

  test('a refusal comes in its own words', () =>
    withLarmor(async () => {
      await runScript('echo ran', machine({ partition: 'no-such' }))
      expect(attempt()).toMatchObject({ outcome: 'failed', phase: { is: 'submitting' } })
      expect(attempt().reason).toContain('invalid partition specified')
      expect(queued()).toEqual([])
    }))

  test('a job of a minute has its time', () =>
    withLarmor(async () => {
      await runScript('sleep 2; echo done', machine({ partition: slurm.partitions[1] }), 60)
      expect(attempt()).toMatchObject({ outcome: 'completed', phase: { signal: null, exit: 0 } })
    }))

  test('a requeue by Slurm itself is the same job, and counts as it ends at last', () =>
    withLarmor(async () => {
      const script = 'if [ -e again ]; then echo second; exit 0; fi; touch again; exec sleep 600'
      const ended = runScript(script, machine())
      await isIn('running')
      const { phase } = attempt()
      const id = 'queue_id' in phase ? phase.queue_id : null
      const again = join('dir' in phase ? phase.dir : '', 'again')
      await until('its script runs, which Slurm says before', () => existsSync(again))
      admin('requeue', String(id))
      // Slurm holds a requeued job for two minutes; once its node is free it is let go at once.
      await until('its node is free', () => admin('show', 'job', String(id)), {
        is: shown => /JobState=PENDING.*\n\s*NodeList=\n/s.test(shown),
      })
      // Begun again within the same second, Slurm calls it failed without having run it.
      await sleep(3000)
      admin('update', `JobId=${id}`, 'StartTime=now')
      await ended
      expect(attempt()).toMatchObject({ outcome: 'completed', phase: { queue_id: id } })
    }))

  test('a job whose node fails says so, and runs again once the node is back', () =>
    withLarmor(async () => {
      const ended = runScript(HELD, machine({ header: '#SBATCH --no-requeue' }))
      await isIn('running')
      await until('its program runs', () => existsSync(join(folder(), 'began')))
      admin('update', `NodeName=${node()}`, 'State=DOWN', 'Reason=test')
      await ended
      expect(attempt()).toMatchObject({ outcome: 'failed', category: 'node-lost' })
      await until('the node is back', () => {
        try {
          admin('update', `NodeName=${node()}`, 'State=RESUME')
        } catch {
          // it is back already
        }
        return execFileSync('sinfo', ['--noheader', '--format=%T'], { encoding: 'utf8' }).includes('idle')
      })
      await resubmitted()
    }))

  test('a job that has to give way to another is preempted, and runs again once there is a place', () =>
    withLarmor(async () => {
      const ended = runScript(HELD, machine({ header: '#SBATCH --exclusive' }))
      await isIn('running')
      await until('its program runs', () => existsSync(join(folder(), 'began')))
      const urgent = execFileSync('sbatch', [
        '--parsable',
        '--partition=urgent',
        '--exclusive',
        '--output=/dev/null',
        '--wrap=sleep 600',
      ])
      await ended
      execFileSync('scancel', [urgent.toString().trim()])
      expect(attempt()).toMatchObject({ outcome: 'failed', category: 'preempted' })
      await resubmitted()
    }))
})
