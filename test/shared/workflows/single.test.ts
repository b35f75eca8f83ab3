import { expect, test } from 'vitest'
import type { Json, MachineName } from '../../../shared/ids.ts'
import type { JobSpec } from '../../../shared/model/job.ts'
import { workflowOf, workflows } from '../../../shared/workflows/index.ts'
import { fakeRun } from './fake-run.ts'

function start(...keys: readonly string[]) {
  const jobs = keys.map(
    (key): JobSpec => ({
      key,
      machine: 'local' as MachineName,
      program: 'command',
      input: {},
      resources: { ranks: 1, memory_mb: 100, seconds: 60 },
    }),
  )
  return fakeRun(workflows.single, { jobs } as unknown as Json)
}

test('one job for each file, at once', () => {
  const run = start('a.nw', 'b.nw')
  expect(run.plan().jobs.map(({ key }) => key)).toEqual(['a.nw', 'b.nw'])
  expect(run.plan().steps).toEqual([{ label: 'jobs', weight: 2, done: 0, settled: 0, total: 2 }])
})

test('completed once all have settled and one completed; a failed one is settled and not done', () => {
  const run = start('a.nw', 'b.nw')
  run.plan()
  run.end('a.nw', 'failed')
  expect(run.plan().end).toBeUndefined()
  run.complete('b.nw', { energy_hartree: -1 })
  expect(run.plan()).toMatchObject({ end: { outcome: 'completed' }, steps: [{ done: 1, settled: 2, total: 2 }] })
})

test('failed when none completed, with a word for a single one', () => {
  const run = start('a.nw')
  run.plan()
  run.end('a.nw', 'timeout')
  expect(run.plan().end).toEqual({ outcome: 'failed', reason: 'the job is timeout' })
  run.retry('a.nw')
  expect(run.plan()).toMatchObject({ version: 2 })
  expect(run.plan().end).toBeUndefined()
  run.end('a.nw', 'failed', 'no memory')
  expect(run.plan().end).toEqual({ outcome: 'failed', reason: 'no memory' })
})

test('another name is no workflow', () => {
  expect(() => workflowOf('toString')).toThrow('there is no workflow "toString"')
})
