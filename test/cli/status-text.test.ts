import { expect, test } from 'vitest'
import { statusText } from '../../electron/cli/status-text.ts'
import { statusOf } from '../../shared/show/status.ts'
import { oneMoleculeCampaign } from '../shared/workflows/planned-campaign.ts'

const AT = '2026-01-02T14:03:00.000Z'

test('when a run will be done is told while its machine answers, and of no figure that is stale', () => {
  const fake = oneMoleculeCampaign()
  const run = {
    ...statusOf(fake.state(), fake.run()),
    eta: { low_s: 1200, median_s: 3000, high_s: 4500, finish_low: AT, finish_median: AT, finish_high: AT },
    waits_for: null,
    begun: true,
  }
  const said = (confidence: 'live' | 'stale' | 'stalled') =>
    statusText(
      {
        engine: 'alive',
        engine_elsewhere: null,
        as_of: AT,
        troubles: [],
        runs: [
          {
            ...run,
            confidence,
            stale_since: confidence === 'stale' ? AT : null,
            all_stalled: confidence === 'stalled',
          },
        ],
      },
      new Date(AT),
    )
  expect(said('live')).toMatch(/ running /)
  expect(said('stalled')).toMatch(/ stalled +0 % +stalled /)
  expect(said('live')).toContain('20 min to 1 h 15 (8 of 10 times), about 2026-01-02 14:03 UTC')
  expect(said('stale')).not.toContain('8 of 10 times')
  expect(said('stale')).toContain('is not reachable since 2026-01-02 14:03 UTC')
})
