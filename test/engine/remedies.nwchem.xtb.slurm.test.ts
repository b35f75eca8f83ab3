import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JobId, Json, MachineName, RunId } from '../../shared/ids.ts'
import { type Attempt, lastAttempt } from '../../shared/model/job.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { get } from '../../shared/model/table.ts'
import { remediesOf } from '../../shared/remedies/index.ts'
import { orThrow } from '../../shared/result.ts'
import { type Slurm, startSlurm } from '../testbed/slurm.ts'
import { type InProcess, startInProcess } from './in-process.ts'
import { alkane } from './living/chain.ts'
import { methanol } from './living/nwchem-run.ts'

let slurm: Slurm
let larmor: InProcess
const before = process.env.SLURM_CONF
beforeAll(async () => {
  slurm = await startSlurm()
  process.env.SLURM_CONF = slurm.conf
  larmor = await startInProcess()
})
afterAll(async () => {
  await larmor?.stop()
  await slurm?.stop()
  process.env.SLURM_CONF = before
  if (before === undefined) delete process.env.SLURM_CONF
})

const RUN = 'rlimits' as RunId
const id = (key: string) => `${RUN}.${key}` as JobId
const last = (key: string): Attempt => {
  const job = get(larmor.engine.state.jobs, id(key))
  if (!job) throw new Error(`no job ${key}`)
  return lastAttempt(job)
}
const offers = (key: string) => {
  const job = get(larmor.engine.state.jobs, id(key))
  return job ? remediesOf(job).map(({ id }) => id) : []
}

/** 300 MB of real memory, held until Slurm looks (every 5 s here), but not at the second try. */
const HUNGRY = `case $PWD in *.1) hold=600 ;; *) hold=1 ;; esac
exec perl -e '$x = "x" x 300000000; sleep shift; print "done"' $hold`
const DECK = `start larmor
geometry units angstrom noautosym
${methanol.trim().split('\n').slice(2).join('\n')}
end
basis spherical
  * library 6-311g**
end
dft
  xc b3lyp
end
task dft optimize
`
/** Longer than its minute, but not at the second try. */
const SLOW = 'case $PWD in *.1) exec sleep 600 ;; esac; echo done'
/** A node that stands still for xtb at the first try, once it has begun, for longer than its minute. */
const SLOW_NODE = `case $PWD in *xtbtime.1)
  ( here=$PWD n=0
    while [ -d "$here" ] && [ $n -lt 1000 ]; do
      for pid in $(pgrep -x xtb); do [ "$(readlink "/proc/$pid/cwd")" = "$here" ] && kill -STOP $pid; done
      sleep 0.1; n=$((n + 1))
    done ) >/dev/null 2>&1 </dev/null &
esac`

test('the time limit and the memory limit of a real Slurm, of NWChem and xtb, too: each told apart, and cured', async () => {
  const { engine } = larmor
  const machine = 'cluster' as MachineName
  const settings = {
    ...localMachine.settings,
    ...{ scheduler: 'slurm', poll_s: 2, spool_s: 1, grace_s: 3, prologue: { xtb: SLOW_NODE } },
  }
  orThrow(await engine.send({ type: 'machine.set', machine: { ...localMachine, name: machine, settings } }))
  const job = async (key: string, script: string, memory_mb: number, seconds: number) => {
    const file = { name: 'run.sh', ...orThrow(await engine.put(script)) }
    const input = { files: [file], main: file.name, args: [] }
    return { key, machine, program: 'command', input, resources: { ranks: 1, memory_mb, seconds } }
  }
  const ofProgram = async (
    key: string,
    program: string,
    name: string,
    text: string,
    memory_mb: number,
    args = {},
    seconds = 1200,
  ) => {
    const input = { kind: 'deck', files: [{ name, ...orThrow(await engine.put(text)) }], main: name, ...args }
    return { key, machine, program, input, resources: { ranks: 1, memory_mb, seconds } }
  }
  const jobs = [
    await job('memory', HUNGRY, 100, 600),
    await job('time', SLOW, 100, 60),
    // Less than either program takes, and work for longer than Slurm takes to see it.
    await ofProgram('nwchem', 'nwchem', 'deck.nw', DECK, 40),
    await ofProgram('xtb', 'xtb', 'chain.xyz', alkane(22), 8, { args: ['--hess'] }),
    await ofProgram('xtbtime', 'xtb', 'chain.xyz', alkane(60), 500, { args: ['--opt'] }, 60),
  ]
  const params = { jobs } as unknown as Json
  orThrow(await engine.send({ type: 'run.start', run: RUN, name: '', workflow: 'single', params, machine }))
  await larmor.ended(RUN)

  for (const key of ['memory', 'nwchem', 'xtb']) {
    expect(last(key), key).toMatchObject({ outcome: 'failed', category: 'out-of-memory' })
    expect(last(key).evidence).toContainEqual(expect.objectContaining({ source: 'scheduler', cause: 'out-of-memory' }))
    expect(offers(key)).toEqual(['more-memory'])
  }
  for (const key of ['time', 'xtbtime']) {
    expect(last(key), key).toMatchObject({ outcome: 'timeout', category: 'time-limit' })
    // Its script was warned, as Larmor's scripts are: the signal says it before Slurm has to.
    expect(offers(key)).toEqual(['more-time'])
  }

  const all = ['memory', 'time', 'nwchem', 'xtb', 'xtbtime'].map(id)
  orThrow(await engine.send({ type: 'jobs.resubmit', jobs: all, fix: null }))
  await larmor.ended(RUN)
  expect(last('memory')).toMatchObject({ fix: 'more-memory', outcome: 'completed', resources: { memory_mb: 600 } })
  expect(last('nwchem')).toMatchObject({ fix: 'more-memory', outcome: 'completed', resources: { memory_mb: 540 } })
  expect(last('xtb')).toMatchObject({ fix: 'more-memory', outcome: 'completed', resources: { memory_mb: 508 } })
  expect(last('xtbtime')).toMatchObject({ fix: 'more-time', outcome: 'completed', resources: { seconds: 120 } })
  expect(last('time')).toMatchObject({ fix: 'more-time', outcome: 'completed', resources: { seconds: 120 } })
})
