import { refOf } from '../../electron/engine/store/content-ref.ts'
import { conformers } from '../../electron/engine/tasks/conformers.ts'
import type { Shielding } from '../../shared/model/job.ts'
import type { EnsembleResult } from '../../shared/nmr/ensemble.ts'
import type { ScriptedMolecule } from './nmr-script.ts'

const SMILES = 'CCOC(=O)[C@H](C)O'

/** Rough shieldings of its kinds of atoms, ppm, so that the signals lie where a chemist expects them. */
const NEAR: Readonly<Record<string, number>> = { C: 130, H: 28.5, O: 250 }

/**
 * Ethyl (S)-lactate with the conformers that the real task makes, and with made-up energies and shieldings that differ
 * from conformer to conformer: for what is looked at, not for what is computed.
 */
export function lactate(most: number): { readonly of: ScriptedMolecule; readonly ids: readonly string[] } {
  const texts = new Map<string, string>([[refOf(SMILES).sha256, SMILES]])
  const context = {
    read: (ref: { readonly sha256: string }) => texts.get(ref.sha256) ?? '',
    put: (text: string) => {
      texts.set(refOf(text).sha256, text)
      return refOf(text)
    },
  }
  const input = {
    structure: { format: 'smiles' as const, content: refOf(SMILES) },
    charge: 0,
    max_conformers: most,
    window_kcal: 12,
    seed: 1,
  }
  const { molecule, conformers: made } = conformers(input as never, context as never) as unknown as EnsembleResult
  const geometries = made.map(({ geometry }) => texts.get(geometry.sha256) ?? '')
  const at = (place: number) => place % geometries.length
  const wave = (place: number, atom: number) => Math.sin(1.7 * place + 2.3 * atom)
  return {
    ids: made.map(({ id }) => id),
    of: {
      smiles: SMILES,
      molecule,
      geometry: place => geometries[at(place)] ?? '',
      energy_hartree: place => -422.1 + 0.0004 * place + 0.00003 * place * place,
      shieldings: place =>
        molecule.elements.map((element, i): Shielding => {
          const group = molecule.classes.findIndex(({ atoms }) => atoms.includes(i + 1))
          const base = (NEAR[element] ?? 100) - (element === 'H' ? 0.45 * (group % 9) - 2 : 9 * (group % 7))
          const spread = element === 'H' ? 0.15 : 1.2
          return { atom: i + 1, element, sigma_ppm: base + spread * wave(place, group) }
        }),
    },
  }
}
