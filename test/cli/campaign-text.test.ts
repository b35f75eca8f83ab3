import { expect, test } from 'vitest'
import { campaignLines } from '../../electron/cli/campaign-text.ts'
import { showRun } from '../../shared/show/run.ts'
import { plannedCampaign } from '../shared/workflows/planned-campaign.ts'

test('what is lost stands among the failed of its level, as in status.json', () => {
  const run = plannedCampaign({ molecules: '2,3,7', solvents: 'chcl3', levels: 'HF', geometry: 'given' })
  const [one = '', two = '', three = ''] = run.keys()
  run.complete(one, {})
  run.end(two, 'failed')
  run.end(three, 'lost')
  const shown = showRun(run.state(), run.run())
  expect(shown.failed).toBe(2)
  expect(campaignLines(shown).join('\n')).toMatch(/^HF\/6-311\+G\(2d,p\) in chcl3 +1\/3 +0 +2$/m)
})
