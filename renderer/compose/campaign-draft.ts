import { type SetFile, usualLevels } from '../../shared/workflows/index.ts'
import { cell, useCell } from '../cell.ts'
import type { ResourceDraft } from './resources.ts'
import { forgetSaved, readSaved, saveDraft } from './saved-draft.ts'

/** A person's own set: the files of a folder. */
export interface OwnFolder {
  readonly name: string
  readonly files: readonly SetFile[]
}

/** What stands in the form of a campaign, as typed. */
export interface CampaignDraft extends ResourceDraft {
  readonly set: 'delta50' | 'own'
  readonly folder: OwnFolder | null
  readonly which: 'pilot' | 'all' | 'named'
  readonly pilot: string
  /** Names with commas between. */
  readonly molecules: string
  /** FUNCTIONAL or FUNCTIONAL/BASIS, with commas between. */
  readonly levels: string
  readonly solvents: readonly string[]
  readonly program: string
  readonly geometry: string
  readonly order: string
  /** Empty: a tenth of the molecules. */
  readonly max_failures: string
  readonly name: string
}

/** As `larmor campaign start delta50 --pilot 5`: to begin with the whole set is seldom wise. */
export const EMPTY: CampaignDraft = {
  ...usualLevels.nwchem,
  set: 'delta50',
  folder: null,
  which: 'pilot',
  pilot: '5',
  molecules: '',
  solvents: ['cdcl3', 'dmso'],
  program: 'nwchem',
  order: 'interleaved',
  max_failures: '',
  name: '',
  machine: 'local',
  ranks: '1',
  memory: '',
  time: '24:00',
}

/** Another program; levels that nobody has changed become its usual ones, as in the terminal. */
export function withProgram({ levels, geometry }: CampaignDraft, program: string): Partial<CampaignDraft> {
  const all = Object.entries(usualLevels)
  const usual = all.find(([id]) => id === program)?.[1]
  return {
    program,
    ...(usual && all.some(([, of]) => of.levels === levels) ? { levels: usual.levels } : {}),
    ...(usual && all.some(([, of]) => of.geometry === geometry) ? { geometry: usual.geometry } : {}),
  }
}

const SAVED = 'larmor.campaign-draft'
const draft = cell<CampaignDraft>(readSaved(SAVED, EMPTY))

/** For another day. */
export function saveCampaignDraft(): void {
  saveDraft(SAVED, draft.get())
}

/** After a start: the next one begins as this one did, but what was saved has done its duty. */
export function forgetCampaignDraft(): void {
  forgetSaved(SAVED)
}

export function useCampaignDraft(): readonly [CampaignDraft, (part: Partial<CampaignDraft>) => void] {
  return [useCell(draft), part => draft.set({ ...draft.get(), ...part })]
}

/** A folder of one's own that was dropped on the window: all of its molecules. */
export function chooseFolder(folder: OwnFolder): void {
  draft.set({ ...draft.get(), set: 'own', which: 'all', folder })
}
