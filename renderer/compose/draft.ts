import { cell, useCell } from '../cell.ts'
import type { ResourceDraft } from './resources.ts'
import { forgetSaved, readSaved, saveDraft } from './saved-draft.ts'

/** A file as it was dropped or chosen, by its path from the dropped folder on. */
export interface DraftFile {
  readonly name: string
  readonly text: string
  /** Files that go along with an input into its job's folder. */
  readonly beside?: readonly { readonly name: string; readonly text: string }[]
}

/** What stands in the form, as typed: it stays when the screen is left, until a run was started from it. */
export interface Draft extends ResourceDraft {
  /** One SMILES in a line, with a name after it if wanted; null until something was typed. */
  readonly smiles: string | null
  readonly files: readonly DraftFile[]
  readonly name: string
  /** By SMILES: the isomer that was chosen, or all of different spectra. */
  readonly isomers: Readonly<Record<string, string>>
  readonly preset: string
  readonly program: string
  readonly xc: string
  readonly basis: string
  readonly solvent: string
  readonly nuclei: string
  readonly charge: string
  readonly temperature: string
  readonly max_conformers: string
  readonly ff_window: string
  readonly dft_window: string
  /** auto, published, tms, none, or the name of a factor file of an own campaign. */
  readonly reference: string
  readonly seed: string
  readonly one_job: boolean
  readonly generate: boolean
  /** Conformers are optimised and ranked by xtb first. */
  readonly pre: boolean
}

export const ALL_ISOMERS = 'all'

/** Empty fields are the defaults of `larmor nmr`. */
const EMPTY: Draft = {
  smiles: null,
  files: [],
  name: '',
  isomers: {},
  preset: 'draft',
  program: 'nwchem',
  xc: '',
  basis: '',
  solvent: 'cdcl3',
  nuclei: '1H,13C',
  charge: '',
  temperature: '298.15',
  max_conformers: '8',
  ff_window: '6',
  dft_window: '3',
  reference: 'auto',
  seed: '1',
  one_job: false,
  generate: false,
  pre: false,
  machine: 'local',
  ranks: '1',
  memory: '',
  time: '24:00',
}

const SAVED = 'larmor.draft'
const draft = cell<Draft>(readSaved(SAVED, EMPTY))

/** For another day. */
export function saveRunDraft(): void {
  saveDraft(SAVED, draft.get())
}

export function useDraft(): readonly [Draft, (part: Partial<Draft>) => void] {
  return [useCell(draft), setDraft]
}

export function setDraft(part: Partial<Draft>): void {
  draft.set({ ...draft.get(), ...part })
}

/** Files that are dropped or chosen, in the place of those of the same name. */
export function addFiles(files: readonly DraftFile[]): void {
  const before = draft.get()
  const kept = before.files.filter(old => !files.some(({ name }) => name === old.name))
  draft.set({ ...before, files: [...kept, ...files] })
}

const fileFault = cell<string | null>(null)

/** Why files could not be taken, until the next ones are. */
export function useFileFault(): string | null {
  return useCell(fileFault)
}

export function setFileFault(text: string | null): void {
  fileFault.set(text)
}

/** After a start: the method and the machine stay, the molecule goes. */
export function clearMolecules(): void {
  draft.set({ ...draft.get(), smiles: '', files: [], name: '', isomers: {}, charge: '' })
  forgetSaved(SAVED)
}
