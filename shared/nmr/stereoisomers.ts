import { Molecule } from 'openchemlib'
import { ok, type Result } from '../result.ts'
import { readSmiles } from './smiles.ts'

/** A stereocentre or double bond that an input leaves open; atoms counted from 1, in the order of the SMILES. */
export type OpenStereo =
  | { readonly is: 'centre'; readonly atom: number; readonly element: string }
  | { readonly is: 'bond'; readonly atoms: readonly [number, number]; readonly elements: readonly [string, string] }

export interface Stereoisomer {
  readonly smiles: string
  /** What each open element became, as CIP says: `C2 R, C3 S`; where CIP has no word for it, its SMILES. */
  readonly label: string
}

export interface Stereoisomers {
  readonly open: readonly OpenStereo[]
  /** Isomers of different spectra: of each pair of mirror images one. */
  readonly candidates: readonly Stereoisomer[]
  /** Mirror images of candidates, left out since their spectra are the same. */
  readonly mirrors: readonly Stereoisomer[]
  /** Whether there are more than were written out. */
  readonly isCut: boolean
}

/** Isomers written out at most. */
const MOST = 32
const MOST_DEEP = 4

/**
 * All stereoisomers that a SMILES may mean: what is written stays, what is open takes each value. Nitrogen inverts and
 * is left alone. A SMILES without open elements is its own only candidate.
 */
export function stereoisomers(text: string): Result<Stereoisomers> {
  const read = readSmiles(text)
  if (!read.ok) return read
  const molecule = read.value
  // Its number goes with each atom through all that is written and read again.
  for (let atom = 0; atom < molecule.getAllAtoms(); atom++) molecule.setAtomMapNo(atom, atom + 1, false)
  molecule.ensureHelperArrays(Molecule.cHelperCIP)
  const open = openElements(molecule)
  if (open.length === 0) {
    return ok({ open: [], candidates: [{ smiles: text.trim(), label: '' }], mirrors: [], isCut: false })
  }
  const found = new Map<string, Molecule>()
  const isCut = !writeOut(molecule, found)
  const candidates: Stereoisomer[] = []
  const mirrors: Stereoisomer[] = []
  const seen = new Set<string>()
  for (const [code, isomer] of found) {
    const image = mirrorCode(isomer)
    const list = seen.has(image) && image !== code ? mirrors : candidates
    list.push({ smiles: smilesOf(isomer), label: labelOf(isomer, open) })
    seen.add(code)
  }
  return ok({ open: open.map(each => each.named), candidates, mirrors, isCut })
}

/** `stereocentre C3`, `double bond C2=C3`: what is open. */
export function openText({ open }: Pick<Stereoisomers, 'open'>): string {
  const words = open.map(each =>
    each.is === 'centre'
      ? `${each.element}${each.atom}`
      : `${each.elements[0]}${each.atoms[0]}=${each.elements[1]}${each.atoms[1]}`,
  )
  const centres = open.every(each => each.is === 'centre')
  const bonds = open.every(each => each.is === 'bond')
  const noun = centres ? 'stereocentre' : bonds ? 'double bond' : 'stereo element'
  return `${noun}${words.length === 1 ? '' : 's'} ${words.join(', ')}`
}

interface Open {
  readonly named: OpenStereo
  /** Atoms or bond of the molecule at hand, from 0. */
  readonly place: number
}

function openElements(molecule: Molecule): readonly Open[] {
  const name = (place: number) => molecule.getAtomMapNo(place)
  const atoms = [...Array(molecule.getAllAtoms()).keys()].filter(
    atom => molecule.getAtomParity(atom) === Molecule.cAtomParityUnknown && molecule.getAtomicNo(atom) !== 7,
  )
  const bonds = [...Array(molecule.getAllBonds()).keys()].filter(
    bond => molecule.getBondParity(bond) === Molecule.cBondParityUnknown,
  )
  return [
    ...atoms.map(
      (place): Open => ({ place, named: { is: 'centre', atom: name(place), element: molecule.getAtomLabel(place) } }),
    ),
    ...bonds.map((place): Open => {
      const [a, b] = [molecule.getBondAtom(0, place), molecule.getBondAtom(1, place)]
      const elements = [molecule.getAtomLabel(a), molecule.getAtomLabel(b)] as const
      return { place, named: { is: 'bond', atoms: [name(a), name(b)], elements } }
    }),
  ]
}

