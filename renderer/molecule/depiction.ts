import { Molecule } from 'openchemlib'
import { atomicNumber } from '../../shared/nmr/elements.ts'
import type { MoleculeInfo } from '../../shared/nmr/molecule-info.ts'

/** A flat drawing: atoms with what is written at them, bonds between them. Lengths in bonds, y downwards. */
export interface Depiction {
  readonly atoms: readonly DrawnAtom[]
  readonly bonds: readonly DrawnBond[]
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
}

export interface DrawnAtom {
  readonly x: number
  readonly y: number
  /** Atoms of the molecule that it stands for, from 1: itself, and the hydrogens that are not drawn. */
  readonly atoms: readonly number[]
  readonly element: string
  /** `OH`, `NH2+`; empty for a plain carbon. */
  readonly label: string
  /** R or S where the drawing settles it. */
  readonly cip: string | null
  /** Where a number or letter beside it has most room: the middle of the widest gap between its bonds. */
  readonly aside: { readonly x: number; readonly y: number }
  /** A stereocentre that the drawing leaves open. */
  readonly open: boolean
}

export interface DrawnBond {
  readonly a: number
  readonly b: number
  readonly order: number
  readonly wedge: 'up' | 'down' | null
}

/** The drawing of a molecule with its hydrogens folded into their atoms; null where there is nothing to draw. */
export function depict(molecule: Molecule): Depiction | null {
  const copy = molecule.getCompactCopy()
  for (let atom = 0; atom < copy.getAllAtoms(); atom++) copy.setAtomMapNo(atom, atom + 1, false)
  const folded = foldHydrogens(copy)
  copy.removeExplicitHydrogens()
  copy.inventCoordinates()
  copy.ensureHelperArrays(Molecule.cHelperCIP)
  const places = [...Array(copy.getAllAtoms()).keys()]
  const bonds = [...Array(copy.getAllBonds()).keys()]
  if (places.length === 0) return null
  const unit = bonds.length > 0 ? copy.getAverageBondLength(true) || 1 : 1
  const atoms = places.map((place): DrawnAtom => {
    const own = copy.getAtomMapNo(place)
    const element = copy.getAtomLabel(place)
    const cip = copy.getAtomCIPParity(place)
    return {
      x: copy.getAtomX(place) / unit,
      y: copy.getAtomY(place) / unit,
      atoms: [own, ...(folded.get(own) ?? [])],
      element,
      label: labelOf(copy, place, element),
      aside: roomBeside(copy, place),
      cip: cip === Molecule.cAtomCIPParityRorM ? 'R' : cip === Molecule.cAtomCIPParitySorP ? 'S' : null,
      open: copy.getAtomParity(place) === Molecule.cAtomParityUnknown && element !== 'N',
    }
  })
  const margin = 0.9
  const [xs, ys] = [atoms.map(({ x }) => x), atoms.map(({ y }) => y)]
  const [left, top] = [Math.min(...xs) - margin, Math.min(...ys) - margin]
  return {
    atoms,
    bonds: bonds.map(bond => {
      const type = copy.getBondType(bond)
      const wedge = type === Molecule.cBondTypeUp ? 'up' : type === Molecule.cBondTypeDown ? 'down' : null
      return { a: copy.getBondAtom(0, bond), b: copy.getBondAtom(1, bond), order: copy.getBondOrder(bond), wedge }
    }),
    box: { x: left, y: top, width: Math.max(...xs) + margin - left, height: Math.max(...ys) + margin - top },
  }
}

function roomBeside(molecule: Molecule, atom: number): DrawnAtom['aside'] {
  const angles = Array.from({ length: molecule.getConnAtoms(atom) }, (_, i) => {
    const other = molecule.getConnAtom(atom, i)
    return Math.atan2(
      molecule.getAtomY(other) - molecule.getAtomY(atom),
      molecule.getAtomX(other) - molecule.getAtomX(atom),
    )
  }).sort((a, b) => a - b)
  let [middle, widest] = [-Math.PI / 4, 0]
  for (const [i, angle] of angles.entries()) {
    const next = i + 1 < angles.length ? (angles[i + 1] ?? 0) : (angles[0] ?? 0) + 2 * Math.PI
    if (next - angle > widest) [middle, widest] = [(angle + next) / 2, next - angle]
  }
  return { x: Math.cos(middle), y: Math.sin(middle) }
}

/** openchemlib's molecule of what a run knows of its own: elements and bonds, charges as the bonds ask for them. */
export function moleculeFrom({ elements, bonds }: Pick<MoleculeInfo, 'elements' | 'bonds'>): Molecule {
  const molecule = new Molecule(elements.length, bonds.length)
  for (const element of elements) molecule.addAtom(atomicNumber(element) || 6)
  for (const [a, b, order] of bonds) molecule.setBondOrder(molecule.addBond(a - 1, b - 1), order)
  molecule.ensureHelperArrays(Molecule.cHelperNeighbours)
  for (const [atom, element] of elements.entries()) {
    const usual = { N: 3, O: 2, B: 3 }[element]
    const bound = bonds.reduce((sum, [a, b, order]) => (a === atom + 1 || b === atom + 1 ? sum + order : sum), 0)
    if (usual !== undefined && bound > 0 && bound !== usual) {
      molecule.setAtomCharge(atom, element === 'B' ? usual - bound : bound - usual)
    }
  }
  return molecule
}

/** By heavy atom (its map number): the hydrogens on it. */
function foldHydrogens(molecule: Molecule): ReadonlyMap<number, readonly number[]> {
  const folded = new Map<number, number[]>()
  molecule.ensureHelperArrays(Molecule.cHelperNeighbours)
  for (let atom = 0; atom < molecule.getAllAtoms(); atom++) {
    if (molecule.getAtomicNo(atom) !== 1 || molecule.getAllConnAtoms(atom) !== 1) continue
    const heavy = molecule.getAtomMapNo(molecule.getConnAtom(atom, 0))
    folded.set(heavy, [...(folded.get(heavy) ?? []), molecule.getAtomMapNo(atom)])
  }
  return folded
}

function labelOf(molecule: Molecule, atom: number, element: string): string {
  const charge = molecule.getAtomCharge(atom)
  const lone = molecule.getAllConnAtoms(atom) === 0
  if (element === 'C' && charge === 0 && !lone) return ''
  const hydrogens = molecule.getAllHydrogens(atom)
  const h = hydrogens === 0 ? '' : hydrogens === 1 ? 'H' : `H${subscript(hydrogens)}`
  const sign = charge === 0 ? '' : charge === 1 ? '⁺' : charge === -1 ? '⁻' : charge > 0 ? `${charge}⁺` : `${-charge}⁻`
  return `${element}${h}${sign}`
}

function subscript(n: number): string {
  return String(n).replaceAll(/\d/g, digit => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)] ?? digit)
}
