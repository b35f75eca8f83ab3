import { expect, test } from 'vitest'
import { summarize } from '../../renderer/runs/summary.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { orThrow } from '../../shared/result.ts'
import { delta50Set, resolveCampaign, workflows } from '../../shared/workflows/index.ts'
import { fakeRun, ref } from '../shared/workflows/fake-run.ts'

test('a campaign in a list: its calculations as they stand in its matrix, each counted once', () => {
  const { params } = orThrow(
    resolveCampaign({ molecules: '2,3,7,5', solvents: 'chcl3', levels: 'HF', geometry: 'given' }, delta50Set, {
      machine: localMachine,
      resources: { ranks: 1, memory_mb: 2000, seconds: 3600 },
      refOf: text => ref(text.slice(0, 40)),
    }),
  )
  const run = fakeRun(workflows.campaign, params as never)
  run.plan()
  const [one = '', two = '', three = '', four = ''] = run.keys()
  run.complete(one, {})
  run.end(two, 'failed')
  run.end(three, 'lost')
  run.end(four, 'cancelled')
  const [summary] = summarize(run.state())
  expect(summary).toMatchObject({
    complete: 1,
    total: 4,
    counted: 'calculations',
    short: [
      { word: 'failed', n: 1 },
      { word: 'unknown', n: 1 },
      { word: 'stopped', n: 1 },
    ],
  })
})
