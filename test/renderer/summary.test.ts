import { expect, test } from 'vitest'
import { summarize } from '../../renderer/runs/summary.ts'
import { plannedCampaign } from '../shared/workflows/planned-campaign.ts'

test('a campaign in a list: its calculations as they stand in its matrix, each counted once', () => {
  const run = plannedCampaign({ molecules: '2,3,7,5', solvents: 'chcl3', levels: 'HF', geometry: 'given' })
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
