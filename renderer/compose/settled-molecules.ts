import { useMemo } from 'react'
import type { Stereoisomers } from '../../shared/nmr/stereoisomers.ts'
import { useChemistry } from './chemistry.ts'
import type { Draft } from './draft.ts'
import { type DraftMolecule, settleStereo } from './molecules.ts'

export interface OpenStereo {
  readonly molecule: DraftMolecule
  readonly found: Stereoisomers
}

export interface SettledMolecules {
  readonly molecules: readonly DraftMolecule[]
  /** Those whose stereochemistry a person has something to say about, answered or not. */
  readonly open: readonly OpenStereo[]
  /** The worker has not answered yet. */
  readonly waits: boolean
}

/** The molecules that runs are wanted of, with their stereochemistry settled, and those of which it is open. */
export function useSettledMolecules(molecules: readonly DraftMolecule[], isomers: Draft['isomers']): SettledMolecules {
  const smiles = molecules.filter(({ format }) => format === 'smiles').map(({ text }) => text)
  const answers = useChemistry(smiles.length > 0 ? { is: 'stereo', smiles } : null)
  return useMemo(() => {
    const settled: DraftMolecule[] = []
    const open: OpenStereo[] = []
    const found = [...(Array.isArray(answers) ? answers : [])]
    for (const molecule of molecules) {
      const stereo = molecule.format === 'smiles' ? found.shift() : undefined
      // What does not parse is said by the check that follows.
      if (!stereo?.ok) settled.push(molecule)
      else {
        const choice = settleStereo(molecule, stereo.value, isomers[molecule.input])
        if (stereo.value.open.length > 0) open.push({ molecule, found: stereo.value })
        settled.push(...(choice.is === 'settled' ? choice.molecules : [molecule]))
      }
    }
    return {
      molecules: settled,
      open,
      waits: answers === undefined && molecules.some(each => each.format === 'smiles'),
    }
  }, [molecules, isomers, answers])
}
