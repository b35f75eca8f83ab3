import { perceiveBonds } from '../nmr/bonds.ts'
import type { Bond, Molecule } from '../nmr/molecule.ts'
import { FaultError } from '../result.ts'
import type { ShownShift } from '../workflows/index.ts'
import type { Structure } from './structures.ts'

/** What the counts line of a V2000 molfile holds. */
const MOST = 999

/**
 * Structures as an SDF (V2000); each atom says by its valence that it has no other bonds. Bonds are those of the `molecule`
 * where the distances show the same ones, else by the distances alone, which tell no N-oxide or azide from a radical. Data
 * items: name, state, energies, population, charge, and of an ensemble the averaged shifts with each conformer that counts,
 * a signal a line: atoms, nucleus, shift (`-` without a reference), shielding. A FaultError for more than 999 atoms.
 * Format: CTfile Formats, BIOVIA 2020. RDKit 2022.09 read the molecules of 19 SMILES from it as they were meant, Open Babel
 * 3.1 an ensemble.
 */
export function structuresSdf(
  structures: readonly Structure[],
  about: {
    readonly title: string
    readonly charge: number | null
    readonly shifts: readonly ShownShift[]
    /** Of an ensemble, whose atoms are those of the structures. */
    readonly molecule: Molecule | null
  },
): string {
  const shifts = about.shifts.map(({ atoms, nucleus, delta_ppm, sigma_ppm }) =>
    [atoms.join(','), nucleus, delta_ppm?.toFixed(3) ?? '-', sigma_ppm.toFixed(3)].join(' '),
  )
  return structures
    .map(({ name, atoms, energy_hartree, conformer, ...own }) => {
      const charge = own.charge ?? about.charge
      const items: readonly (readonly [string, string | number | null | undefined])[] = [
        ['NAME', name],
        ['STATE', conformer?.state],
        ['ENERGY_HARTREE', energy_hartree],
        ['RELATIVE_KCAL_MOL', conformer?.relative_kcal_mol?.toFixed(4)],
        ['POPULATION', conformer?.weight?.toFixed(6)],
        ['CHARGE', charge],
        ['SHIFTS_PPM', conformer?.weight == null ? null : shifts.join('\n') || null],
      ]
      const data = items.flatMap(([item, value]) => (value == null ? [] : [`> <${item}>`, String(value), '']))
      return [...molfileLines(`${about.title} ${name}`, atoms, charge, about.molecule), ...data, '$$$$', ''].join('\n')
    })
    .join('')
}

function molfileLines(
  title: string,
  atoms: Structure['atoms'],
  charge: number | null,
  known: Molecule | null,
): readonly string[] {
  const seen = perceiveBonds(
    atoms.map(([element]) => element),
    atoms.map(([, x, y, z]) => [x, y, z] as const),
  )
  const molecule = known && sameBonds(known, seen) ? known : seen
  if (atoms.length > MOST || molecule.bonds.length > MOST) {
    const message = `An SDF file holds at most ${MOST} atoms and bonds, the structure has ${atoms.length} atoms.`
    throw new FaultError({ code: 'bad-input', field: 'format', message, hint: 'Use --format xyz.' })
  }
  const valences = valencesOf(molecule)
  const charges = atoms.map(([element], i) => CHARGES[element]?.[valences[i] ?? 0] ?? 0)
  // A charge that the bonds do not tell is on no atom that could be named; one that nobody tells is none.
  const told = charges.reduce((sum, each) => sum + each, 0) === (charge ?? 0)
  const charged = told ? charges.flatMap((each, i) => (each === 0 ? [] : [[i + 1, each] as const])) : []
  return [
    title
      .replaceAll(/[^\x20-\x7e]/g, '?')
      .replace(/^\$\$\$\$/, '????')
      .slice(0, 80),
    '  Larmor            3D',
    '',
    `${right(atoms.length, 3)}${right(molecule.bonds.length, 3)}  0  0  0  0  0  0  0  0999 V2000`,
    ...atoms.map(
      ([element, ...at], i) =>
        `${at.map(each => right(each.toFixed(4), 10)).join('')} ${element.padEnd(3)} 0  0  0  0  0${right(valences[i] || NO_BONDS, 3)}  0  0  0  0  0  0`,
    ),
    ...molecule.bonds.map(({ a, b, order }) => `${right(a + 1, 3)}${right(b + 1, 3)}${right(order, 3)}  0`),
    ...charged.map(([atom, each]) => `M  CHG  1 ${right(atom, 3)} ${right(each, 3)}`),
    'M  END',
  ]
}

/** Whether the same atoms are bound, whatever the orders. */
function sameBonds(one: Molecule, other: Molecule): boolean {
  const name = ({ a, b }: Bond) => `${Math.min(a, b)}-${Math.max(a, b)}`
  const names = new Set(one.bonds.map(name))
  return names.size === other.bonds.length && other.bonds.every(bond => names.has(name(bond)))
}

/** By how many bonds an atom has: what the usual cations and anions of organic chemistry differ in. */
const CHARGES: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  B: { 4: -1 },
  C: { 3: -1 },
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

/** How the valence field writes that an atom has no bond; 0 leaves it open, and readers add hydrogens. */
const NO_BONDS = 15

/** The sum of the bond orders of each atom. */
function valencesOf({ elements, bonds }: Molecule): readonly number[] {
  const orders = elements.map(() => 0)
  for (const { a, b, order } of bonds) for (const atom of [a, b]) orders[atom] = (orders[atom] ?? 0) + order
  return orders
}

function right(value: number | string, width: number): string {
  return String(value).padStart(width)
}
