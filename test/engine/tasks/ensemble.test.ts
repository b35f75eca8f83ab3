import { describe, expect, test, vi } from 'vitest'
import { classesOf, taskBench } from './doing.ts'
import { methanolXyz, stretched } from './geometries.ts'

vi.setConfig({ testTimeout: 300_000 })

const bench = taskBench()

describe('geometries as given', () => {
  test('each frame is a conformer, in the order of the file, with bonds from distances', () => {
    const made = bench.conformers('CCCC')
    const texts = made.conformers.map(({ geometry }) => bench.read(geometry))
    const given = bench.ensemble(texts.toReversed().join(''))
    expect(given.conformers.map(({ degeneracy }) => degeneracy)).toEqual([2, 1])
    expect(given.conformers.map(({ id }) => id)).toEqual(made.conformers.map(({ id }) => id).toReversed())
    expect(given.molecule.bonds.map(([a, b, order]) => [a, b, order])).toHaveLength(13)
    expect(given.conformers.every(({ ff_energy_kcal }) => ff_energy_kcal === null)).toBe(true)
  })

  test('the very same geometry twice is one', () => {
    const { conformers, dropped } = bench.ensemble(methanolXyz + methanolXyz)
    expect(conformers).toHaveLength(1)
    expect(dropped).toEqual([{ reason: 'the very same geometry as another', count: 1 }])
  })

  test('another molecule, or another isomer, among the frames is refused by its number', () => {
    expect(() => bench.ensemble(methanolXyz + stretched)).toThrow(/Structure 2 is not the molecule of structure 1/)
    const [left, right] = ['C[C@H](O)CC', 'C[C@@H](O)CC'].map(smiles => {
      const [first] = bench.conformers(smiles).conformers
      return first ? bench.read(first.geometry) : ''
    })
    expect(() => bench.ensemble(`${left}${right}`)).toThrow(/Structure 2 is another stereoisomer/)
  })
})

describe('atoms that one signal stands for', () => {
  test.each([
    // Slow rotors keep their sides: two N-methyls.
    ['CN(C)C=O', 'C', ['1', '3', '4']],
    ['CN(C)C=O', 'H', ['6 7 8', '9 10 11', '12']],
    ['CC(=O)N(C)C', 'C', ['1', '2', '5', '6']],
    ['CN(C)N=O', 'C', ['1', '3']],
    // A urea turns fast, and so does an aniline.
    ['CN(C)C(=O)N(C)C', 'C', ['1 3 7 8', '4']],
    ['CN(C)c1ccccc1', 'C', ['1 3', '4', '5 9', '6 8', '7']],
    // Beside a stereocentre the two hydrogens of a CH2, and the methyls of an isopropyl group, differ.
    ['C[C@H](O)CC', 'H', ['6 7 8', '9', '10', '11', '12', '13 14 15']],
    ['CC(C)[C@H](O)F', 'C', ['1', '2', '3', '4']],
    ['CC(C)CO', 'C', ['1 3', '2', '4']],
    // cis and trans to a substituent.
    ['C=CC', 'H', ['4', '5', '6', '7 8 9']],
    ['Cc1ccccc1', 'H', ['8 9 10', '11 15', '12 14', '13']],
  ])('%s, %s: %j', (smiles, element, groups) => {
    expect(classesOf(bench.conformers(smiles), element)).toEqual(groups)
  })

  test('OH, NH and carbon on Br or I are marked, with the reason', () => {
    const { classes } = bench.conformers('OCCBr').molecule
    const odd = classes.filter(({ comparable }) => !comparable)
    expect(odd.map(({ element, atoms }) => `${element}${atoms}`)).toEqual(['C3', 'H5'])
    expect(odd.map(({ why }) => why).join()).toMatch(/carbon on Br.*OH: shifts with/)
    const amine = bench.conformers('CNC(C)=O').molecule.classes
    expect(amine.filter(({ comparable }) => !comparable).map(({ why }) => why?.slice(0, 2))).toEqual(['NH'])
  })
})