/**
 * All open elements are set together, since of two pseudo-asymmetric ones a single one means nothing; setting them may
 * open another (the middle of 2,3,4-pentanetriol). Whether all isomers found room.
 */
function writeOut(molecule: Molecule, found: Map<string, Molecule>, deep = 0): boolean {
  const open = openElements(molecule)
  if (open.length === 0 || deep > MOST_DEEP) {
    const code = codeOf(molecule)
    if (!found.has(code)) {
      if (found.size >= MOST) return false
      found.set(code, molecule)
    }
    return true
  }
  for (let choice = 0; choice < 2 ** open.length; choice++) {
    const isomer = changed(molecule, copy => {
      for (const [i, { named, place }] of open.entries()) {
        const parity = (choice >> i) & 1 ? 2 : 1
        if (named.is === 'centre') copy.setAtomParity(place, parity, false)
        else copy.setBondParity(place, parity, false)
      }
    })
    if (!writeOut(isomer, found, deep + 1)) return false
  }
  return true
}

/** openchemlib works out parities only when it reads, so what was set is written as SMILES and read again. */
function changed(molecule: Molecule, change: (copy: Molecule) => void): Molecule {
  const copy = molecule.getCompactCopy()
  copy.ensureHelperArrays(Molecule.cHelperCIP)
  change(copy)
  copy.setParitiesValid(Molecule.cHelperBitParities)
  copy.inventCoordinates()
  copy.setStereoBondsFromParity()
  const read = Molecule.fromSmiles(copy.toIsomericSmiles({ includeMapping: true }))
  read.ensureHelperArrays(Molecule.cHelperCIP)
  return read
}

function codeOf(molecule: Molecule): string {
  return Molecule.fromSmiles(smilesOf(molecule)).getIDCode()
}

function smilesOf(molecule: Molecule): string {
  return molecule.toIsomericSmiles({ includeMapping: false })
}

function mirrorCode(molecule: Molecule): string {
  const [one, two] = [Molecule.cAtomParity1, Molecule.cAtomParity2]
  const image = changed(molecule, copy => {
    for (let atom = 0; atom < copy.getAllAtoms(); atom++) {
      const parity = copy.getAtomParity(atom)
      if (parity === one || parity === two) copy.setAtomParity(atom, parity === one ? two : one, false)
    }
  })
  return codeOf(image)
}

function labelOf(molecule: Molecule, open: readonly Open[]): string {
  const places = new Map([...Array(molecule.getAllAtoms()).keys()].map(place => [molecule.getAtomMapNo(place), place]))
  const words = open.map(({ named }) => {
    if (named.is === 'centre') {
      const cip = molecule.getAtomCIPParity(places.get(named.atom) ?? -1)
      const word = cip === Molecule.cAtomCIPParityRorM ? 'R' : cip === Molecule.cAtomCIPParitySorP ? 'S' : null
      return word && `${named.element}${named.atom} ${word}`
    }
    const [a, b] = named.atoms.map(atom => places.get(atom) ?? -1) as [number, number]
    const cip = molecule.getBondCIPParity(molecule.getBond(a, b))
    const word = cip === Molecule.cBondCIPParityEorP ? 'E' : cip === Molecule.cBondCIPParityZorM ? 'Z' : null
    return word && `${named.elements[0]}${named.atoms[0]}=${named.elements[1]}${named.atoms[1]} ${word}`
  })
  return words.every(word => word !== null) ? words.join(', ') : smilesOf(molecule)
}
