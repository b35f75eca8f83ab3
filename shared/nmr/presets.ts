import type { Level } from '../programs/index.ts'

/** A choice of level that is known to work, and what it leaves out. */
export interface Preset {
  readonly id: 'draft' | 'production'
  readonly label: string
  /** Functional and basis set of the geometries, and of the energies that weigh. */
  readonly geometry: Level
  /** Of the shieldings. */
  readonly shielding: Level
  readonly dispersion: string
  readonly solvent_model: string
  /** Which energy the Boltzmann weights come from. */
  readonly weights_from: string
}

const optimisation = { xc: 'B3LYP', basis: '6-31G*' }
const common = {
  geometry: optimisation,
  dispersion: 'none',
  solvent_model: 'COSMO',
  weights_from: 'electronic energy of the optimisation (B3LYP/6-31G*, with solvent; no zero-point or thermal part)',
} as const

export const presets: readonly Preset[] = [
  { id: 'draft', label: 'Draft: B3LYP/6-31G*', shielding: optimisation, ...common },
  {
    id: 'production',
    label: 'Production: B3LYP/6-311+G(2d,p)@UFF//B3LYP/6-31G*',
    // For NWChem only, ORCA has cavities of its own: in that of UFF radii carbonyl carbons of DELTA50 are nearer by up to 2 ppm.
    shielding: { xc: 'B3LYP', basis: '6-311+G(2d,p)', cavity: 'UFF' },
    ...common,
  },
]
