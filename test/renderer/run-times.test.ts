import { expect, test } from 'vitest'
import { timesOfRun } from '../../renderer/queue/run-times.ts'
import { covered } from '../../renderer/queue/spans.ts'
import type { Run } from '../../shared/model/run.ts'
import { get } from '../../shared/model/table.ts'
import { scriptedEngine } from '../serve/scripted-engine.ts'
import { batchScript } from './batch-script.ts'

const MINUTE = 60_000

test('each moment is counted once', () => {
  expect(covered([])).toBe(0)
  expect(
    covered([
      [5, 9],
      [0, 3],
      [2, 4],
      [6, 7],
      [9, 9],
    ]),
  ).toBe(8)
})

test('the night between an end and its resubmission is neither waiting nor running', () => {
  const engine = scriptedEngine()
  const batch = batchScript(engine, { id: 'rtimes', name: 'times', keys: ['a', 'b'] })
  const pass = (minutes: number) => engine.setClock(new Date(engine.now() + minutes * MINUTE).toISOString())
  const times = () => {
    const run = get(engine.state().runs, 'rtimes') as Run
    const { waited, ran } = timesOfRun(engine.state(), run, engine.now())
    // Each event takes a second, too.
    return [waited, ran].map(each => each && Math.round(each / MINUTE))
  }
  batch.start()
  pass(1)
  batch.queues('a', 'b')
  pass(4)
  expect(times()).toEqual([5, null])
  batch.runs('a')
  pass(10)
  batch.runs('b')
  batch.completes('a')
  pass(10)
  batch.ends('b', 'scf-not-converged', { exit: 1 })
  expect(times()).toEqual([5, 20])
  pass(600)
  expect(times()).toEqual([5, 20])
  const again = { job: 'rtimes.b' as never, attempt: 2, label: 'rtimes.b.2' as never }
  const { input, resources } = get(engine.state().jobs, 'rtimes.b')?.attempts[0] ?? expect.fail('no job')
  batch.happen({ type: 'attempt.added', run: batch.run, ...again, fix: 'none', input, resources })
  batch.queues('b')
  pass(3)
  batch.runs('b')
  pass(7)
  expect(times()).toEqual([8, 27])
})
