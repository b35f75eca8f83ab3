import { expect, test } from 'vitest'
import { knownOf } from '../../../shared/model/known.ts'
import { localMachine } from '../../../shared/model/machine.ts'
import { delta50 } from '../../../shared/nmr/delta50.ts'
import { orThrow } from '../../../shared/result.ts'
import {
  type CampaignArguments,
  delta50Set,
  finishedTasks,
  resolveCampaign,
  statusFile,
  workflows,
} from '../../../shared/workflows/index.ts'
import { fakeRun, ref, shieldings } from './fake-run.ts'

/** What tools rely on, in runs/RUN/status.json; pid is the engine's. */
const KEYS = [
  'run_id',
  'started_at',
  'updated_at',
  'state',
  'total_tasks',
  'completed',
  'failed',
  'current_task',
  'failures',
  'estimated_remaining_hours',
  'avg_calc_time_seconds',
]
const NOW = '2026-01-01T01:00:00.000Z'

function campaign(args: CampaignArguments) {
  const { params } = orThrow(
    resolveCampaign(args, delta50Set, {
      machine: { ...localMachine, settings: { ...localMachine.settings, cores: 50 } },
      resources: { ranks: 1, memory_mb: 2000, seconds: 3600 },
      refOf: text => ref(text.slice(0, 40)),
    }),
  )
  const run = fakeRun(workflows.campaign, params as never)
  run.plan()
  const file = (remaining_s: number | null = null) =>
    statusFile(knownOf(run.state(), run.run()), { state: 'running', remaining_s, now: NOW })
  return { ...run, file }
}

test('status.json has the keys that tools rely on; null where something is not known', () => {
  const run = campaign({ molecules: '5,6', solvents: 'chcl3', levels: 'HF/STO-3G' })
  expect(Object.keys(run.file())).toEqual(expect.arrayContaining(KEYS))
  expect(run.file()).toMatchObject({
    run_id: run.run().id,
    started_at: run.run().started,
    updated_at: NOW,
    total_tasks: 2,
    completed: 0,
    failed: 0,
    current_task: null,
    failures: [],
    estimated_remaining_hours: null,
    avg_calc_time_seconds: null,
  })
  expect(run.file(5400)).toMatchObject({ estimated_remaining_hours: 1.5 })
})

test('its current task is the one that was started last, an optimisation by its own level', () => {
  const run = campaign({ molecules: '5,6', solvents: 'chcl3', levels: 'B3LYP,HF', geometry: 'B3LYP/6-31G*' })
  run.running('compound_06/opt_chcl3', '2026-01-01T00:10:00.000Z')
  run.running('compound_05/opt_chcl3', '2026-01-01T00:20:00.000Z')
  expect(run.file().current_task).toEqual({
    molecule_id: 'compound_05',
    functional: 'B3LYP/6-31G*',
    solvent: 'chcl3',
    started_at: '2026-01-01T00:20:00.000Z',
  })
  run.complete('compound_05/opt_chcl3', { geometry: ref('o') })
  run.plan()
  run.running('compound_05/HF-6-311+G(2d,p)_chcl3', '2026-01-01T00:30:00.000Z')
  run.running('compound_05/B3LYP-6-311+G(2d,p)_chcl3', '2026-01-01T00:25:00.000Z')
  expect(run.file().current_task).toMatchObject({ molecule_id: 'compound_05', functional: 'HF/6-311+G(2d,p)' })
  // What ended is no current task: the one before it is.
  run.complete('compound_05/HF-6-311+G(2d,p)_chcl3', { shieldings: shieldings(['C'], [1]) })
  expect(run.file()).toMatchObject({ completed: 1, current_task: { functional: 'B3LYP/6-311+G(2d,p)' } })
})

test('its failures are the last ten, the newest first, each with what, where, why and when', () => {
  const ids = delta50.molecules.slice(0, 12).map(({ id }) => id)
  const run = campaign({
    ...{ molecules: ids.join(','), levels: 'HF/STO-3G', solvents: 'chcl3', geometry: 'given', order: 'file' },
    max_failures: 20,
  })
  for (const [i, id] of ids.entries()) {
    const outcome = i === 3 ? 'timeout' : 'failed'
    run.end(`${id}/HF-STO-3G_chcl3`, outcome, 'the SCF did not converge', `2026-01-01T00:${10 + i}:00.000Z`)
  }
  const { failures, failed, current_task } = run.file()
  expect([failed, current_task]).toEqual([12, null])
  expect(failures).toHaveLength(10)
  expect(failures.map(({ molecule_id }) => molecule_id)).toEqual(ids.toReversed().slice(0, 10))
  expect(failures[0]).toEqual({
    molecule_id: ids.at(-1),
    functional: 'HF/STO-3G',
    solvent: 'chcl3',
    error: 'the SCF did not converge',
    timestamp: '2026-01-01T00:21:00.000Z',
  })
})

test('progress.jsonl tells of one that was lost and turns out to have completed both, each once', () => {
  const run = campaign({ molecules: '5', levels: 'HF/STO-3G', solvents: 'chcl3', geometry: 'given' })
  const key = 'compound_05/HF-STO-3G_chcl3'
  const told = () => finishedTasks(knownOf(run.state(), run.run())).map(({ id, line }) => [id, line.event])
  run.end(key, 'lost')
  const [lost] = told()
  run.complete(key, { shieldings: [] })
  const [completed] = told()
  expect([lost?.[1], completed?.[1]]).toEqual(['task_lost', 'task_completed'])
  expect(lost?.[0]).not.toBe(completed?.[0])
  expect(told()).toEqual([completed])
})
