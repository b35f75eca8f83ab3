import type { GivenFile, JsonRef } from '../files.ts'
import type { OrcaRepairs } from './repaired-deck.ts'

export type OrcaTask = 'opt' | 'nmr' | 'sp' | 'freq' | 'opt+nmr'

/** What one ORCA job computes: files of a person, run as they are, or a calculation whose input Larmor writes. */
export type OrcaInput = OrcaDeck | OrcaCalculation

export type OrcaDeck = {
  readonly kind: 'deck'
  readonly files: readonly GivenFile[]
  /** Which of the files is the input. */
  readonly main: string
  readonly repairs?: OrcaRepairs
}

export type OrcaCalculation = {
  readonly kind: 'calculation'
  /** `opt+nmr`: the optimisation, then the shieldings of its last geometry, in one job. */
  readonly task: OrcaTask
  /** An XYZ text; its order of atoms is kept everywhere. */
  readonly geometry: JsonRef
  /** How many atoms the geometry has. */
  readonly atoms: number
  readonly title: string
  readonly charge: number
  /** 2S + 1. */
  readonly multiplicity: number
  /** Functional and basis set by the names of levels.ts; null where the keywords name the method. */
  readonly xc: string | null
  readonly basis: string | null
  /** More words for the line `!`; with xc null all of them (`r2SCAN-3c TightSCF`). */
  readonly keywords: string
  /** The level of the shieldings; null: the same one. */
  readonly shielding: { readonly xc: string; readonly basis: string } | null
  /** An id of shared/solvents.ts, `gas` for none. */
  readonly solvent: string
  /** Most steps of the optimisation. */
  readonly max_cycles: number
  /** Cartesian coordinates (`COpt`), for molecules whose internal ones fail. */
  readonly cartesian: boolean
  /** Orbitals of an earlier run (.gbw) to start from. */
  readonly restart: JsonRef | null
  readonly repairs?: OrcaRepairs
}
