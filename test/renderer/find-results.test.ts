import { expect, test } from 'vitest'
import { resultsOf } from '../../renderer/results/find-results.ts'
import { summarize } from '../../renderer/runs/summary.ts'
import type { RunId } from '../../shared/ids.ts'
import { scriptedEngine } from '../serve/scripted-engine.ts'
import { batchScript } from './batch-script.ts'

test('what is contradicted is no more finished in the list of results than in the queue, archived or not', async () => {
  const engine = scriptedEngine()
  const batch = batchScript(engine, { id: 'rended', name: 'ended', keys: ['good', 'doubtful', 'bad'] })
  batch.start()
  batch.queues(...batch.keys)
  batch.runs(...batch.keys)
  batch.completes('good')
  // It converged, and its exit code says otherwise.
  batch.ends('doubtful', 'optimisation-converged-at-second-try', { exit: 1 })
  batch.ends('bad', 'scf-not-converged', { exit: 1 })
  engine.happen({ type: 'run.ended', run: batch.run, outcome: 'completed', reason: null })

  const counts = {
    complete: 1,
    total: 3,
    short: [
      { word: 'to check', n: 1 },
      { word: 'failed', n: 1 },
    ],
  }
  expect(summarize(engine.state())).toMatchObject([counts])
  expect(resultsOf(engine.state(), [])).toMatchObject([{ id: 'rended', counts }])
  engine.shelve('rended' as RunId)
  const archived = await engine.archivedRuns()
  expect(resultsOf(engine.state(), archived.ok ? archived.value : [])).toMatchObject([{ id: 'rended', counts }])
})
