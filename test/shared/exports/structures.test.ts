import { describe, expect, test } from 'vitest'
import { peaksJcamp } from '../../../shared/exports/peaks-jcamp.ts'
import { siText } from '../../../shared/exports/si-text.ts'
import type { Structure } from '../../../shared/exports/structures.ts'
import { structuresSdf } from '../../../shared/exports/structures-sdf.ts'
import type { Molecule } from '../../../shared/nmr/molecule.ts'
import { readMolfile } from '../../../shared/nmr/molfile.ts'
import { type GeometryAtom, readXyz } from '../../../shared/programs/index.ts'
import { orThrow } from '../../../shared/result.ts'
import type { RunDocument } from '../../../shared/show/run.ts'
import type { ShownConformer, ShownShift } from '../../../shared/workflows/index.ts'

const acetate = `7

C  0.00  0.00  0.00
C  1.53  0.00  0.00
O  2.14  1.09  0.00
O  2.14 -1.09  0.00
H -0.36  1.03  0.00
H -0.36 -0.51  0.89
H -0.36 -0.51 -0.89
`
const water = '3\n\nO 0 0 0.117\nH 0 0.757 -0.467\nH 0 -0.757 -0.467\n'

function structure(xyz: string, name: string, conformer: Partial<ShownConformer> | null = null): Structure {
  const atoms: readonly GeometryAtom[] = orThrow(readXyz(xyz))
  return { name, atoms, energy_hartree: -76.4, charge: null, conformer: conformer as ShownConformer | null }
}

const shift = (nucleus: string, atoms: readonly number[], delta_ppm: number | null) =>
  ({
    nucleus,
    atoms,
    delta_ppm,
    sigma_ppm: 31.25,
    experiment_ppm: null,
    comparable: true,
    why: null,
    reference: { kind: 'tms', source: 'TMS', expected_error_ppm: null, calibrated: false },
  }) as unknown as ShownShift

describe('sdf', () => {
  const first = structure(water, 'c-1', { relative_kcal_mol: 0, weight: 0.75 })
  const text = structuresSdf([first, structure(water, 'c-2', { relative_kcal_mol: 1, weight: 0.25 })], {
    title: 'Wässer\n$$$$',
    charge: 0,
    molecule: null,
    shifts: [shift('1H', [2, 3], 1.5), shift('17O', [1], null)],
  })

  test('is read back with its atoms in order, their places, and their bonds', () => {
    const records = orThrow(readMolfile(text))
    expect(records).toHaveLength(2)
    const geometry = first.atoms.map(([, x, y, z]) => [x, -y, -z]) // openchemlib turns it about x
    expect(records[0]?.geometry).toEqual(geometry.map(at => at.map(each => expect.closeTo(each, 3))))
    expect(records[0]?.molecule.getAllBonds()).toBe(2)
  })

  test('tells energy, population and shifts as data items', () => {
    expect(text).toContain('> <NAME>\nc-1\n\n> <ENERGY_HARTREE>\n-76.4\n\n> <RELATIVE_KCAL_MOL>\n0.0000\n')
    expect(text).toContain(
      '> <POPULATION>\n0.250000\n\n> <CHARGE>\n0\n\n> <SHIFTS_PPM>\n2,3 1H 1.500 31.250\n1 17O - 31.250\n',
    )
  })

  test('has charges where the bonds tell those of the run, and none where they do not', () => {
    const of = (charge: number | null) => {
      const [record] = orThrow(
        readMolfile(structuresSdf([structure(acetate, 'a')], { title: 'a', charge, shifts: [], molecule: null })),
      )
      return [2, 3].map(atom => record?.molecule.getAtomCharge(record.places[atom] ?? 0)).toSorted()
    }
    expect(of(-1)).toEqual([-1, 0])
    expect(of(1)).toEqual([0, 0])
    expect(of(null)).toEqual([0, 0])
  })

  test('has the bonds of the molecule that was wished where its atoms are bound so, else those by the distances', () => {
    const isonitrile = structure(
      '6\n\nC 0 0 0\nN 0 0 1.17\nC 0 0 2.6\nH 1.03 0 2.96\nH -0.51 0.89 2.96\nH -0.51 -0.89 2.96\n',
      'c-1',
    )
    const elements = isonitrile.atoms.map(([element]) => element)
    const single = (a: number, b: number) => ({ a, b, order: 1 })
    const methyl = [single(2, 3), single(2, 4), single(2, 5)]
    const read = (molecule: Molecule | null) => {
      const sdf = structuresSdf([isonitrile], { title: 'a', charge: 0, shifts: [], molecule })
      const [record] = orThrow(readMolfile(sdf))
      const of = record?.molecule
      return {
        charges: [0, 1].map(atom => of?.getAtomCharge(record?.places[atom] ?? 0)),
        radicals: [0, 1].map(atom => of?.getAtomRadical(record?.places[atom] ?? 0)),
      }
    }
    const meant = { elements, bonds: [{ a: 1, b: 0, order: 3 }, single(1, 2), ...methyl] }
    expect(read(meant)).toEqual({ charges: [-1, 1], radicals: [0, 0] })
    const other = { elements, bonds: [single(0, 2), single(1, 2), ...methyl] }
    expect(read(other)).toEqual(read(null))
  })

  test('lets no reader add hydrogens, and has no shifts with a conformer that does not count', () => {
    const radical = structure('2\n\nO 0 0 0\nH 0 0 0.97\n', 'c-3', { state: 'filtered', weight: null })
    const about = { title: '$$$$ again', charge: null, shifts: [shift('1H', [2], 1)], molecule: null }
    const sdf = structuresSdf([radical], about)
    const [record] = orThrow(readMolfile(sdf))
    expect(record?.molecule.getMolecularFormula().formula).toBe('HO')
    expect(sdf).toContain('> <STATE>\nfiltered\n')
    expect(sdf).not.toMatch(/SHIFTS|CHARGE|CHG/)
    expect(sdf.split('$$$$')).toHaveLength(2)
  })

  test('more atoms than the format holds are refused', () => {
    const many = structure(`1000\n\n${'He 0 0 0\n'.repeat(1000)}`, 'a')
    const spread = { ...many, atoms: many.atoms.map(([element], i): GeometryAtom => [element, 9 * i, 0, 0]) }
    expect(() => structuresSdf([spread], { title: 'a', charge: 0, shifts: [], molecule: null })).toThrow(
      'at most 999 atoms',
    )
  })
})

