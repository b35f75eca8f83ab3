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
  /** Where the shift moves when the energy of any one conformer is 1 kcal/mol off. */
  readonly interval_ppm: readonly [number, number] | null
  readonly reference: {
    readonly kind: 'own' | 'published' | 'tms' | 'none'
    readonly source: string
    readonly expected_error_ppm: number | null
  }
  readonly comparable: boolean
  /** Why not; null where it is. */
  readonly why: string | null
}

export interface EnsembleDocument {
  readonly program: 'nwchem' | 'none'
  readonly level: string
  readonly solvent: string
  readonly solvent_model: string
  readonly dispersion: string
  readonly temperature_K: number
  readonly weights_from: string
  readonly conformers: readonly ConformerDocument[]
  /** What was made and not kept. */
  readonly dropped: readonly { readonly reason: string; readonly count: number }[]
  readonly shifts: readonly ShiftDocument[]
  /** Failed conformers hold so much of the population that the spectrum may change. */
  readonly provisional: boolean
  readonly warnings: readonly string[]
}
