import type { ContentRef } from '../ids.ts'
import type { MoleculeInfo } from './molecule-info.ts'
import type { StructureFormat } from './parse-structure.ts'

/** Input of the task `conformers`: makes an ensemble from a molecule. */
export type ConformersInput = {
  readonly structure: { readonly format: StructureFormat; readonly content: ContentRef }
  readonly charge: number
  readonly max_conformers: number
  /** Kept above the lowest, kcal/mol. */
  readonly window_kcal: number
  readonly seed: number
}

/** Input of the task `ensemble`: takes the geometries of the file as they are. */
export type EnsembleInput = {
  readonly structure: { readonly format: StructureFormat; readonly content: ContentRef }
  readonly charge: number
}

export type Conformer = {
  /** `c-` and the first digits of the sha256 of its geometry: the same geometry has the same name for ever. */
  readonly id: string
  /** XYZ text in the order of the input's atoms. */
  readonly geometry: ContentRef
  /** MMFF94s+ energy; null where the force field does not know the molecule, or was not asked. */
  readonly ff_energy_kcal: number | null
  /** How many conformers of this energy it stands for: mirror images, and renamings of like atoms. */
  readonly degeneracy: number
}

/** Result of `conformers` and `ensemble`. */
export type EnsembleResult = {
  readonly molecule: MoleculeInfo
  /** Lowest energy first; a given ensemble in the order of the file. */
  readonly conformers: readonly Conformer[]
  /** What was made and not kept. */
  readonly dropped: readonly { readonly reason: string; readonly count: number }[]
  readonly warnings: readonly string[]
}

/** Input of the task `select`: which optimised conformers go on. */
export type SelectInput = {
  readonly molecule: MoleculeInfo
  readonly conformers: readonly {
    readonly id: string
    /** Before the optimisation: what the stereocentres are compared with. */
    readonly start: ContentRef
    readonly geometry: ContentRef
    readonly energy_hartree: number
  }[]
  /** Kept above the lowest, kcal/mol. */
  readonly window_kcal: number
}

/** Result of `select`. */
export type SelectResult = {
  /** Lowest energy first. */
  readonly kept: readonly { readonly id: string; readonly degeneracy: number }[]
  readonly filtered: readonly { readonly id: string; readonly reason: string }[]
}
