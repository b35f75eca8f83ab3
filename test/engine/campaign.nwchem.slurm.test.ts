import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MachineName } from '../../shared/ids.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { orThrow } from '../../shared/result.ts'
import { type Slurm, startSlurm } from '../testbed/slurm.ts'
import { until } from '../until.ts'
import { attached, type EngineProcess, larmor, newHome, startEngineProcess } from './living/engine-process.ts'

/**
 * A pilot of five small molecules of DELTA50 on a real Slurm with the real NWChem: killed in the middle, paused, stopped
 * by a file and by a command, resumed; two of its molecules fail, and it pauses exactly there.
 */
const MINUTES = 60_000
const cleaning: (() => Promise<void>)[] = []

describe('a pilot on a real Slurm', () => {
  let slurm: Slurm
  let home: string
  let engine: EngineProcess
  let env: Readonly<Record<string, string>>
  /** While it lies there, NWChem fails on the molecules that it names. */
  let broken: string
  /** While it lies there, NWChem does not begin: what is on the cluster stays there until the test has seen it. */
  let gate: string

  beforeAll(async () => {
    slurm = await startSlurm()
    env = { SLURM_CONF: slurm.conf }
    home = await newHome(clean => cleaning.push(clean))
    await mkdir(home, { recursive: true })
    broken = join(dirname(home), 'broken')
    gate = join(dirname(home), 'gate')
    const wrapper = join(dirname(home), 'nwchem')
    await writeFile(
      wrapper,
      `#!/bin/sh
if grep -qsFf '${broken}' larmor.nw; then echo 'the disk is gone' >&2; exit 7; fi
while [ -e '${gate}' ]; do sleep 0.2; done
exec nwchem "$@"
`,
    )
    await chmod(wrapper, 0o755)
    engine = startEngineProcess(home, env)
    const client = await attached(home, engine)
    if (!client) throw new Error(`no engine: ${engine.said()}`)
    const settings = {
      ...localMachine.settings,
      scheduler: 'slurm',
      programs: { nwchem: wrapper },
      max_jobs: 5,
      poll_s: 2,
      spool_s: 1,
      grace_s: 10,
    }
    const machine = { ...localMachine, name: 'cluster' as MachineName, settings }
    orThrow(await client.send({ type: 'machine.set', machine }))
    client.detach()
  }, 2 * MINUTES)
  afterAll(async () => {
    for (const clean of cleaning) await clean()
    await slurm?.stop()
  }, MINUTES)

  const tell = async (...args: readonly string[]) => {
    const told = await larmor(home, [...args, '--json'], { env })
    expect(told.code, `${args.join(' ')}: ${told.out}${told.err}`).toBe(0)
    return JSON.parse(told.out)
  }
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what the test looks at
  const statusOf = async (run: string): Promise<any> => (await tell('status', run)).runs[0]
  const statusWhen = (what: string, run: string, is: (status: Awaited<ReturnType<typeof statusOf>>) => boolean) =>
    until(what, () => statusOf(run), { is })
  const file = (run: string, name: string) => readFileSync(join(home, 'runs', run, name), 'utf8')
  const written = async (
    run: string,
    is: (status: { readonly state: string; readonly completed: number }) => boolean,
  ) => {
    const path = join(home, 'runs', run, 'status.json')
    const look = () => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null)
    return until('the status file as it should be', look, { is: status => status && is(status) })
  }
  const hold = () => writeFileSync(gate, '')
  const letGo = () => rmSync(gate)

  test(
    'is killed, paused, stopped, resumed, fails exactly as often as it may, and ends with its table',
    async () => {
      // "Acetonitrile" and "Oxirane" stand in the titles of their decks.
      writeFileSync(broken, 'Acetonitrile\nOxirane\n')
      hold()
      const { run } = await tell(
        ...['campaign', 'start', 'delta50', '--molecules', '5,3,4,6,1', '--levels', 'HF/STO-3G', '--solvents', 'chcl3'],
        ...['--geometry', 'HF/STO-3G', '--order', 'file', '--memory', '600', '--machine', 'cluster'],
      )
      const started = await statusOf(run)
      expect(started).toMatchObject({ workflow: 'campaign', total: 5, max_failures: 1, eta: null })

      // The second molecule that fails is one more than may: it pauses by itself, and says so.
      const paused = await statusWhen('its pause', run, ({ state }) => state === 'paused')
      expect(paused.failed_molecules).toBe(2)
      expect(paused.reason).toMatch(/2 molecules failed, 1 may/)
      expect((await written(run, ({ state }) => state === 'paused')).failures).toHaveLength(2)

      // Killed while it is paused with work on the cluster; whoever comes next finds all of it.
      await engine.kill('SIGKILL')
      writeFileSync(broken, '#none#\n')
      engine = startEngineProcess(home, env)
      const again = await statusWhen('its pause, again', run, ({ state }) => state === 'paused')
      expect(again.progress).toBeGreaterThanOrEqual(paused.progress)

      // Resumed and stopped by a file: what runs is finished, the file is taken away.
      await tell('resume', run)
      writeFileSync(join(home, 'runs', run, 'STOP'), '')
      await statusWhen('that it is stopping', run, ({ state_text }) => state_text.startsWith('stopping'))
      letGo()
      const stopped = await written(run, ({ state }) => state === 'stopped')
      expect(stopped.current_task).toBeNull()
      await until('the end of the file STOP', () => !existsSync(join(home, 'runs', run, 'STOP')))
      hold()

      // A STOP that lies there before the resume is told, and not obeyed.
      writeFileSync(join(home, 'runs', run, 'STOP'), '')
      const told = await larmor(home, ['resume', run], { env })
      expect(told.err).toMatch(/STOP is there from before/)
      await sleep(2500)
      expect((await statusOf(run)).state).not.toBe('stopped')
      rmSync(join(home, 'runs', run, 'STOP'))

      // Resubmitted and stopped by the command, twice, which does no harm.
      await tell('resubmit', run, '--failed')
      expect((await statusOf(run)).plan_version).toBeGreaterThan(paused.plan_version)
      await tell('stop', run)
      await larmor(home, ['stop', run, '--json'], { env })
      letGo()
      await statusWhen('that it has stopped', run, ({ state }) => state === 'stopped')
      hold()
      await tell('resume', run)

      // A person's pause: what runs is finished, nothing new begins, and it is said how much is left.
      await statusWhen('that something runs', run, ({ current }) => current.length > 0)
      await tell('pause', run)
      letGo()
      // What has left the queue is not read yet: until then it has not completed.
      const underWay = ['submitting', 'queued', 'running', 'ended', 'fetched']
      // Where all that was left is on the cluster by now, nothing is left to begin, and it completes.
      const rests = await statusWhen(
        'that it rests',
        run,
        ({ state, counts }) =>
          state === 'completed' || (state === 'paused' && underWay.every(phase => counts[phase] === 0)),
      )
      const begun = rests.counts.completed
      await sleep(3000)
      expect((await statusOf(run)).counts.completed).toBe(begun)
      const said = await larmor(home, ['status', run], { env })
      if (rests.state === 'paused') {
        expect(said.out).toMatch(new RegExp(`paused: ${rests.left} left`))
        await tell('resume', run)
      }

      // Killed in the middle of the work itself.
      await statusWhen('that something runs', run, ({ current, state }) => current.length > 0 || state === 'completed')
      await engine.kill('SIGKILL')
      engine = startEngineProcess(home, env)

      const done = await statusWhen('its end', run, ({ state }) => state === 'completed' || state === 'failed')
      expect(done).toMatchObject({ state: 'completed', completed: 5, failed: 0, failed_molecules: 0, progress: 1 })
      expect(done.statistics.map(({ nucleus }: { nucleus: string }) => nucleus)).toEqual(['1H', '13C'])
      expect(done.statistics[0]).toMatchObject({ molecules: 5, solvent: 'chcl3', note: null })

      const status = await written(run, ({ state }) => state === 'completed')
      expect(status).toMatchObject({ run_id: run, total_tasks: 5, completed: 5, failed: 0, current_task: null })
      // The solvent was really there.
      expect(file(run, 'compound_05/HF-STO-3G_chcl3/nwchem.out')).toMatch(/dielectric constant -eps-\s*=\s*4\.71/)
      const shifts = JSON.parse(file(run, 'compound_05/HF-STO-3G_chcl3/shifts.json'))
      expect(shifts).toMatchObject({ molecule_id: 'compound_05', functional: 'HF/STO-3G', shieldings: { length: 6 } })
      expect(existsSync(join(home, 'runs', run, 'compound_05/HF-STO-3G_chcl3/nwchem.out'))).toBe(true)
      expect(file(run, 'statistics.csv').split('\r\n')[1]).toMatch(/^HF\/STO-3G,chcl3,1H,6,5,/)

      // Each calculation was told once, over both deaths of the engine, and none ran twice.
      const lines = file(run, 'progress.jsonl')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line))
      const completed = lines.filter(({ event }) => event === 'task_completed').map(({ molecule_id }) => molecule_id)
      expect(completed.toSorted()).toEqual(['compound_01', 'compound_03', 'compound_04', 'compound_05', 'compound_06'])
      expect(lines.filter(({ event }) => event === 'task_failed').length).toBeGreaterThanOrEqual(2)

      // The same once more is found, not computed.
      const twin = await tell(
        ...['campaign', 'start', 'delta50', '--molecules', '3,6', '--levels', 'HF/STO-3G', '--solvents', 'chcl3'],
        ...['--geometry', 'HF/STO-3G', '--memory', '600', '--machine', 'cluster', '--wait'],
      )
      expect(twin).toMatchObject({ state: 'completed', completed: 2, reused: 2 })
      // Who has waited finds the tables, at once.
      expect(file(twin.run, 'statistics.csv')).toMatch(/^HF\/STO-3G,chcl3,1H,/m)

      // What it has fitted is a reference of `nmr`, and gives a molecule the shift of its line.
      const factors = join(home, 'runs', run, 'factors-HF-STO-3G_chcl3.json')
      const level = ['--xc', 'HF', '--basis', 'STO-3G', '--solvent', 'chcl3', '--memory', '600']
      const spectrum = await tell('nmr', 'CO', ...level, '--machine', 'cluster', '--reference', factors, '--wait')
      const [fitted] = JSON.parse(readFileSync(factors, 'utf8')).factors
      expect(fitted).toMatchObject({
        nucleus: '1H',
        molecules: 5,
        sigma_on_delta: { slope_95: [expect.any(Number), expect.any(Number)] },
      })
      const [shift] = spectrum.shifts
      expect(shift).toMatchObject({ nucleus: '1H', reference: { kind: 'own' } })
      expect(shift.delta_ppm).toBeCloseTo(fitted.slope * shift.sigma_ppm + fitted.intercept, 6)
    },
    8 * MINUTES,
  )
})
