import table from '../../resources/delta50/table.json' with { type: 'json' }

/** One signal: the atoms (from 1) that share it, and what was measured. */
export type Environment = {
  readonly nucleus: string
  readonly atoms: readonly number[]
  readonly delta_ppm: number
}

export interface MeasuredMolecule {
  readonly id: string
  readonly number: number
  readonly name: string
  readonly smiles: string
  readonly formula: string
  readonly elements: readonly string[]
  /** Angstrom, as in the Supporting Information, its typing errors corrected. */
  readonly geometry: readonly (readonly [x: number, y: number, z: number])[]
  readonly environments: readonly Environment[]
}

/** Cohen et al., Molecules 2023, 28, 2449, with the corrections that resources/delta50/table.json lists. */
export const delta50 = {
  source: table.source,
  licence: table.licence,
  corrections: table.corrections,
  molecules: table.molecules.map(({ id, number, name, smiles, formula, atoms, environments }): MeasuredMolecule => {
    const rows = atoms.map(atom => atom.split(' '))
    return {
      id,
      number,
      name,
      smiles,
      formula,
      elements: rows.map(([element = '']) => element),
      geometry: rows.map(([, x, y, z]) => [Number(x), Number(y), Number(z)] as const),
      environments: environments.map(({ nucleus, atoms, delta_ppm }) => ({ nucleus, atoms, delta_ppm })),
    }
  }),
} as const
