import { describe, expect, test } from 'vitest'
import { checkElectrons, parseStructure, type StructureFormat } from '../../../shared/nmr/parse-structure.ts'
import { orThrow } from '../../../shared/result.ts'
import { methanolXyz } from '../../engine/tasks/geometries.ts'

function refusal(text: string, format: StructureFormat): string {
  const read = parseStructure(text, format)
  return read.ok ? 'accepted' : read.fault.message
}

describe('a SMILES that does not parse, and where', () => {
  test.each([
    ['CC(C', /character 3: the parenthesis is not closed/],
    ['CC)C', /character 3: this parenthesis was never opened/],
    ['C1CCC', /character 2: ring closure 1 is not closed/],
    ['CC%1', /character 3: two digits must follow %/],
    ['C[C@H(O)C', /character 2: the bracket is not closed/],
    ['C[Xx]C', /character 3: no element is called Xx/],
    ['C[]C', /character 2: \[\] is no atom/],
    ['CCQ', /character 3: "Q" has no meaning/],
    ['CC🙂', /character 3: "🙂" has no meaning/],
    ['CC=', /character 3: nothing follows/],
    ['=CC', /character 1: a bond must stand between/],
    ['C(=)C', /character 3: the bond leads to no atom/],
    ['C()C', /character 3: the branch is empty/],
    ['C.', /character 2: nothing follows/],
    ['C*', /character 2: a wildcard/],
    ['CC O', /character 3: " " has no meaning/],
    ['CC>>CO', /character 3: ">" has no meaning/],
    ['', /character 1: it is empty/],
    ['c1ccnc', /ring closure 1 is not closed/],
    ['n1cccc1', /aromatic NH is written \[nH\]/],
    ['C(C)(C)(C)(C)C', /C \(atom 1 of the SMILES\) has 5 bonds, at most 4/],
    ['CO(C)C', /O \(atom 2 of the SMILES\) has 3 bonds/],
  ])('%s', (smiles, message) => {
    expect(refusal(smiles, 'smiles')).toMatch(message)
  })

  test.each([
    'CC(O)CC',
    'c1ccccc1',
    '[nH]1cccc1',
    'C[N+](=O)[O-]',
    'F/C=C/F',
    'N[C@@H](C)C(=O)O',
    '[2H]C',
    'C%12CC%12',
  ])('%s does', smiles => {
    expect(parseStructure(smiles, 'smiles').ok).toBe(true)
  })
})

describe('what a structure says of itself', () => {
  test('charge from the formal charges, atoms with all hydrogens', () => {
    expect(orThrow(parseStructure('C[NH3+]', 'smiles'))).toMatchObject({ charge: 1, atoms: 8, frames: 0 })
    expect(orThrow(parseStructure('CC(=O)[O-]', 'smiles')).charge).toBe(-1)
    expect(orThrow(parseStructure(methanolXyz, 'xyz'))).toMatchObject({ charge: null, atoms: 6, frames: 1 })
  })

  test('separate molecules are warned of', () => {
    expect(orThrow(parseStructure('CCO.O', 'smiles')).warnings.join()).toMatch(/2 separate molecules/)
  })

  test('an odd number of electrons', () => {
    expect(checkElectrons(['C', 'H', 'H', 'H'], 0)).toMatchObject({ ok: false, fault: { field: 'charge' } })
    expect(checkElectrons(['C', 'H', 'H', 'H'], 1).ok).toBe(true)
  })
})

describe('files that are empty, cut or of something else', () => {
  const lines = methanolXyz.split('\n')
  test.each([
    ['nothing', '', /empty/],
    ['blank lines', '\n\n', /empty/],
    ['cut after three atoms', lines.slice(0, 5).join('\n'), /is cut: 6 atoms are announced in line 1, 3 are there/],
    ['cut in mid-line', methanolXyz.slice(0, 130), /line \d+ of the xyz: |is cut/],
    ['an unknown element', methanolXyz.replace('O  ', 'Qq '), /Line 4 of the xyz: no element is called "Qq"/],
    ['a word for a number', methanolXyz.replace('-0.7559', 'minus'), /Line 4 .* no number/],
    ['no count', `methanol\n${methanolXyz}`, /Line 1 of the xyz should be a number of atoms/],
    ['two molecules', `${methanolXyz}1\nHe\nHe 0 0 0\n`, /Frame 2 of the xyz is not the molecule of frame 1/],
    [
      'atoms on top of each other',
      methanolXyz.replace('-0.7559', '0.6626'),
      /Atoms 1 \(C\) and 2 \(O\) of the structure are on top/,
    ],
  ])('xyz: %s', (_, text, message) => {
    expect(refusal(text, 'xyz')).toMatch(message)
  })

  const mol = `water\n\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n    0.0000    0.0000    0.0000 O   0  0\nM  END\n`
  test.each([
    ['nothing', '', /The file is empty/],
    ['prose', 'This is no mol file.\n', /no counts line/],
    ['without its end', mol.replace('M  END\n', ''), /is cut: "M {2}END" is missing/],
    ['without its atoms', mol.replace(/^.*O {3}0.*\n/m, ''), /is cut or damaged|cannot be read/],
    ['two flat drawings', `${mol}$$$$\n${mol}$$$$\n`, /2 flat drawings/],
  ])('mol: %s', (_, text, message) => {
    expect(refusal(text, 'mol')).toMatch(message)
  })

  test('a flat drawing has no frames; hydrogens are added', () => {
    expect(orThrow(parseStructure(mol, 'mol'))).toMatchObject({ frames: 0, atoms: 3, charge: 0 })
  })

  test('Windows line ends and numbers of elements are read', () => {
    expect(orThrow(parseStructure(methanolXyz.replaceAll('\n', '\r\n'), 'xyz')).atoms).toBe(6)
    expect(orThrow(parseStructure(methanolXyz.replaceAll(/^O /gm, '8 '), 'xyz')).elements[1]).toBe('O')
  })
})
