import { writeXyz } from '../programs/index.ts'
import type { Structure } from './structures.ts'

/** Structures as one multi-XYZ (angstrom); of conformers with energy and weight in the comment line. */
export function structuresXyz(structures: readonly Structure[]): string {
  return structures.map(structure => writeXyz(structure.atoms, commentOf(structure))).join('')
}

function commentOf({ name, energy_hartree, conformer }: Structure): string {
  if (conformer === null) return name
  const { weight } = conformer
  return [
    name,
    energy_hartree === null ? null : `energy=${energy_hartree} Eh`,
    weight === null ? null : `weight=${weight}`,
  ]
    .filter(Boolean)
    .join(' ')
}
