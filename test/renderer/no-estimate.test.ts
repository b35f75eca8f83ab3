import { expect, test } from 'vitest'
import { noEstimateText } from '../../renderer/campaign/no-estimate.ts'

const open = (hold: null | 'paused' | 'stopping' | 'cancelling') => ({ phase: { is: 'open' as const, hold } })

test('why nothing is foretold: one that is held may have more than enough that is done', () => {
  expect(noEstimateText(open(null), false)).toContain('five comparable')
  expect(noEstimateText(open(null), true)).toContain('stale')
  expect(noEstimateText(open('paused'), false)).toBe('No estimate until it goes on.')
  expect(noEstimateText(open('stopping'), true)).toBe('No estimate: it is about to end.')
  expect(noEstimateText({ phase: { is: 'ended', outcome: 'stopped', reason: null, at: '' } }, false)).toBe('')
})
