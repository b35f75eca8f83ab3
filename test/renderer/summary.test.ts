import { expect, test } from 'vitest'
import { summarize } from '../../renderer/runs/summary.ts'
import { scriptedEngine } from '../serve/scripted-engine.ts'
import { plannedCampaign } from '../shared/workflows/planned-campaign.ts'
import { nmrScript } from './nmr-script.ts'

test('an ensemble in a list: a conformer that a witness contradicts is none of the complete ones', () => {
  const engine = scriptedEngine()
  const script = nmrScript(engine, 'r1')
  script.start()
  script.found('c-one', 'c-two')
  for (const step of ['opt', 'nmr']) {
    if (step === 'nmr') script.selected()
    for (const id of ['c-one', 'c-two']) script.runs(`${id}/${step}`)
    script.completes(`c-one/${step}`)
    script.completes(`c-two/${step}`, step === 'nmr' ? 'Check: its exit status was 9' : null)
  }
  expect(summarize(engine.state())).toMatchObject([
    {
      status: { state: 'completed' },
      look: { word: 'Check' },
      complete: 1,
      total: 2,
      counted: 'conformers',
      short: [{ word: 'to check', n: 1 }],
    },
  ])
})

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
