/** What `show RUN` says of a conformer ensemble (shared/show): the same words and numbers that scripts get. */

export type ConformerState =
  | 'pending'
  | 'optimizing'
  | 'optimized'
  | 'nmr_running'
  | 'nmr_complete'
  | 'failed'
  | 'filtered'
  | 'cancelled'
  | 'lost'
  | 'timeout'

export interface ConformerDocument {
  readonly key: string
  readonly state: ConformerState
  readonly energy_hartree: number | null
  readonly relative_kcal_mol: number | null
  readonly weight: number | null
  readonly degeneracy: number
  readonly reason: string | null
}

export interface ShiftDocument {
  readonly element: string
  readonly nucleus: string
  /** 1-based. */
  readonly atoms: readonly number[]
  readonly sigma_ppm: number
  readonly delta_ppm: number | null
  readonly reference: {
    readonly kind: 'own' | 'published' | 'tms' | 'none'
    readonly source: string
    readonly expected_error_ppm: number | null
  }
  readonly comparable: boolean
}

export interface EnsembleDocument {
  readonly level: string
  readonly solvent: string
  readonly temperature_K: number
  readonly weights_from: string
  readonly conformers: readonly ConformerDocument[]
  readonly shifts: readonly ShiftDocument[]
  readonly warnings: readonly string[]
}
