import { describe, expect, test } from 'vitest'
import { energyText } from '../../../shared/show/energy.ts'
import { type Counts, stateText } from '../../../shared/show/status.ts'

const none = Object.fromEntries(
  ['planned', 'staged', 'submitting', 'queued', 'running', 'ended', 'fetched', 'parsed'].map(word => [word, 0]),
)
const counts = (some: Partial<Counts>) =>
  ({ ...none, completed: 0, failed: 0, timeout: 0, cancelled: 0, lost: 0, ...some }) as Counts

describe('the state of a run for a person', () => {
  test.each<[string, Partial<Counts>]>([
    ['completed', { completed: 7 }],
    ['completed, 6 failed', { completed: 1, failed: 6 }],
    ['completed, 3 failed, 1 lost, 2 cancelled', { completed: 1, failed: 2, timeout: 1, lost: 1, cancelled: 2 }],
  ])('%s', (text, some) => {
    expect(stateText('completed', counts(some))).toBe(text)
  })

  test('what is not called completed needs no number', () => {
    expect(stateText('failed', counts({ failed: 7 }))).toBe('failed')
    expect(stateText('running', counts({ failed: 1, running: 1 }))).toBe('running')
  })
})

test.each([
  [{ energy_hartree: -76.4, converged: true }, true, '-76.4 Eh'],
  [{ energy_hartree: -76.4, converged: null }, true, '-76.4 Eh'],
  [{ energy_hartree: -75.3, converged: false }, false, '-75.3 Eh (not converged)'],
  // A program that ends well though nothing converged.
  [{ energy_hartree: -75.3, converged: false }, true, '-75.3 Eh (not converged)'],
  [{ energy_hartree: -75.3, converged: null }, false, '-75.3 Eh (the last before it ended)'],
  [{ energy_hartree: null, converged: false }, false, null],
])('the energy of %j, completed: %s, is shown as %s', (result, completed, text) => {
  expect(energyText(result, completed)).toBe(text)
})
