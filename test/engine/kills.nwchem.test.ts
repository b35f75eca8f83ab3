import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, type TestContext, test } from 'vitest'
import { chance } from '../../shared/chance.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { showRun } from '../../shared/show/run.ts'
import { until } from '../until.ts'
import { begin, witness } from './living/command-run.ts'
import { attached, larmor, newHome, startEngineProcess } from './living/engine-process.ts'
import { heldProgram } from './living/held-program.ts'
import { nmrRun } from './living/nmr-run.ts'
import { methanol, nwchemRun, setWitnessedNwchem } from './living/nwchem-run.ts'
import { processesOf } from './living/processes.ts'
import { say } from './living/say.ts'
import { sweepSeed } from './living/sweep-slice.ts'
import { expectWhole, stateWhen } from './living/whole.ts'

async function living({ onTestFinished }: TestContext) {
  const home = await newHome(onTestFinished)
  const start = async () => {
    const engine = startEngineProcess(home)
    const client = await attached(home, engine)
    if (!client) throw new Error(engine.said())
    return { engine, client }
  }
  return { home, start, log: witness(join(dirname(home), 'witness')) }
}

function attempt(state: State, id: string) {
  const job = get(state.jobs, id)
  if (!job) throw new Error(`there is no job ${id}: ${say(state)}`)
  return lastAttempt(job)
}

const isRunning = (id: string) => (state: State) =>
  get(state.jobs, id) !== undefined && attempt(state, id).phase.is === 'running'

const nwchemOf = (home: string) => processesOf(home).filter(({ command }) => command.startsWith('nwchem'))

/** NWChem that stands still in its first SCF until it is let go. */
const held = (home: string) => heldProgram(dirname(home), 'nwchem', 'd= 0,ls=0.0,diis')

const optimisation = { task: 'opt', basis: '6-31G*' } as const

test('NWChem goes on while no engine lives, and is found finished', async context => {
  const { home, start, log } = await living(context)
  const first = await start()
  const nwchem = held(home)
  await setWitnessedNwchem(first.client, home, log.log, nwchem.executable)
  await begin(first.client, nwchemRun('rmethanol', 'opt', methanol, optimisation))
  await stateWhen(home, isRunning('rmethanol.opt'))
  await nwchem.held()
  await first.engine.kill()
  expect(nwchemOf(home)).not.toEqual([])
  nwchem.letGo()
  await until('NWChem has ended by itself', () => processesOf(home), { is: left => left.length === 0 })
  expect((await larmor(home, ['status', '--json'])).json()).toMatchObject({
    engine: 'none',
    runs: [{ state: 'running', counts: { running: 1 } }],
  })

  const next = await start()
  const state = await stateWhen(home, state => get(state.runs, 'rmethanol')?.phase.is === 'ended')
  const { outcome, phase } = attempt(state, 'rmethanol.opt')
  expect(outcome, say(state)).toBe('completed')
  expect(phase.is === 'parsed' && phase.result.energy_hartree).toBeCloseTo(-115.72, 1)
  expect(await log.seen()).toEqual({ 'rmethanol.opt.1': { began: 1, ended: 0 } })
  await expectWhole(home, next.engine, next.client)
})

test.for([
  { whom: 'the program alone', all: false, outcome: 'failed', category: 'killed' },
  // Its ticket proves that nothing of it is alive; how it ended nobody saw.
  { whom: 'the program and its script', all: true, outcome: 'failed', category: 'crash-unknown' },
])(
  '$whom being killed from outside is told as it is, and a resubmission completes',
  async ({ all, outcome, category }, context) => {
    const { home, start, log } = await living(context)
    const { engine, client } = await start()
    const nwchem = held(home)
    await setWitnessedNwchem(client, home, log.log, nwchem.executable)
    await begin(client, nwchemRun('rmethanol', 'opt', methanol, optimisation))
    await stateWhen(home, isRunning('rmethanol.opt'))
    await nwchem.held()
    for (const { pid, command } of processesOf(home)) {
      if (command.startsWith('nwchem') || (all && pid !== engine.pid)) process.kill(pid, 'SIGKILL')
    }
    nwchem.letGo()
    const state = await stateWhen(home, state => get(state.runs, 'rmethanol')?.phase.is === 'ended')
    expect(get(state.runs, 'rmethanol')?.phase).toMatchObject({ outcome: 'failed' })
    expect(attempt(state, 'rmethanol.opt')).toMatchObject({ outcome, category })
    expect(attempt(state, 'rmethanol.opt').evidence.length).toBeGreaterThan(0)

    const again = await larmor(home, ['resubmit', 'rmethanol', '--json'])
    expect(again.json()).toMatchObject({ attempts: [{ job: 'rmethanol.opt', attempt: 2 }], refused: [] })
    const waited = await larmor(home, ['wait', 'rmethanol', '--json'])
    expect([waited.code, waited.json()]).toMatchObject([0, { state: 'completed' }])
    expect(await log.seen()).toEqual({
      'rmethanol.opt.1': { began: 1, ended: 0 },
      'rmethanol.opt.2': { began: 1, ended: 0 },
    })
    await expectWhole(home, engine, client)
  },
)

test('a killed and resumed nmr run ends with the very table of an undisturbed one', async context => {
  const args = { program: 'nwchem', basis: 'STO-3G', solvent: 'gas', reference: 'none', max_conformers: 2 } as const
  const tableOf = async (kills: number) => {
    const { home, start, log } = await living(context)
    const random = chance(sweepSeed)
    let { engine, client } = await start()
    await setWitnessedNwchem(client, home, log.log)
    await begin(client, nmrRun('rmethanol', 'CO', args))
    for (let i = 0; i < kills; i++) {
      await sleep(300 + random() * 2500)
      await engine.kill()
      ;({ engine, client } = await start())
    }
    const state = await stateWhen(home, state => get(state.runs, 'rmethanol')?.phase.is === 'ended')
    const run = get(state.runs, 'rmethanol')
    if (run?.phase.is !== 'ended') throw new Error(say(state))
    expect(run.phase.outcome, say(state)).toBe('completed')
    for (const [label, seen] of Object.entries(await log.seen()))
      expect([label, seen]).toEqual([label, { began: 1, ended: 0 }])
    const { shifts, conformers } = showRun(state, run) as unknown as { shifts: unknown[]; conformers: unknown[] }
    const calculations = Object.keys(await log.seen()).length
    await expectWhole(home, engine, client)
    return { shifts, conformers, calculations }
  }
  const undisturbed = await tableOf(0)
  expect(undisturbed.shifts.length).toBeGreaterThan(1)
  expect(undisturbed.calculations).toBeGreaterThanOrEqual(2)
  expect(await tableOf(5)).toEqual(undisturbed)
})
