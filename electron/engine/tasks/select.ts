import { changedBonds } from '../../../shared/nmr/bonds.ts'
import type { SelectInput, SelectResult } from '../../../shared/nmr/ensemble.ts'
import { type Geometry, graphOf } from '../../../shared/nmr/molecule.ts'
import { type MoleculeInfo, moleculeOf } from '../../../shared/nmr/molecule-info.ts'
import { changedElements, type StereoElement } from '../../../shared/nmr/stereo.ts'
import { type Constitution, constitutionOf } from '../../../shared/nmr/symmetry.ts'
import { parseXyz } from '../../../shared/nmr/xyz.ts'
import { orThrow } from '../../../shared/result.ts'
import { KCAL_PER_HARTREE } from '../../../shared/units.ts'
import { degeneracies, whichLikeness } from './ensemble-tools.ts'
import type { TaskContext } from './task.ts'

/** Two optimised conformers whose energies differ by more than this (kcal/mol) are not one. */
const SAME_ENERGY = 0.3

/** Which of the optimised conformers go on to the shieldings, and why the others do not. */
export function select(input: SelectInput, { read }: TaskContext): SelectResult {
  const molecule = moleculeOf(input.molecule)
  const of = constitutionOf(graphOf(molecule))
  const geometryOf = (text: string): Geometry => {
    const frame = orThrow(parseXyz(text))[0]
    if (!frame || frame.elements.join() !== molecule.elements.join()) {
      throw new Error('An optimised geometry does not have the atoms of the molecule.')
    }
    return frame.geometry
  }
  const sorted = input.conformers
    .map(({ id, start, geometry, energy_hartree }) => ({
      id,
      start: geometryOf(read(start)),
      geometry: geometryOf(read(geometry)),
      energy_kcal: energy_hartree * KCAL_PER_HARTREE,
    }))
    .sort((a, b) => a.energy_kcal - b.energy_kcal || (a.id < b.id ? -1 : 1))

  const kept: (typeof sorted)[number][] = []
  const filtered: { id: string; reason: string }[] = []
  for (const conformer of sorted) {
    const reason =
      whyAnotherCompound(of, input.molecule, conformer.start, conformer.geometry) ??
      whyNotNeeded(of, input, kept, conformer)
    if (reason === null) kept.push(conformer)
    else filtered.push({ id: conformer.id, reason })
  }
  const counts = degeneracies(
    of,
    kept.map(({ geometry }) => geometry),
  )
  return { kept: kept.map(({ id }, i) => ({ id, degeneracy: counts[i] ?? 1 })), filtered }
}

function whyAnotherCompound(of: Constitution, info: MoleculeInfo, before: Geometry, after: Geometry): string | null {
  const [bond] = changedBonds(of.graph, before, after)
  if (bond) return `changed in the optimisation: ${bond}`
  const changed = changedElements(of.elements, before, after).find(
    element => element.is === 'torsion' || info.stereocentres.includes(element.atom + 1),
  )
  return changed ? `changed in the optimisation: ${nameOf(info, changed)}` : null
}

function nameOf({ elements }: MoleculeInfo, element: StereoElement): string {
  const name = (atom: number) => `${elements[atom]}${atom + 1}`
  return element.is === 'centre'
    ? `stereocentre ${name(element.atom)} inverted`
    : `double bond ${name(element.a)}=${name(element.b)} turned`
}

function whyNotNeeded(
  of: Constitution,
  { molecule, window_kcal }: SelectInput,
  kept: readonly { readonly id: string; readonly geometry: Geometry; readonly energy_kcal: number }[],
  { geometry, energy_kcal }: { readonly geometry: Geometry; readonly energy_kcal: number },
): string | null {
  for (const other of kept) {
    if (energy_kcal - other.energy_kcal > SAME_ENERGY) continue
    const likeness = whichLikeness(of, molecule.own_mirror_image, other.geometry, geometry)
    if (likeness === 'same') return `duplicate of ${other.id}`
    if (likeness === 'mirror') return `mirror image of ${other.id}, whose weight stands for both`
  }
  const lowest = kept[0]
  const above = lowest ? energy_kcal - lowest.energy_kcal : 0
  return above > window_kcal ? `${above.toFixed(1)} kcal/mol above the lowest, window ${window_kcal} kcal/mol` : null
}
