import { expect, test } from 'vitest'
import { createJobIndexer } from '../../renderer/queue/job-index.ts'
import { createRows, restText } from '../../renderer/queue/rows.ts'
import { changeView, queueView, setOpen } from '../../renderer/queue/selection.ts'
import type { ShownStanding } from '../../renderer/runs/standing.ts'
import { scriptedEngine } from '../serve/scripted-engine.ts'
import { batchScript } from './batch-script.ts'

test('a job that computes far too long is found among the stalled ones, and not among those that simply run', () => {
  const engine = scriptedEngine()
  const batch = batchScript(engine, { id: 'rlong', name: 'long', keys: ['quick', 'late'] })
  batch.start()
  batch.queues(...batch.keys)
  batch.runs(...batch.keys)
  const state = engine.state()
  const queue = { state, index: createJobIndexer()(state), stalled: new Set(['rlong.late']) }
  const rowsOf = createRows()
  const jobs = (standing: ShownStanding) =>
    rowsOf(queue, { ...queueView.get(), standing }).flatMap(row => (row.is === 'job' ? [row.job] : []))
  expect(jobs('stalled')).toEqual(['rlong.late'])
  expect(jobs('running')).toEqual(['rlong.quick'])
  expect(jobs('failed')).toEqual([])
  expect(restText(['rlong.quick', 'rlong.late'], queue)).toBe('2 more: 1 running, 1 stalled')
})

test('a filter shows what passes it of a run that was open before, too, until that is shut', () => {
  const engine = scriptedEngine()
  const batch = batchScript(engine, { id: 'ropen', name: 'open', keys: ['one', 'two'] })
  batch.start()
  batch.queues('one')
  const state = engine.state()
  const rowsOf = createRows()
  const jobs = () =>
    rowsOf({ state, index: createJobIndexer()(state), stalled: new Set() }, queueView.get()).flatMap(row =>
      row.is === 'job' ? [row.job] : [],
    )
  setOpen('ropen', true)
  expect(jobs()).toEqual(['ropen.one', 'ropen.two'])
  changeView({ standing: 'waiting' })
  expect(jobs()).toEqual(['ropen.one'])
  setOpen('ropen', false)
  expect(jobs()).toEqual([])
  changeView({ standing: null })
  expect(jobs()).toEqual([])
})
