import { expect, test } from 'vitest'
import { costsOf } from '../../renderer/compose/campaign-costs.ts'
import { EMPTY, withProgram } from '../../renderer/compose/campaign-draft.ts'
import { sideBySide } from '../../renderer/compose/finish.ts'
import { planCampaignDraft } from '../../renderer/compose/plan-campaign.ts'
import type { RunId } from '../../shared/ids.ts'
import { localMachine } from '../../shared/model/machine.ts'
import type { RememberedTime } from '../../shared/model/times.ts'

test('with another program the form has the levels that the terminal would take; what a person typed stays', () => {
  const orca = { ...EMPTY, ...withProgram(EMPTY, 'orca') }
  expect(orca).toMatchObject({ program: 'orca', levels: 'B3LYP/G', geometry: 'B3LYP/G/6-31G*' })
  expect(planCampaignDraft(orca, localMachine).fault).toBeNull()
  expect({ ...orca, ...withProgram(orca, 'nwchem') }).toEqual(EMPTY)

  const typed = { ...EMPTY, levels: 'PBE0', geometry: 'given' }
  expect({ ...typed, ...withProgram(typed, 'orca') }).toEqual({ ...typed, program: 'orca' })
})

test('when all of it would be done on a machine goes by what such jobs took there, and how many compute side by side', () => {
  const { params } = planCampaignDraft({ ...EMPTY, levels: 'HF/STO-3G', geometry: 'given' }, localMachine)
  if (params === null) throw new Error('the form is complete')
  const at = (name: string, cores: number, times: readonly RememberedTime[]) => {
    const machine = { ...localMachine, settings: { ...localMachine.settings, cores } }
    return { name, times, found: new Set<string>(), side: sideBySide(machine, 1) }
  }
  const took = Array.from({ length: 6 }, (_, i) => ({
    functions: 20 + 5 * i,
    terms: ['level:nwchem HF/STO-3G'],
    molecule: `m${i}`,
    seconds: 100,
    run: 'rbefore' as RunId,
    waited_s: null,
    bytes: 1000,
  }))
  const machines = [at('of-1', 1, took), at('of-4', 4, took), at('unknown', 4, [])]
  const { estimate, lengths } = costsOf({ params, machine: 'of-1', machines })
  expect(estimate).toMatch(/^10 calculations; computing: .* core minutes/)
  const [one, four] = [lengths.get('of-1')?.lasts, lengths.get('of-4')?.lasts]
  expect(one?.low_s).toBeLessThan(one?.high_s ?? 0)
  // Ten calculations: of four side by side some wait for the last.
  const ratio = (one?.median_s ?? 0) / (four?.median_s ?? 1)
  expect(ratio).toBeGreaterThan(2)
  expect(ratio).toBeLessThanOrEqual(4)
  expect(lengths.get('unknown')).toBeNull()
  expect(costsOf({ params, machine: 'unknown', machines }).estimate).toContain('unknown until the pilot')
})
