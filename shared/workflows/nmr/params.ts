import type { Nucleus } from '../../nmr/nuclei.ts'
import type { StructureFormat } from '../../nmr/parse-structure.ts'
import type { Reference } from '../../nmr/references.ts'
import type { JsonRef, Level } from '../../programs/index.ts'

/** Everything an nmr run was started with, resolved: later defaults and tables never change a run. */
export type NmrParams = {
  /** As the person gave it: a SMILES, or a file's name. */
  readonly input: string
  readonly structure: {
    readonly format: StructureFormat
    readonly content: JsonRef
    readonly frames: number
    readonly atoms: number
    /** With all hydrogens; absent in runs that are older than this. */
    readonly elements?: readonly string[]
  }
  /** Whether conformers are made, or the geometries of the file are taken as they are. */
  readonly ensemble: 'generated' | 'given'
  /** `none`: force field only. */
  readonly program: 'nwchem' | 'orca' | 'none'
  /** Conformers are optimised and ranked by xtb first; absent: they are not. */
  readonly pre?: 'xtb'
  /** The preset it began from. */
  readonly preset: string
  readonly geometry: Level
  readonly shielding: Level
  /** The level from which these elements' shieldings are taken instead; absent: all are of one level. */
  readonly other?: Level & { readonly elements: readonly string[] }
  /** `B3LYP/6-311+G(2d,p)//B3LYP/6-31G*`. */
  readonly level: string
  /** An id of shared/solvents.ts. */
  readonly solvent: string
  readonly solvent_label: string
  readonly solvent_model: string
  readonly dispersion: string
  readonly weights_from: string
  readonly charge: number
  readonly nuclei: readonly Nucleus[]
  readonly references: readonly Reference[]
  /** Where TMS is computed: its starting geometry. */
  readonly tms: { readonly geometry: JsonRef; readonly atoms: number } | null
  readonly max_conformers: number
  readonly ff_window_kcal: number
  readonly dft_window_kcal: number
  readonly temperature_K: number
  readonly seed: number
  /** Optimisation and shielding of a conformer in one job. */
  readonly one_job: boolean
  readonly max_cycles: number
  readonly resources: { readonly ranks: number; readonly memory_mb: number; readonly seconds: number }
  /** What was assumed at the start. */
  readonly warnings: readonly string[]
}
