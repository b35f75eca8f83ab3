import { expect, test } from 'vitest'
import type { RunId } from '../../../shared/ids.ts'
import { knownOf } from '../../../shared/model/known.ts'
import { localMachine } from '../../../shared/model/machine.ts'
import { remainingOf } from '../../../shared/progress/eta.ts'
import { orThrow } from '../../../shared/result.ts'
import { delta50Set, resolveCampaign, workflows } from '../../../shared/workflows/index.ts'
import { fakeRun, ref } from '../workflows/fake-run.ts'

/** Four calculations on given geometries, on a cluster where such ones took ten minutes after so long in its queue. */
function remaining(scheduler: string, max_jobs: number | null, { waited_s = 3600, completed = 0 } = {}) {
  const machine = { ...localMachine, settings: { ...localMachine.settings, scheduler, max_jobs } }
  const { params } = orThrow(
    resolveCampaign({ molecules: '5,3,6,7', levels: 'HF/STO-3G', solvents: 'chcl3', geometry: 'given' }, delta50Set, {
      machine,
      resources: { ranks: 1, memory_mb: 2000, seconds: 3600 },
      refOf: text => ref(text.slice(0, 20)),
    }),
  )
  const run = fakeRun(workflows.campaign, params as never)
  const plan = run.plan()
  for (const { key } of plan.jobs.slice(0, completed)) run.complete(key, { shieldings: [] })
  const known = knownOf(run.state(), run.run())
  const times = plan.units
    .slice(0, 4)
    .flatMap(({ work }) =>
      [1, 2].flatMap(n => (work ? [{ ...work, molecule: `${work.molecule}-${n}`, seconds: 600 }] : [])),
    )
  const remembered = times.map(each => ({ ...each, run: 'rbefore' as RunId, waited_s, bytes: 1000 }))
  return remainingOf(plan, known, machine, '2026-01-01T00:00:00.000Z', remembered)
}

test('when a run is done is told with its waits in the queue, one place after the other; computing is told apart', () => {
  const unlimited = remaining('slurm', null)
  expect(unlimited.computing_s).toBeGreaterThan(2000)
  expect(unlimited.computing_s).toBeLessThan(2800)
  // One wait, side by side.
  expect(unlimited.eta?.median_s).toBeGreaterThan(3600)
  expect(unlimited.eta?.median_s).toBeLessThan(3600 + 1400)
  // With one place all four wait.
  expect(remaining('slurm', 1).eta?.median_s).toBeGreaterThan(4 * 3600)
  // Without a scheduler a job waits for others of Larmor's alone, one after the other where its cores are not known.
  const { eta } = remaining('direct', null)
  expect(eta?.median_s).toBeGreaterThan(2000)
  expect(eta?.median_s).toBeLessThan(2800)
})

test('how many compute side by side on a cluster is what its limit says, until one has ended; then what was seen', () => {
  const about = { waited_s: 10 }
  expect(remaining('slurm', 2, about).eta?.median_s).toBeGreaterThan(2 * 500)
  expect(remaining('slurm', 2, about).eta?.median_s).toBeLessThan(2 * 800)
  // One has ended, and none beside it: the three follow each other.
  expect(remaining('slurm', 2, { ...about, completed: 1 }).eta?.median_s).toBeGreaterThan(3 * 500)
})
