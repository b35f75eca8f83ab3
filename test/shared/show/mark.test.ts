import { expect, test } from 'vitest'
import { localMachine, type Machine } from '../../../shared/model/machine.ts'
import { type Looking, markOf, markText, stateNow } from '../../../shared/show/mark.ts'
import { ref } from '../workflows/fake-run.ts'
import { oneMoleculeCampaign, plannedCampaign } from '../workflows/planned-campaign.ts'

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
  expect(run.mark()).toEqual({ confidence: 'live', stale_since: null, all_stalled: false })
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
  expect(run.mark(later(11))).toMatchObject({ confidence: 'stalled', all_stalled: true })
})

test('a run is said to be stalled where everything that runs of it is, and to run where one job is not', () => {
  const run = plannedCampaign({ molecules: '2,3', solvents: 'chcl3', levels: 'HF', geometry: 'given' })
  const [one = '', other = ''] = run.keys()
  const state = () => ({ ...run.state(), machines: { local: localMachine } })
  const said = (minutes: number) => stateNow('running', markOf(state(), run.run(), later(minutes)))
  run.running(one)
  run.running(other, later(10_000).now)
  expect(said(10_005)).toBe('running')
  expect(said(30_000)).toBe('stalled')
  run.complete(other, { shieldings: [] })
  expect(said(10_005)).toBe('stalled')
  expect(stateNow('stopping: 1 job is finished first', { all_stalled: true })).toBe('stopping: 1 job is finished first')
})

test('without an engine, without its machine or while this computer is held up it is stale, and since when', () => {
  const unreachable = campaign({ is: 'unreachable', since: SINCE, text: null, hint: null })
  expect(unreachable.mark()).toEqual({ confidence: 'stale', stale_since: SINCE, all_stalled: false })
  expect(markText(unreachable.mark(), () => '14:02')).toMatch(/^stale since 14:02: the machine does not answer/)
  const run = campaign()
  run.running(OPT)
  expect(run.mark({ engine: 'none', ...later(11) })).toEqual({
    confidence: 'stale',
    stale_since: '2026-01-01T00:00:00.000Z',
    all_stalled: false,
  })
  expect(run.mark({ heldUp: SINCE })).toMatchObject({ confidence: 'stale', stale_since: SINCE })
})

test('what became of a job that is lost, or went without a word, is unknown; what has ended is a fact', () => {
  const lost = campaign()
  lost.end(OPT, 'lost')
  expect(lost.mark().confidence).toBe('unknown')
  const ended = campaign({ is: 'unreachable', since: SINCE, text: null, hint: null })
  ended.happen({ type: 'run.ended', run: ended.run().id, outcome: 'completed', reason: null })
  expect(ended.mark({ engine: 'none' })).toMatchObject({ confidence: 'live', stale_since: null })
})
