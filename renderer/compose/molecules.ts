import { formatOf, type StructureFormat } from '../../shared/nmr/parse-structure.ts'
import type { Stereoisomers } from '../../shared/nmr/stereoisomers.ts'
import { ALL_ISOMERS, type Draft, type DraftFile } from './draft.ts'

/** A molecule that a run is wanted of. */
export interface DraftMolecule {
  /** As `larmor nmr` is given it: a SMILES, or the file's name. */
  readonly input: string
  readonly format: StructureFormat
  readonly text: string
  /** Null: the input. */
  readonly name: string | null
}

/** Lines of the field, then the dropped structures, in order; each once. */
export function moleculesOf({
  smiles,
  files,
}: {
  readonly smiles: string
  readonly files: Draft['files']
}): readonly DraftMolecule[] {
  const lines = smiles
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(Boolean)
    .map((line): DraftMolecule => {
      const [text = '', ...name] = line.split(/\s+/)
      return { input: text, format: 'smiles', text, name: name.length > 0 ? name.join(' ') : null }
    })
  const dropped = files.flatMap((file): DraftMolecule[] => {
    const format = formatOf(file.name)
    return format === null ? [] : [{ input: file.name, format, text: file.text, name: null }]
  })
  const seen = new Set<string>()
  return [...lines, ...dropped].filter(({ input, text }) => {
    const key = `${input}\n${text}`
    return seen.has(key) ? false : Boolean(seen.add(key))
  })
}

/** Files that are no structures: inputs that are run as they are. */
export function inputsOf({ files }: Pick<Draft, 'files'>): readonly DraftFile[] {
  return files.filter(file => formatOf(file.name) === null)
}

/** What a person has still to say about the stereochemistry of a SMILES, or what follows from what they said. */
export type StereoChoice =
  | { readonly is: 'settled'; readonly molecules: readonly DraftMolecule[] }
  | { readonly is: 'open'; readonly found: Stereoisomers }

/**
 * One run for each isomer that was chosen: they are candidates, never one average. Where only mirror images are possible
 * one is enough, and nothing is asked.
 */
export function settleStereo(molecule: DraftMolecule, found: Stereoisomers, chosen: string | undefined): StereoChoice {
  if (found.open.length === 0) return { is: 'settled', molecules: [molecule] }
  const of = (isomer: { readonly smiles: string; readonly label: string }): DraftMolecule => ({
    input: isomer.smiles,
    format: 'smiles',
    text: isomer.smiles,
    name: `${molecule.name ?? molecule.input} (${isomer.label})`,
  })
  const { candidates, mirrors } = found
  if (candidates.length === 1 && candidates[0]) return { is: 'settled', molecules: [of(candidates[0])] }
  if (chosen === ALL_ISOMERS) return { is: 'settled', molecules: candidates.map(of) }
  const one = [...candidates, ...mirrors].find(({ smiles }) => smiles === chosen)
  return one ? { is: 'settled', molecules: [of(one)] } : { is: 'open', found }
}
