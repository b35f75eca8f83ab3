import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import type { Json, RunId } from '../../shared/ids.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import { LOCAL, localMachine } from '../../shared/model/machine.ts'
import { get, values } from '../../shared/model/table.ts'
import { remediesOf } from '../../shared/remedies/index.ts'
import { orThrow } from '../../shared/result.ts'
import { smallDisk } from '../small-disk.ts'
import { type InProcess, startInProcess } from './in-process.ts'
import { alkane } from './living/chain.ts'
import { heldProgram } from './living/held-program.ts'
import { methanol } from './living/nwchem-run.ts'

/** Failures of the real xtb: each provoked, classified, and, where there is a remedy, cured by it. */
let larmor: InProcess
beforeEach(async () => {
  larmor = await startInProcess()
})
afterEach(() => larmor.stop())

async function ended(attempts: number): Promise<Job> {
  const job = () => [...values(larmor.engine.state.jobs)][0]
  await larmor.until(`attempt ${attempts} has its outcome`, () => job()?.attempts[attempts - 1]?.outcome != null)
  return job() as Job
}

async function first(xyz: string, args: readonly string[]): Promise<Job> {
  await start(xyz, args)
  return ended(1)
}

async function start(xyz: string, args: readonly string[]): Promise<void> {
  const file = { name: 'molecule.xyz', ...orThrow(await larmor.engine.put(xyz)) }
  const input = { kind: 'deck', files: [file], main: file.name, args }
  const resources = { ranks: 1, memory_mb: 700, seconds: 600 }
  const params = { jobs: [{ key: 'j', machine: LOCAL, program: 'xtb', input, resources }] } as unknown as Json
  const run = 'rxtb' as RunId
  orThrow(await larmor.engine.send({ type: 'run.start', run, name: '', workflow: 'single', machine: LOCAL, params }))
}

test.each<[category: string, fix: string, args: readonly string[]]>([
  ['scf-not-converged', 'scf-help', ['--iterations', '2']],
  ['opt-not-converged', 'more-cycles', ['--opt', '--cycles', '1']],
])('%s is cured by %s', async (category, fix, args) => {
  const failed = await first(methanol, args)
  expect(lastAttempt(failed)).toMatchObject({ outcome: 'failed', category })
  expect(remediesOf(failed)[0]?.id).toBe(fix)
  orThrow(await larmor.engine.send({ type: 'jobs.resubmit', jobs: [failed.id], fix: null }))
  const { outcome, reason, fix: by } = lastAttempt(await ended(2))
  expect({ outcome, reason, by }).toEqual({ outcome: 'completed', reason: null, by: fix })
})

test('atoms in one place need an edit, and are refused', async () => {
  const failed = await first('2\nclash\nH 0 0 0\nH 0 0 0\n', [])
  const { outcome, category } = lastAttempt(failed)
  expect(outcome).toBe('failed')
  expect(['bad-input', 'geometry']).toContain(category)
  expect(remediesOf(failed)).toEqual([])
  expect(await larmor.engine.send({ type: 'jobs.resubmit', jobs: [failed.id], fix: null })).toMatchObject({ ok: false })
  expect(get(larmor.engine.state.jobs, failed.id)?.attempts).toHaveLength(1)
})

test('an element that it has no parameters for crashes it, which is no kill, and once more does not help', async () => {
  const failed = await first('3\nuranium\nU 0 0 0\nH 0 0 2\nH 0 0 -2\n', [])
  expect(lastAttempt(failed)).toMatchObject({ outcome: 'failed', category: 'crash-unknown' })
  expect(remediesOf(failed).map(({ id }) => id)).toEqual(['again'])
  orThrow(await larmor.engine.send({ type: 'jobs.resubmit', jobs: [failed.id], fix: null }))
  const again = await ended(2)
  expect(lastAttempt(again)).toMatchObject({ fix: 'again', outcome: 'failed', category: 'crash-unknown' })
  expect(remediesOf(again)).toEqual([])
})

test('a solvent that it has no parameters for needs an edit, and is refused', async () => {
  const failed = await first(methanol, ['--alpb', 'nosuchsolvent'])
  expect(lastAttempt(failed)).toMatchObject({ outcome: 'failed', category: 'bad-input' })
  expect(remediesOf(failed)).toEqual([])
})

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'ended by %s from outside, it is killed, and the same again completes',
  async signal => {
    const xtb = heldProgram(larmor.home, 'xtb', 'x T B')
    const settings = { ...localMachine.settings, programs: { xtb: xtb.executable } }
    orThrow(await larmor.engine.send({ type: 'machine.set', machine: { ...localMachine, settings } }))
    await start(alkane(40), ['--opt', 'vtight'])
    process.kill(await xtb.held(), signal)
    xtb.letGo()
    const failed = await ended(1)
    expect(lastAttempt(failed)).toMatchObject({ outcome: 'failed', category: 'killed' })
    expect(remediesOf(failed)[0]?.id).toBe('again')
    orThrow(await larmor.engine.send({ type: 'jobs.resubmit', jobs: [failed.id], fix: null }))
    const { outcome, reason, fix } = lastAttempt(await ended(2))
    expect({ outcome, reason, fix }).toEqual({ outcome: 'completed', reason: null, fix: 'again' })
  },
)

const small = smallDisk('size=16k')
if (small.missing) console.warn(`skipped: full scratch: ${small.missing}`)
afterAll(small.remove)

test.skipIf(small.missing !== null)(
  'a full scratch folder it does not notice: what it printed is whole, and proves the success',
  async () => {
    const settings = { ...localMachine.settings, scratch: small.folder }
    orThrow(await larmor.engine.send({ type: 'machine.set', machine: { ...localMachine, settings } }))
    const job = lastAttempt(await first(alkane(24), ['--opt']))
    expect(job).toMatchObject({ outcome: 'completed', category: null })
    if (job.phase.is !== 'parsed') throw new Error(`it is ${job.phase.is}`)
    // Its own file of the structure is cut; Larmor's is from the output.
    expect(job.phase.files.find(({ name }) => name === 'xtbopt.xyz')?.bytes).toBe(0)
    expect(job.phase.result.geometry?.bytes).toBeGreaterThan(2000)
  },
)
