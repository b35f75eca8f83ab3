import { expect, test } from 'vitest'
import { EMPTY, withProgram } from '../../renderer/compose/campaign-draft.ts'
import { planCampaignDraft } from '../../renderer/compose/plan-campaign.ts'
import { localMachine } from '../../shared/model/machine.ts'

test('with another program the form has the levels that the terminal would take; what a person typed stays', () => {
  const orca = { ...EMPTY, ...withProgram(EMPTY, 'orca') }
  expect(orca).toMatchObject({ program: 'orca', levels: 'B3LYP/G', geometry: 'B3LYP/G/6-31G*' })
  expect(planCampaignDraft(orca, localMachine, []).fault).toBeNull()
  expect({ ...orca, ...withProgram(orca, 'nwchem') }).toEqual(EMPTY)

  const typed = { ...EMPTY, levels: 'PBE0', geometry: 'given' }
  expect({ ...typed, ...withProgram(typed, 'orca') }).toEqual({ ...typed, program: 'orca' })
})
