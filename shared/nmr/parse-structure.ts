import type { Molecule } from 'openchemlib'
import { badInput, ok, type Result } from '../result.ts'
import { checkApart } from './apart.ts'
import { perceiveBonds } from './bonds.ts'
import { electronCount, symbolOf } from './elements.ts'
import { readMolfile } from './molfile.ts'
import { readSmiles } from './smiles.ts'
import { parseXyz } from './xyz.ts'

/** In more atoms no bonds are looked for, which takes the square of their number; nothing here computes them. */
const MOST_LOOKED_AT = 2000

export type StructureFormat = 'smiles' | 'xyz' | 'mol'

/** What is known of an input before anything is computed. */
export interface ParsedStructure {
  readonly format: StructureFormat
  /** How many geometries it gives; 0 for a SMILES, a flat drawing, or one without its hydrogens. */
  readonly frames: number
  /** All atoms, hydrogens included. */
  readonly atoms: number
  readonly elements: readonly string[]
  /** Sum of the formal charges; null for xyz, which says nothing of it. */
  readonly charge: number | null
  readonly warnings: readonly string[]
}

/** The format that a file's name announces; null for another ending. */
export function formatOf(fileName: string): StructureFormat | null {
  const ending = fileName.toLowerCase().split('.').at(-1)
  return ending === 'xyz' ? 'xyz' : ending === 'mol' || ending === 'sdf' || ending === 'sd' ? 'mol' : null
}

/** Reads a SMILES, an xyz, a mol or an sdf, and refuses what cannot be computed, saying where it is wrong. */
export function parseStructure(text: string, format: StructureFormat): Result<ParsedStructure> {
  switch (format) {
    case 'smiles':
      return parseSmiles(text)
    case 'xyz':
      return parseFrames(text)
    case 'mol':
      return parseMol(text)
  }
}

/** Whether the charge leaves an even number of electrons; NMR of an open shell is refused, so an odd number is. */
export function checkElectrons(elements: readonly string[], charge: number): Result<void> {
  const electrons = electronCount(elements, charge)
  if (electrons <= 0) return badInput('charge', `With charge ${signed(charge)} no electron is left.`)
  if (electrons % 2 === 0) return ok(undefined)
  return badInput(
    'charge',
    `Odd number of electrons: ${electrons} with charge ${signed(charge)}.`,
    'Check the charge and the hydrogens; the shieldings of an open shell mean nothing',
  )
}

export function signed(charge: number): string {
  return charge > 0 ? `+${charge}` : String(charge)
}

function parseSmiles(text: string): Result<ParsedStructure> {
  const read = readSmiles(text)
  if (!read.ok) return read
  const molecule = read.value
  molecule.addImplicitHydrogens()
  return ok(fromMolecule('smiles', molecule, 0, separate(molecule)))
}

function parseMol(text: string): Result<ParsedStructure> {
  const read = readMolfile(text)
  if (!read.ok) return read
  const records = read.value
  const first = records[0]
  if (!first) return badInput('input', 'The file is empty.')
  const given = first.molecule.getAllAtoms()
  first.molecule.addImplicitHydrogens()
  const missing = first.molecule.getAllAtoms() - given
  const warnings = separate(first.molecule)
  if (first.geometry && missing > 0) {
    const what = `${missing} hydrogen${missing === 1 ? ' is' : 's are'} missing in the file`
    if (records.length > 1) return badInput('input', `${what}: an ensemble needs all its atoms.`)
    warnings.push(`${what}: conformers are generated from its bonds instead`)
  }
  if (!first.geometry && records.length > 1) {
    return badInput('input', `The file holds ${records.length} flat drawings; one molecule is wanted.`)
  }
  return ok(fromMolecule('mol', first.molecule, first.geometry && missing === 0 ? records.length : 0, warnings))
}

function parseFrames(text: string): Result<ParsedStructure> {
  const read = parseXyz(text)
  if (!read.ok) return read
  const first = read.value[0]
  if (!first) return badInput('input', 'The xyz is empty.')
  for (const [i, frame] of read.value.entries()) {
    const other = frame.elements.findIndex((element, atom) => element !== first.elements[atom])
    if (frame.elements.length !== first.elements.length || other >= 0) {
      const where = frame.elements.length === first.elements.length ? `atom ${other + 1} differs` : 'another length'
      return badInput('input', `Frame ${i + 1} of the xyz is not the molecule of frame 1 in the same order (${where}).`)
    }
  }
  const apart = checkApart(first.elements, first.geometry, 'input')
  if (!apart.ok) return apart
  const { elements } = first
  const warnings =
    elements.length > 2 &&
    elements.length <= MOST_LOOKED_AT &&
    !elements.includes('H') &&
    elements.includes('C') &&
    perceiveBonds(elements, first.geometry).bonds.length > 0
      ? ['the xyz holds no hydrogen: they are not added']
      : []
  return ok({ format: 'xyz', frames: read.value.length, atoms: elements.length, elements, charge: null, warnings })
}

function fromMolecule(
  format: StructureFormat,
  molecule: Molecule,
  frames: number,
  warnings: readonly string[],
): ParsedStructure {
  const atoms = [...Array(molecule.getAllAtoms()).keys()]
  return {
    format,
    frames,
    atoms: atoms.length,
    elements: atoms.map(atom => symbolOf(molecule.getAtomicNo(atom)) ?? molecule.getAtomLabel(atom)),
    charge: atoms.reduce((sum, atom) => sum + molecule.getAtomCharge(atom), 0),
    warnings,
  }
}

function separate(molecule: Molecule): string[] {
  const numbers: number[] = []
  const count = molecule.getFragmentNumbers(numbers, false, true)
  return count > 1 ? [`the input holds ${count} separate molecules: how they lie to each other is arbitrary`] : []
}
