import { expect, test } from 'vitest'
import { localMachine, type Machine } from '../../../shared/model/machine.ts'
import { type Looking, markOf, markText } from '../../../shared/show/mark.ts'
import { ref } from '../workflows/fake-run.ts'
import { oneMoleculeCampaign } from '../workflows/planned-campaign.ts'

const OPT = 'compound_05/opt_chcl3'
const SINCE = '2025-12-31T23:00:00.000Z'

function campaign(reach: Machine['reach'] = localMachine.reach) {
  const run = oneMoleculeCampaign()
  const mark = (looking?: Looking) => {
    const state = { ...run.state(), machines: { local: { ...localMachine, reach } } }
    return markOf(state, run.run(), looking)
  }
  return { ...run, mark }
}
/** Minutes after everything else. */
const later = (minutes: number) => ({ now: new Date(Date.parse('2026-01-01') + minutes * 60_000).toISOString() })

test('nothing that is a guess is live; a job that computes makes its figure an estimate', () => {
  const run = campaign()
  expect(run.mark()).toEqual({ confidence: 'live', stale_since: null })
  run.running(OPT)
  expect(run.mark(later(1)).confidence).toBe('estimated')
  run.complete(OPT, { geometry: ref('o') })
  expect(run.mark(later(1)).confidence).toBe('live')
})

test('a job that computes far longer than was predicted is stalled by the clock, though nothing happens', () => {
  const run = campaign()
  run.running(OPT)
  // Predicted are a few seconds: ten minutes are the least.
  expect(run.mark(later(9)).confidence).toBe('estimated')
  expect(run.mark(later(11)).confidence).toBe('stalled')
})

test('without an engine, without its machine or while this computer is held up it is stale, and since when', () => {
  const unreachable = campaign({ is: 'unreachable', since: SINCE, text: null, hint: null })
  expect(unreachable.mark()).toEqual({ confidence: 'stale', stale_since: SINCE })
  expect(markText(unreachable.mark(), () => '14:02')).toMatch(/^stale since 14:02: the machine does not answer/)
  const run = campaign()
  run.running(OPT)
  expect(run.mark({ engine: 'none', ...later(11) })).toEqual({
    confidence: 'stale',
    stale_since: '2026-01-01T00:00:00.000Z',
  })
  expect(run.mark({ heldUp: SINCE })).toEqual({ confidence: 'stale', stale_since: SINCE })
})

test('what became of a job that is lost, or went without a word, is unknown; what has ended is a fact', () => {
  const lost = campaign()
  lost.end(OPT, 'lost')
  expect(lost.mark().confidence).toBe('unknown')
  const ended = campaign({ is: 'unreachable', since: SINCE, text: null, hint: null })
  ended.happen({ type: 'run.ended', run: ended.run().id, outcome: 'completed', reason: null })
  expect(ended.mark({ engine: 'none' })).toEqual({ confidence: 'live', stale_since: null })
})
