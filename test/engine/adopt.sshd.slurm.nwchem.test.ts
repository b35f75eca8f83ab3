import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Reading } from '../../shared/contract.ts'
import type { RunId } from '../../shared/ids.ts'
import { type Attempt, lastAttempt } from '../../shared/model/job.ts'
import { values } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { type Cluster, machineOf, startCluster } from '../testbed/cluster.ts'
import { account } from '../testbed/daemons.ts'
import { until } from '../until.ts'
import { type InProcess, startInProcess } from './in-process.ts'

const DECK = (iterations: number) => `start water
geometry
  O 0 0 0
  H 0 0.76 0.59
  H 0 -0.76 0.59
end
basis
  * library sto-3g
end
scf
  maxiter ${iterations}
end
task scf energy
`

/** Jobs that a person submitted by hand, of the real NWChem, and adopts while they run. */
describe('an adopted job', () => {
  let cluster: Cluster
  let larmor: InProcess
  let runs = 0
  beforeAll(async () => {
    cluster = await startCluster()
    larmor = await startInProcess()
    orThrow(await larmor.engine.send({ type: 'machine.set', machine: machineOf(cluster, { grace_s: 3 }) }))
  })
  afterAll(async () => {
    await larmor?.stop()
    await cluster?.stop()
  })

  /** Submitted by hand in a folder of its own with these files, adopted, and ended. */
  async function adopted(script: string, files: Readonly<Record<string, string>>): Promise<Attempt> {
    runs += 1
    const dir = join(cluster.work, `their own ${runs}`)
    mkdirSync(dir)
    execFileSync('chmod', ['1777', dir])
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
    const { uid, gid } = account(cluster.user)
    const how = { env: { ...process.env, SLURM_CONF: cluster.conf }, uid, gid, cwd: dir, encoding: 'utf8' } as const
    const line = `while [ ! -e go ]; do sleep 0.1; done; ${script}`
    const id = spawnSync('sbatch', ['--parsable', '-J', 'mine', `--wrap=${line}`], how).stdout.trim()
    const { engine } = larmor
    orThrow(await engine.send({ type: 'machine.connect', machine: 'cluster' as never }))
    const seen = () => engine.state.machines['cluster' as never]?.others.some(({ queue_id }) => queue_id === id)
    await until('the job is seen', async () => {
      orThrow(await engine.send({ type: 'machine.connect', machine: 'cluster' as never }))
      return seen()
    })
    const run = `radopt${runs}` as RunId
    orThrow(await engine.send({ type: 'job.adopt', run, machine: 'cluster', queue_id: id, dir } as never))
    writeFileSync(join(dir, 'go'), '')
    await larmor.ended(run)
    const [job] = [...values(engine.state.jobs)].filter(each => each.run === run)
    if (!job) throw new Error('no job')
    return lastAttempt(job)
  }

  test('is looked into while it runs: its energy and its last lines, from the output that says what wrote it', async () => {
    let last: Reading | null = null
    const unsubscribe = larmor.engine.readings(news => {
      last = news.at(-1) ?? last
    })
    // It stays after the end of the calculation, so that it is seen, however late somebody looks.
    const look = `while [ ! -e '${join(cluster.work, 'looked')}' ]; do sleep 0.1; done`
    const ended = adopted(`echo my own; nwchem water.nw >water.out 2>&1; ${look}`, { 'water.nw': DECK(50) })
    const shown = () => last as Reading | null
    await until('the end of its output', shown, { is: reading => reading?.tail.includes('Total times') })
    expect(shown()?.energy_hartree).toBeCloseTo(-74.96, 1)
    unsubscribe()
    writeFileSync(join(cluster.work, 'looked'), '')
    expect(await ended).toMatchObject({ outcome: 'completed' })
  })

  test('is read as one of Larmor itself: its energy, and the line that proves it', async () => {
    const job = await adopted('nwchem water.nw >water.out 2>&1', { 'water.nw': DECK(50) })
    expect(job).toMatchObject({ outcome: 'completed', reason: 'by water.out, which NWChem wrote' })
    expect(job.phase.is === 'parsed' && job.phase.result.energy_hartree).toBeCloseTo(-74.96, 1)
    expect(job.evidence).toContainEqual(expect.objectContaining({ source: 'output', file: 'water.out' }))
  })

  test('that did not converge has failed, whatever its script made of it', async () => {
    const job = await adopted('nwchem water.nw; exit 0', { 'water.nw': DECK(1) })
    expect(job).toMatchObject({ outcome: 'failed', category: 'scf-not-converged' })
    expect(job.evidence).toContainEqual(expect.objectContaining({ source: 'output' }))
  })

  test('with two outputs in its folder, of which one may be old, is what Slurm says, without a result', async () => {
    const old = 'Northwest Computational Chemistry Package (NWChem) 7.0.2\n'
    const job = await adopted('nwchem water.nw >water.out 2>&1', { 'water.nw': DECK(50), 'old.out': old })
    expect(job).toMatchObject({
      outcome: 'completed',
      reason: null,
      evidence: [{ text: 'Slurm: COMPLETED, exit 0:0' }],
    })
    expect(job.phase.is === 'parsed' && job.phase.result.energy_hartree).toBeNull()
  })
})
