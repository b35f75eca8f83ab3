import { expect, test } from 'vitest'
import { jobId, type RunId } from '../../shared/ids.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import { get } from '../../shared/model/table.ts'
import { begin } from './living/command-run.ts'
import { dieAndGoOn } from './living/crash.ts'
import { attached, startEngineProcess } from './living/engine-process.ts'
import { hydrogen, nwchemRun, setWitnessedNwchem } from './living/nwchem-run.ts'
import { say } from './living/say.ts'
import type { Scenario } from './living/scenarios.ts'
import { expectWhole, stateWhen } from './living/whole.ts'

const calculation: Scenario = {
  async ask(client, { home, witness }) {
    await setWitnessedNwchem(client, home, witness.log)
    await begin(client, nwchemRun('rhydrogen', 'h2', hydrogen, {}))
  },
  hasEnded: state => get(state.runs, 'rhydrogen')?.phase.is === 'ended',
  async check(state, { witness }) {
    const job = get(state.jobs, 'rhydrogen.h2')
    expect(job && lastAttempt(job), say(state)).toMatchObject({ outcome: 'completed' })
    expect(await witness.seen()).toEqual({ 'rhydrogen.h2.1': { began: 1, ended: 0 } })
  },
}

test.for(['before', 'after'])(
  'killed %s it keeps a calculation, the next engine keeps it, for other runs too',
  async (when, context) => {
    const { home, witness } = await dieAndGoOn(calculation, { LARMOR_CRASH_AT: `calculation.write:${when}` }, context)

    const engine = startEngineProcess(home)
    const client = await attached(home, engine)
    if (!client) throw new Error(`the engine did not start: ${engine.said()}`)
    await begin(client, nwchemRun('ragain', 'other-key', hydrogen, {}))
    const state = await stateWhen(home, state => get(state.runs, 'ragain')?.phase.is === 'ended')
    const job = get(state.jobs, jobId('ragain' as RunId, 'other-key'))
    expect(job && lastAttempt(job), say(state)).toMatchObject({
      outcome: 'completed',
      reason: 'taken from rhydrogen.h2.1, which did the same calculation',
    })
    expect(Object.keys(await witness.seen())).toEqual(['rhydrogen.h2.1'])
    await expectWhole(home, engine, client)
  },
)