const run = {
  ...{ run: 'rabc', name: 'ethanol ##END= ', workflow: 'nmr', state: 'completed', state_text: 'completed' },
  ...{ reason: null, machine: 'local', started: '', updated: '', jobs: [] },
  ...{ level: 'B3LYP/6-31G*//B3LYP/6-31G*', solvent: 'CDCl3', solvent_model: 'COSMO', dispersion: 'none' },
  ...{ temperature_K: 298.15, weights_from: 'electronic energy', experiment_source: null, agreement: [] },
  ...{ charge: 0, provisional: false, conformers: [{ key: 'c-1', weight: 1, relative_kcal_mol: 0, degeneracy: 2 }] },
}

function having(...shifts: readonly ShownShift[]): RunDocument {
  return { ...run, shifts } as unknown as RunDocument
}

describe('jcamp', () => {
  test('a block for each nucleus, low field first, heights by atoms, what is no shift left out', () => {
    const shifts = [shift('1H', [4, 5, 6], 1.25), shift('1H', [7], 3.5), shift('13C', [1], 60), shift('17O', [3], null)]
    const text = peaksJcamp(having(...shifts))
    expect(text.match(/^##[\w. -]+=/gm)?.filter(label => label === '##END=')).toHaveLength(3)
    expect(text).toContain('##BLOCKS= 3\n')
    expect(text).toContain('##NPOINTS= 2\n##PEAK TABLE= (XY..XY)\n3.5000, 1\n1.2500, 3\n##END=\n')
    expect(text).toContain('##.OBSERVE NUCLEUS= ^13C\n')
    expect(text).not.toContain('17O')
    const hydroxyl = { ...shift('1H', [7], 3.5), comparable: false }
    const early = peaksJcamp({ ...having(hydroxyl), provisional: true } as unknown as RunDocument)
    expect(early).toContain('calculated, PROVISIONAL\n')
    expect(early).toContain('3.5000, 1 $$ not comparable with an experiment\n')
    expect(text).toContain('##TITLE= ethanol ??END= ')
  })

  test('a run without shifts has none', () => {
    expect(() => peaksJcamp(having(shift('1H', [1], null)))).toThrow('The run has no shifts')
  })
})

test('supporting information: method, populations, shifts and coordinates', () => {
  const filtered = structure(water, 'c-2', { state: 'filtered', weight: null })
  const text = siText(having(shift('1H', [2, 3], 1.5)), [structure(water, 'c-1'), filtered], ['NWChem 7.0.2'])
  expect(text).not.toContain('c-2')
  expect(text).toContain('Method: B3LYP/6-31G*//B3LYP/6-31G*, COSMO (CDCl3); dispersion: none; charge 0.')
  expect(text).toContain('Programs: NWChem 7.0.2. Larmor run rabc, completed.')
  expect(text).toMatch(/^c-1 .* 100\.0 % +2$/m)
  expect(text).toMatch(/^1H +2,3 +1\.50 +- +31\.25$/m)
  expect(text).toContain('c-1, E = -76.40000000 Eh\nO      0.000000     0.000000     0.117000\n')
})
