import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { refOf } from '../../electron/engine/store/content-ref.ts'
import type { Json, RunId } from '../../shared/ids.ts'
import { knownOf } from '../../shared/model/known.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { get } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { jobsOf, statusOf } from '../../shared/show/status.ts'
import { delta50Set, factorFiles, resolveCampaign, type ShownCampaign } from '../../shared/workflows/index.ts'
import { eventually } from '../serve/eventually.ts'
import { orcaStandIn } from '../testbed/orca-stand-in.ts'
import { startInProcess } from './in-process.ts'

const folder = await mkdtemp(join(tmpdir(), 'larmor-orca-'))
const orca = await orcaStandIn(folder)
const { engine, stop } = await startInProcess()
afterAll(async () => {
  await stop()
  await rm(folder, { recursive: true, force: true })
})

const RUN = 'rorca' as RunId
const run = () => {
  const found = get(engine.state.runs, RUN)
  if (!found) throw new Error('no run')
  return found
}
const shown = () => statusOf(engine.state, run()) as unknown as ShownCampaign
test('a campaign through ORCA: wB97X-D as ORCA has it, a failed molecule is diagnosed and made whole, nothing is computed twice', async () => {
  // Nitromethane at one level only: its optimisation and other level go well.
  orca.failOn('PBE0 6-311+G(2d,p) NMR')
  const { params, texts, name } = orThrow(
    resolveCampaign(
      { molecules: '1,3', program: 'orca', levels: 'wB97X-D,PBE0', solvents: 'chcl3', max_failures: 5 },
      delta50Set,
      { machine: localMachine, resources: { ranks: 1, memory_mb: 2000, seconds: 3600 }, refOf },
    ),
  )
  expect(params.warnings).toContain('wB97X-D3 stands for wB97X-D: ORCA has the refit with D3 dispersion')
  const machine = {
    ...localMachine,
    settings: { ...localMachine.settings, cores: 2, programs: { orca: orca.executable } },
  }
  orThrow(await engine.send({ type: 'machine.set', machine }))
  for (const text of texts) orThrow(await engine.put(text))
  orThrow(
    await engine.send({
      type: 'run.start',
      run: RUN,
      name,
      workflow: 'campaign',
      params: params as unknown as Json,
      machine: machine.name,
    }),
  )
  await eventually(() => run().phase.is).toBe('ended')
  expect(shown()).toMatchObject({ completed: 2, failed: 2, failed_molecules: 2 })
  expect(shown().failures.map(({ category, level }) => [category, level])).toEqual([
    ['scf-not-converged', 'PBE0/6-311+G(2d,p)'],
    ['scf-not-converged', 'PBE0/6-311+G(2d,p)'],
  ])
  expect(
    orca
      .calls()
      .map(({ words }) => words)
      .toSorted(),
  ).toEqual(
    [
      '! B3LYP/G 6-31G* Opt TightSCF CPCM(chloroform)',
      '! B3LYP/G 6-31G* Opt TightSCF CPCM(chloroform)',
      '! PBE0 6-311+G(2d,p) NMR TightSCF CPCM(chloroform)',
      '! PBE0 6-311+G(2d,p) NMR TightSCF CPCM(chloroform)',
      '! wB97X-D3 6-311+G(2d,p) NMR TightSCF CPCM(chloroform)',
      '! wB97X-D3 6-311+G(2d,p) NMR TightSCF CPCM(chloroform)',
    ].map(line => line.slice(2)),
  )

  orca.failOn()
  const failed = jobsOf(engine.state, run()).filter(({ key }) => key.includes('PBE0'))
  orThrow(await engine.send({ type: 'jobs.resubmit', jobs: failed.map(({ id }) => id), fix: null }))
  await eventually(() => shown().completed).toBe(4)
  await eventually(() => run().phase.is).toBe('ended')
  expect(orca.calls()).toHaveLength(8)
  expect(run().plan_version).toBe(3)
  // Its factors are those of ORCA, and of no other program.
  expect(factorFiles(knownOf(engine.state, run())).map(({ file: { program, level } }) => [program, level])).toEqual([
    ['orca', 'wB97X-D3/6-311+G(2d,p)'],
    ['orca', 'PBE0/6-311+G(2d,p)'],
  ])
}, 300_000)
