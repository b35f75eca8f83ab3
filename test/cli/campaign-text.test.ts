import { expect, test } from 'vitest'
import { campaignLines } from '../../electron/cli/campaign-text.ts'
import { showRun } from '../../shared/show/run.ts'
import { ref, shieldings } from '../shared/workflows/fake-run.ts'
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

test('of so few signals that no line can be fitted it says so', () => {
  const run = plannedCampaign({ molecules: '5', solvents: 'chcl3', levels: 'HF', geometry: 'given' })
  const [key = ''] = run.keys()
  const elements = ['C', 'C', 'N', 'H', 'H', 'H']
  run.complete(key, { geometry: ref('g'), shieldings: shieldings(elements, [60, 180, 0, 30, 30, 30]) })
  expect(campaignLines(showRun(run.state(), run.run())).join('\n')).toMatch(
    /^no line can be fitted: 1H at HF\/6-311\+G\(2d,p\) in chcl3 \(n = 1\)/m,
  )
})
