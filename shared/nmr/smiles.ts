import { Molecule } from 'openchemlib'
import { badInput, ok, type Result } from '../result.ts'
import { elementSymbol } from './elements.ts'

/** Elements that may stand without brackets, two-letter ones first; lower case is aromatic. */
const bare = /^(?:Cl|Br|[BCNOPSFI]|[bcnops])/
const bracket =
  /^\[(\d+)?([A-Z][a-z]?|as|se|te|[bcnops])(@{1,2}(?:(?:TH|AL|SP|TB|OH)\d+)?)?(H\d*)?([+-]\d+|\++|-+)?(:\d+)?\]$/

/**
 * The molecule of a SMILES, hydrogens still implicit; heavy atoms in the order they are written. What does not parse
 * is refused with the character at fault, counted from 1. Source of the grammar: http://opensmiles.org/opensmiles.html
 */
export function readSmiles(text: string): Result<Molecule> {
  const smiles = text.trim()
  const flaw = firstFlaw(smiles)
  if (flaw) return badInput('input', `The SMILES does not parse at character ${flaw.at + 1}: ${flaw.why}.`, smiles)
  let molecule: Molecule
  try {
    molecule = Molecule.fromSmiles(smiles)
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : String(thrown)
    const position = /position:\s*(\d+)/i.exec(said)?.[1]
    const where = position === undefined ? '' : ` at character ${Number(position) + 1}`
    const why = said.replace(/^.*?SmilesParser:\s*/, '').replace(/[.;,]?\s*position:\s*\d+/i, '')
    return badInput('input', `The SMILES does not parse${where}: ${why.slice(0, 200)}.`, smiles)
  }
  if (molecule.getAllAtoms() === 0) return badInput('input', 'The SMILES holds no atom.')
  molecule.ensureHelperArrays(Molecule.cHelperParities)
  const wrong = firstWrongValence(molecule, smiles)
  return wrong ? badInput('input', wrong, smiles) : ok(molecule)
}

interface Flaw {
  readonly at: number
  readonly why: string
}

/** Brackets, parentheses, ring closures and bonds that lead nowhere: openchemlib passes over some of them in silence. */
function firstFlaw(smiles: string): Flaw | null {
  if (smiles === '') return { at: 0, why: 'it is empty' }
  const open: number[] = []
  const rings = new Map<string, number>()
  let bond = -1
  let atoms = 0
  let i = 0
  while (i < smiles.length) {
    const rest = smiles.slice(i)
    const character = smiles[i] as string
    const atom = bare.exec(rest)?.[0]
    if (character === '[') {
      const end = smiles.indexOf(']', i)
      if (end < 0) return { at: i, why: 'the bracket is not closed' }
      const parts = bracket.exec(smiles.slice(i, end + 1))
      if (!parts) return { at: i, why: `${smiles.slice(i, end + 1)} is no atom` }
      if (!elementSymbol(parts[2] ?? '')) return { at: i + 1, why: `no element is called ${parts[2]}` }
      i = end + 1
      atoms += 1
      bond = -1
    } else if (atom) {
      i += atom.length
      atoms += 1
      bond = -1
    } else if (character === '(') {
      if (atoms === 0 || bond >= 0) return { at: i, why: 'a branch must follow an atom' }
      open.push(i)
      i += 1
    } else if (character === ')') {
      if (bond >= 0) return { at: bond, why: 'the bond leads to no atom' }
      if (open.pop() === undefined) return { at: i, why: 'this parenthesis was never opened' }
      if (smiles[i - 1] === '(') return { at: i, why: 'the branch is empty' }
      i += 1
    } else if (/[0-9%]/.test(character)) {
      const number = /^(?:%\d\d|\d)/.exec(rest)?.[0]
      if (!number) return { at: i, why: 'two digits must follow %' }
      if (atoms === 0) return { at: i, why: 'a ring closure must follow an atom' }
      const name = String(Number(number.replace('%', '')))
      if (rings.has(name)) rings.delete(name)
      else rings.set(name, i)
      i += number.length
      bond = -1
    } else if ('-=#$:/\\'.includes(character)) {
      if (atoms === 0 || bond >= 0) return { at: i, why: 'a bond must stand between two atoms' }
      bond = i
      i += 1
    } else if (character === '.') {
      if (atoms === 0 || bond >= 0) return { at: i, why: 'a dot must stand between two molecules' }
      bond = i
      i += 1
    } else if (character === '*') {
      return { at: i, why: 'a wildcard is no atom that can be computed' }
    } else {
      // As a whole where it is a pair of surrogates, such as an emoji.
      return { at: i, why: `${JSON.stringify(String.fromCodePoint(smiles.codePointAt(i) ?? 0))} has no meaning here` }
    }
  }
  if (bond >= 0) return { at: bond, why: 'nothing follows' }
  const unclosed = open.at(-1)
  if (unclosed !== undefined) return { at: unclosed, why: 'the parenthesis is not closed' }
  const [ring] = rings
  return ring ? { at: ring[1], why: `ring closure ${ring[0]} is not closed` } : null
}

function firstWrongValence(molecule: Molecule, smiles: string): string | null {
  const bracketed = /\[/.test(smiles)
  for (let atom = 0; atom < molecule.getAllAtoms(); atom++) {
    const name = `${molecule.getAtomLabel(atom)} (atom ${atom + 1} of the SMILES)`
    if (molecule.getFreeValence(atom) < 0) {
      return `${name} has ${molecule.getOccupiedValence(atom)} bonds, at most ${molecule.getMaxValence(atom)} are possible`
    }
    if (molecule.getAtomRadical(atom) !== 0 && !bracketed) {
      return `${name} cannot be given alternating bonds: an aromatic NH is written [nH]`
    }
  }
  return null
}
