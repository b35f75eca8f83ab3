import { Molecule as OclMolecule } from 'openchemlib'
import { orThrow } from '../result.ts'
import { perceiveBonds } from './bonds.ts'
import { symbolOf } from './elements.ts'
import type { Geometry, Molecule, Position } from './molecule.ts'
import { readMolfile } from './molfile.ts'
import type { StructureFormat } from './parse-structure.ts'
import { readSmiles } from './smiles.ts'
import { parseXyz } from './xyz.ts'

/** A molecule for openchemlib with all its hydrogens, and where in it the atoms of the input are. */
export interface Loaded {
  readonly molecule: OclMolecule
  /** Atom k of the input (added hydrogens after it) is atom `places[k]` of `molecule`. */
  readonly places: readonly number[]
}

/** The input as openchemlib's molecule, for the generation of conformers. Throws a FaultError. */
export function loadForGeneration(format: StructureFormat, text: string): Loaded {
  if (format === 'smiles') {
    const molecule = orThrow(readSmiles(text))
    molecule.addImplicitHydrogens()
    return { molecule, places: [...Array(molecule.getAllAtoms()).keys()] }
  }
  if (format === 'xyz') {
    const frame = orThrow(parseXyz(text))[0]
    if (!frame) throw new Error('The xyz is empty.')
    return loadMolfile(molfileOf(perceiveBonds(frame.elements, frame.geometry), frame.geometry))
  }
  return loadMolfile(text)
}

function loadMolfile(text: string): Loaded {
  const record = orThrow(readMolfile(text))[0]
  if (!record) throw new Error('The file is empty.')
  const { molecule, places } = record
  const given = molecule.getAllAtoms()
  molecule.addImplicitHydrogens()
  const added = Array.from({ length: molecule.getAllAtoms() - given }, (_, i) => given + i)
  return { molecule, places: [...places, ...added] }
}

/** The geometries of a file, in its order of atoms, and the molecule they are of. Throws a FaultError. */
export function loadGeometries(
  format: StructureFormat,
  text: string,
): { readonly molecule: Molecule; readonly geometries: readonly Geometry[] } {
  if (format === 'xyz') {
    const frames = orThrow(parseXyz(text))
    const [first] = frames
    if (!first) throw new Error('The xyz is empty.')
    const molecule = perceiveBonds(first.elements, first.geometry)
    for (const [i, frame] of frames.entries()) {
      const other = perceiveBonds(frame.elements, frame.geometry)
      requireSame(molecule, other, i)
    }
    return { molecule, geometries: frames.map(frame => frame.geometry) }
  }
  const records = orThrow(readMolfile(text))
  const read = records.map(({ molecule, places, geometry }, i) => {
    if (!geometry) throw new Error(`Record ${i + 1} of the file has no 3D coordinates.`)
    return { molecule: graphFrom({ molecule, places }), geometry }
  })
  const [first] = read
  if (!first) throw new Error('The file is empty.')
  for (const [i, { molecule }] of read.entries()) requireSame(first.molecule, molecule, i)
  return { molecule: first.molecule, geometries: read.map(({ geometry }) => geometry) }
}

function requireSame(first: Molecule, other: Molecule, index: number): void {
  const names = (molecule: Molecule) => new Set(molecule.bonds.map(({ a, b }) => `${Math.min(a, b)}-${Math.max(a, b)}`))
  const [mine, theirs] = [names(first), names(other)]
  const sameElements =
    first.elements.length === other.elements.length && first.elements.every((e, i) => e === other.elements[i])
  if (sameElements && mine.size === theirs.size && [...mine].every(name => theirs.has(name))) return
  throw new Error(
    `Structure ${index + 1} is not the molecule of structure 1 in the same order of atoms: ` +
      (sameElements ? 'its bonds differ.' : 'its elements differ.'),
  )
}

/** Elements and bonds in the order of the input. */
export function graphFrom({ molecule, places }: Loaded): Molecule {
  molecule.ensureHelperArrays(OclMolecule.cHelperNeighbours)
  const back = new Map(places.map((place, atom) => [place, atom]))
  return {
    elements: places.map(place => symbolOf(molecule.getAtomicNo(place)) ?? 'X'),
    bonds: Array.from({ length: molecule.getAllBonds() }, (_, bond) => ({
      a: back.get(molecule.getBondAtom(0, bond)) ?? -1,
      b: back.get(molecule.getBondAtom(1, bond)) ?? -1,
      order: Math.max(1, molecule.getBondOrder(bond)),
    })),
  }
}

/** Positions in the order of the input. */
export function geometryFrom(molecule: OclMolecule, places: readonly number[]): Geometry {
  return places.map((place): Position => [molecule.getAtomX(place), molecule.getAtomY(place), molecule.getAtomZ(place)])
}

export function setGeometry(molecule: OclMolecule, places: readonly number[], geometry: Geometry): void {
  for (const [atom, place] of places.entries()) {
    const [x, y, z] = geometry[atom] ?? [0, 0, 0]
    molecule.setAtomX(place, x)
    molecule.setAtomY(place, y)
    molecule.setAtomZ(place, z)
  }
}

const electronsBound: Readonly<Record<string, number>> = { N: 3, O: 2, S: 2, P: 3, B: 3 }

/** A V2000 molfile of a 3D structure, with the formal charges that its bonds ask for. */
function molfileOf({ elements, bonds }: Molecule, geometry: Geometry): string {
  const pad = (value: number) => String(value).padStart(3)
  const sums = elements.map((_, atom) =>
    bonds.reduce((sum, { a, b, order }) => (a === atom || b === atom ? sum + order : sum), 0),
  )
  const charges = elements.flatMap((element, atom) => {
    const usual = electronsBound[element]
    const bound = sums[atom] ?? 0
    if (usual === undefined || bound === 0) return []
    const charge =
      element === 'B' ? usual - bound : element === 'S' || element === 'P' ? Math.min(0, bound - usual) : bound - usual
    return charge === 0 ? [] : [`M  CHG  1 ${pad(atom + 1)} ${pad(charge)}`]
  })
  return [
    '',
    '  larmor            3D',
    '',
    `${pad(elements.length)}${pad(bonds.length)}  0  0  0  0  0  0  0  0999 V2000`,
    ...elements.map((element, atom) => {
      const numbers = (geometry[atom] ?? [0, 0, 0]).map(value => value.toFixed(4).padStart(10)).join('')
      return `${numbers} ${element.padEnd(3)} 0  0  0  0  0  0  0  0  0  0  0  0`
    }),
    ...bonds.map(({ a, b, order }) => `${pad(a + 1)}${pad(b + 1)}${pad(order)}  0`),
    ...charges,
    'M  END',
    '',
  ].join('\n')
}
