import { afterAll, beforeAll, expect, test } from 'vitest'
import { refOf } from '../../electron/engine/store/content-ref.ts'
import type { Json, RunId } from '../../shared/ids.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import { knownOf } from '../../shared/model/known.ts'
import { get, values } from '../../shared/model/table.ts'
import { programOf } from '../../shared/programs/index.ts'
import { orThrow } from '../../shared/result.ts'
import { resolveNmr, workflowOf } from '../../shared/workflows/index.ts'
import { type Cluster, machineOf, startCluster } from '../testbed/cluster.ts'
import { type InProcess, startInProcess } from './in-process.ts'

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

/** The whole way: conformers here, optimisation and shieldings by the real NWChem in the real Slurm, shifts here. */
test('an ensemble is computed on a cluster, over one connection', async () => {
  const machine = machineOf(cluster, { poll_s: 5 })
  orThrow(await larmor.engine.send({ type: 'machine.set', machine }))
  const args = {
    input: 'CO',
    xc: 'B3LYP',
    basis: 'STO-3G',
    solvent: 'gas',
    reference: 'none' as const,
    max_conformers: 1,
  }
  const structure = { format: 'smiles', text: 'CO' } as const
  const { name, params, texts } = orThrow(
    resolveNmr({ ...args, ranks: 1, memory_mb: 600 }, structure, { machine, refOf }),
  )
  for (const text of texts) orThrow(await larmor.engine.put(text))
  const run = 'rensemble' as RunId
  orThrow(
    await larmor.engine.send({
      type: 'run.start',
      run,
      name,
      workflow: 'nmr',
      params: params as unknown as Json,
      machine: machine.name,
    }),
  )
  await larmor.ended(run)

  const { state } = larmor.engine
  const jobs = [...values(state.jobs)]
  expect(jobs.map(job => lastAttempt(job).outcome)).toEqual(jobs.map(() => 'completed'))
  expect(jobs.length).toBeGreaterThanOrEqual(2)
  for (const job of jobs) {
    expect(programOf(job.program).id).toBe('nwchem')
    expect(cluster.completed()[lastAttempt(job).label]).toBe(1)
  }
  const ended = get(state.runs, run)
  expect(ended?.phase).toMatchObject({ is: 'ended', outcome: 'completed' })
  const logins = cluster.log().match(/Accepted publickey/g)
  expect(logins).toHaveLength(1)
  if (!ended) return
  const shown = workflowOf('nmr').show(knownOf(state, ended) as never) as unknown as {
    readonly shifts: readonly { readonly nucleus: string }[]
  }
  expect(new Set(shown.shifts.map(({ nucleus }) => nucleus))).toEqual(new Set(['1H', '13C']))
})
