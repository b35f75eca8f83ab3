import { describe, expect, test, vi } from 'vitest'
import { parseXyz } from '../../../shared/nmr/xyz.ts'
import { orThrow } from '../../../shared/result.ts'
import { classesOf, ladder, taskBench } from './doing.ts'

vi.setConfig({ testTimeout: 300_000 })

const bench = taskBench()

describe('which conformers there are, and how often each counts', () => {
  test('butane: anti once, gauche twice', () => {
    const found = ladder(bench.conformers('CCCC'))
    expect(found.map(([, degeneracy]) => degeneracy)).toEqual([1, 2])
    expect(found[1]?.[0]).toBeCloseTo(0.78, 1)
  })

  test('pentane: anti-anti 1, anti-gauche 4, gauche-gauche 2, and the crowded g+g- pair 4', () => {
    expect(ladder(bench.conformers('CCCCC')).map(([, degeneracy]) => degeneracy)).toEqual([1, 4, 2, 4])
  })

  test('cyclohexane: the chair alone, with its twelve hydrogens alike', () => {
    const chair = bench.conformers('C1CCCCC1')
    expect(ladder(chair)).toEqual([[0, 1]])
    expect(classesOf(chair, 'H')).toHaveLength(1)
  })

  test.each([1, 2, 3])('methylcyclohexane has its axial conformer whatever the seed (%i)', seed => {
    const found = ladder(bench.conformers('CC1CCCCC1', { seed }))
    expect(found).toHaveLength(2)
    expect(found[1]?.[0]).toBeGreaterThan(1)
    expect(found[1]?.[0]).toBeLessThan(2.2)
  })

  test('N-methylpiperidine: the methyl group goes through the ring by inversion', () => {
    const found = ladder(bench.conformers('CN1CCCCC1'))
    expect(found).toHaveLength(2)
  })

  test('ethanol: OH anti once, gauche twice', () => {
    const degeneracies = ladder(bench.conformers('CCO')).map(([, degeneracy]) => degeneracy)
    expect(degeneracies.toSorted()).toEqual([1, 2])
  })

  test('DMF has one conformer: turning the amide by 180 degrees gives the same one', () => {
    expect(bench.conformers('CN(C)C=O').conformers).toHaveLength(1)
  })

  test('2-butanol: nine, and a cap of 4 keeps the lowest and says what it cost', () => {
    expect(bench.conformers('CC(O)CC').conformers).toHaveLength(9)
    const capped = bench.conformers('CC(O)CC', { max: 4 })
    expect(capped.conformers).toHaveLength(4)
    expect(ladder(capped)[0]).toEqual([0, 1])
    expect(capped.dropped).toContainEqual({ reason: 'beyond the cap of 4 conformers', count: 5 })
    expect(capped.warnings.join()).toMatch(/cap of 4 conformers keeps \d\d %/)
  })

  test('the window: butane within 0.5 kcal/mol is anti alone', () => {
    expect(bench.conformers('CCCC', { window: 0.5 }).conformers).toHaveLength(1)
  })

  test('isobutylbenzene: both ways the isopropyl group can stand', () => {
    const found = ladder(bench.conformers('CC(C)Cc1ccccc1'))
    expect(found.map(([, degeneracy]) => degeneracy)).toEqual([2, 1])
    expect(found[1]?.[0]).toBeCloseTo(0.56, 1)
  })
})

test('the same seed gives the same ensemble, to the last digit', () => {
  expect(bench.conformers('CC(O)CC', { seed: 7 })).toEqual(taskBench().conformers('CC(O)CC', { seed: 7 }))
})

