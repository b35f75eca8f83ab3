import { expect, test } from 'vitest'
import { campaignLines } from '../../electron/cli/campaign-text.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { orThrow } from '../../shared/result.ts'
import { showRun } from '../../shared/show/run.ts'
import { delta50Set, resolveCampaign, workflows } from '../../shared/workflows/index.ts'
import { fakeRun, ref } from '../shared/workflows/fake-run.ts'

test('what is lost stands among the failed of its level, as in status.json', () => {
  const { params } = orThrow(
    resolveCampaign({ molecules: '2,3,7', solvents: 'chcl3', levels: 'HF', geometry: 'given' }, delta50Set, {
      machine: localMachine,
      resources: { ranks: 1, memory_mb: 2000, seconds: 3600 },
      refOf: text => ref(text.slice(0, 40)),
    }),
  )
  const run = fakeRun(workflows.campaign, params as never)
  run.plan()
  const [one = '', two = '', three = ''] = run.keys()
  run.complete(one, {})
  run.end(two, 'failed')
  run.end(three, 'lost')
  const shown = showRun(run.state(), run.run())
  expect(shown.failed).toBe(2)
  expect(campaignLines(shown).join('\n')).toMatch(/^HF\/6-311\+G\(2d,p\) in chcl3 +1\/3 +0 +2$/m)
})
