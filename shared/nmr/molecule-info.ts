import { isOwnMirrorImage } from './compare-conformers.ts'
import type { Geometry, Graph, Molecule } from './molecule.ts'
import { graphOf } from './molecule.ts'
import { type Constitution, constitutionOf, oneMapping } from './symmetry.ts'
import { mirrored } from './vectors.ts'

/** What a run knows of its molecule, small enough for the state. Atoms are counted from 1, in the order of the input. */
export type MoleculeInfo = {
  readonly elements: readonly string[]
  /** Two atoms and the bond's order (one Kekule form). */
  readonly bonds: readonly (readonly [a: number, b: number, order: number])[]
  readonly charge: number
  /** Groups of atoms that one signal stands for. */
  readonly classes: readonly AtomClass[]
  /** Atoms with four different neighbours (three for S and P). */
  readonly stereocentres: readonly number[]
  /** Whether the mirror image of a conformer is a conformer of the same compound. */
  readonly own_mirror_image: boolean
}

export type AtomClass = {
  readonly element: string
  readonly atoms: readonly number[]
  /** Whether a continuum model without exchange and relativity can be compared with an experiment here. */
  readonly comparable: boolean
  /** Why not; null where it is. */
  readonly why: string | null
}

/** The molecule's info; `geometry` tells its stereoisomer. */
export function describeMolecule(molecule: Molecule, geometry: Geometry, charge: number): MoleculeInfo {
  const graph = graphOf(molecule)
  const of = constitutionOf(graph)
  const own = isOwnMirrorImage(of, geometry)
  return {
    elements: molecule.elements,
    bonds: molecule.bonds.map(({ a, b, order }) => [a + 1, b + 1, order]),
    charge,
    classes: nmrClasses(of, geometry, own).map(atoms => {
      const element = graph.elements[atoms[0] as number] as string
      const why = whyNotComparable(graph, atoms[0] as number)
      return { element, atoms: atoms.map(atom => atom + 1), comparable: why === null, why }
    }),
    stereocentres: of.elements.flatMap(element => {
      if (element.is !== 'centre') return []
      const colours = element.neighbours.map(neighbour => of.colours[neighbour])
      return new Set(colours).size === colours.length ? [element.atom + 1] : []
    }),
    own_mirror_image: own,
  }
}

/** The molecule of an info, atoms counted from 0 again. */
export function moleculeOf(info: MoleculeInfo): Molecule {
  return { elements: info.elements, bonds: info.bonds.map(([a, b, order]) => ({ a: a - 1, b: b - 1, order })) }
}

/**
 * Groups of atoms that the experiment cannot tell apart: those that turning bonds, flipping rings and inverting
 * amines exchange, and, in a compound that is its own mirror image, mirror images too (enantiotopic atoms). Slow
 * rotors keep their sides, so the N-methyls of DMF are two groups. These are the orbits of the molecular symmetry group
 * of Longuet-Higgins, Mol. Phys. 6 (1963) 445. Atoms counted from 0; groups in the order of their first atom.
 */
function nmrClasses(of: Constitution, geometry: Geometry, ownMirrorImage: boolean): readonly (readonly number[])[] {
  const mirror = mirrored(geometry)
  const groups: number[][] = []
  for (const atom of of.graph.elements.keys()) {
    const home = groups.find(group => {
      const first = group[0] as number
      if (of.colours[first] !== of.colours[atom]) return false
      const given = [[first, atom]] as const
      return (
        oneMapping(of, geometry, geometry, given, 200_000) !== null ||
        (ownMirrorImage && oneMapping(of, geometry, mirror, given, 200_000) !== null)
      )
    })
    if (home) home.push(atom)
    else groups.push([atom])
  }
  return groups
}

/** Why the shift of an atom (from 0) cannot be compared with an experiment; null where it can. */
export function whyNotComparable({ elements, neighbours }: Graph, atom: number): string | null {
  const near = (neighbours[atom] ?? []).map(neighbour => elements[neighbour])
  if (elements[atom] === 'H') {
    if (near.includes('O')) return 'OH: shifts with concentration, water and temperature'
    if (near.includes('N')) return 'NH: shifts with concentration, water and temperature'
  }
  if (elements[atom] === 'C') {
    const heavy = near.find(element => element === 'Br' || element === 'I')
    if (heavy) return `carbon on ${heavy}: the relativistic effect is not in the model`
  }
  return null
}
