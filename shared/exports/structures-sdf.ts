import { perceiveBonds } from '../nmr/bonds.ts'
import type { Molecule } from '../nmr/molecule.ts'
import type { ShownShift } from '../workflows/index.ts'
import type { Structure } from './structures.ts'

/**
 * Structures as an SDF (V2000), bonds by the distances. Data items: name, energies, population, and of an ensemble the
 * averaged shifts, a signal a line: atoms, nucleus, shift (`-` without a reference), shielding.
 * Format: CTfile Formats, BIOVIA 2020.
 */
export function structuresSdf(
  structures: readonly Structure[],
  about: { readonly title: string; readonly charge: number | null; readonly shifts: readonly ShownShift[] },
): string {
  const shifts = about.shifts.map(({ atoms, nucleus, delta_ppm, sigma_ppm }) =>
    [atoms.join(','), nucleus, delta_ppm?.toFixed(3) ?? '-', sigma_ppm.toFixed(3)].join(' '),
  )
  return structures
    .map(({ name, atoms, energy_hartree, conformer }) => {
      const items: readonly (readonly [string, string | number | null | undefined])[] = [
        ['NAME', name],
        ['ENERGY_HARTREE', energy_hartree],
        ['RELATIVE_KCAL_MOL', conformer?.relative_kcal_mol?.toFixed(4)],
        ['POPULATION', conformer?.weight?.toFixed(6)],
        ['SHIFTS_PPM', shifts.join('\n') || null],
      ]
      const data = items.flatMap(([item, value]) => (value == null ? [] : [`> <${item}>`, String(value), '']))
      return [...molfileLines(`${about.title} ${name}`, atoms, about.charge), ...data, '$$$$', ''].join('\n')
    })
    .join('')
}

function molfileLines(title: string, atoms: Structure['atoms'], charge: number | null): readonly string[] {
  const molecule = perceiveBonds(
    atoms.map(([element]) => element),
    atoms.map(([, x, y, z]) => [x, y, z] as const),
  )
  const charges = formalCharges(molecule)
  // A charge that the bonds do not tell is on no atom that could be named.
  const told = charge === null || charges.reduce((sum, each) => sum + each, 0) === charge
  const charged = told ? charges.flatMap((each, i) => (each === 0 ? [] : [[i + 1, each] as const])) : []
  return [
    title.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 80),
    '  Larmor            3D',
    '',
    `${right(atoms.length, 3)}${right(molecule.bonds.length, 3)}  0  0  0  0  0  0  0  0999 V2000`,
    ...atoms.map(
      ([element, ...at]) =>
        `${at.map(each => right(each.toFixed(4), 10)).join('')} ${element.padEnd(3)} 0  0  0  0  0  0  0  0  0  0  0  0`,
    ),
    ...molecule.bonds.map(({ a, b, order }) => `${right(a + 1, 3)}${right(b + 1, 3)}${right(order, 3)}  0`),
    ...charged.map(([atom, each]) => `M  CHG  1 ${right(atom, 3)} ${right(each, 3)}`),
    'M  END',
  ]
}

/** By how many bonds an atom has: what the usual cations and anions of organic chemistry differ in. */
const CHARGES: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  B: { 4: -1 },
  N: { 2: -1, 4: 1 },
  O: { 1: -1, 3: 1 },
  S: { 1: -1, 3: 1 },
  P: { 4: 1 },
  F: { 0: -1 },
  Cl: { 0: -1 },
  Br: { 0: -1 },
  I: { 0: -1 },
  Li: { 0: 1 },
  Na: { 0: 1 },
  K: { 0: 1 },
}

function formalCharges({ elements, bonds }: Molecule): readonly number[] {
  const orders = elements.map(() => 0)
  for (const { a, b, order } of bonds) for (const atom of [a, b]) orders[atom] = (orders[atom] ?? 0) + order
  return elements.map((element, atom) => CHARGES[element]?.[orders[atom] ?? 0] ?? 0)
}

function right(value: number | string, width: number): string {
  return String(value).padStart(width)
}