describe('what the input leaves open', () => {
  test('one stereocentre: said, and harmless', () => {
    const { warnings, molecule } = bench.conformers('CC(O)CC')
    expect(warnings.join()).toMatch(/stereocentre C2 not specified.*mirror image has the same spectrum/)
    expect(molecule.own_mirror_image).toBe(false)
    expect(bench.conformers('C[C@H](O)CC').warnings).toEqual([])
  })

  test('two stereocentres, or a double bond: another compound each', () => {
    expect(bench.conformers('CC(O)C(C)O').warnings.join()).toMatch(
      /stereocentres C2, C4 not specified.*a run, of its own/,
    )
    expect(bench.conformers('FC=CF').warnings.join()).toMatch(/double bond C2=C3 not specified/)
    expect(bench.conformers('OC1CCC(C)CC1').warnings.join()).toMatch(/stereocentres C2, C5 not specified/)
  })

  test('all conformers are of one stereoisomer', () => {
    const { conformers, molecule } = bench.conformers('CC1CCCC(O)C1')
    const multi = conformers.map(({ geometry }) => bench.read(geometry)).join('')
    expect(bench.ensemble(multi).molecule.stereocentres).toEqual(molecule.stereocentres)
  })
})

describe('what the force field does not know', () => {
  test.each(['CB(O)O', 'C[Se]C'])('%s: conformers as generated, without energies, and it is said', smiles => {
    const { conformers, warnings } = bench.conformers(smiles)
    expect(conformers.length).toBeGreaterThan(0)
    expect(conformers.every(({ ff_energy_kcal }) => ff_energy_kcal === null)).toBe(true)
    expect(warnings.join()).toMatch(/the force field does not know (B|Se)/)
  })

  test.each(['C#C', '[NH4+]', 'O', 'C', '[Na+].[Cl-]'])('%s has one geometry of finite numbers', smiles => {
    const [only, ...more] = bench.conformers(smiles).conformers
    expect(more).toEqual([])
    const frame = orThrow(parseXyz(only ? bench.read(only.geometry) : ''))[0]
    expect(frame?.geometry.flat().every(Number.isFinite)).toBe(true)
  })
})

describe('the order of atoms is that of the input, hydrogens after it', () => {
  test('of a SMILES', () => {
    expect(bench.conformers('OC(C)N').molecule.elements.slice(0, 4)).toEqual(['O', 'C', 'C', 'N'])
  })

  test('of a mol file, whose hydrogens stand between', () => {
    const { molecule, conformers } = bench.conformers(flatMethanol, { format: 'mol' })
    expect(molecule.elements).toEqual(['H', 'O', 'C', 'H', 'H', 'H'])
    const frame = orThrow(parseXyz(bench.read(conformers[0]?.geometry ?? { sha256: '', bytes: 0 })))[0]
    expect(frame?.elements).toEqual(molecule.elements)
    expect(molecule.bonds.map(([a, b]) => [a, b].sort().join('-'))).toContain('1-2')
  })

  test('of an xyz from which conformers are made', () => {
    const { molecule } = bench.conformers(ethanolXyz, { format: 'xyz' })
    expect(molecule.elements).toEqual(['H', 'O', 'C', 'C', 'H', 'H', 'H', 'H', 'H'])
    expect(molecule.bonds.every(([, , order]) => order === 1)).toBe(true)
  })
})

test('what cannot be embedded is refused in a sentence', () => {
  expect(() => bench.conformers('C1CC')).toThrow(/does not parse at character 2/)
})

const flatMethanol = `methanol

 drawn by hand
  3  2  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 H   0  0
    0.9000    0.0000    0.0000 O   0  0
    1.5000    1.2000    0.0000 C   0  0
  1  2  1  0
  2  3  1  0
M  END
`

const ethanolXyz = `9
anti ethanol, hydrogen of the OH first
H   -1.9854    0.5480    0.0000
O   -1.1860    0.0000    0.0000
C   -0.0350    0.8500    0.0000
C    1.2300   -0.0100    0.0000
H   -0.0600    1.5000    0.8860
H   -0.0600    1.5000   -0.8860
H    2.1200    0.6250    0.0000
H    1.2600   -0.6500    0.8860
H    1.2600   -0.6500   -0.8860
`
