import type { GivenFile, JsonRef } from '../files.ts'

export type XtbTask = 'opt' | 'sp' | 'freq' | 'opt+freq'
export type XtbMethod = 'gfn2' | 'gfn1' | 'gfnff'

/** What one xtb job computes: files of a person with the options given, or a calculation that Larmor writes out. */
export type XtbInput = XtbFiles | XtbCalculation

export type XtbFiles = {
  readonly kind: 'deck'
  readonly files: readonly GivenFile[]
  /** Which of the files is the structure. */
  readonly main: string
  /** xtb's own options, each known (options.ts). */
  readonly args: readonly string[]
}

export type XtbCalculation = {
  readonly kind: 'calculation'
  readonly task: XtbTask
  /** An XYZ text; its order of atoms is kept everywhere. */
  readonly geometry: JsonRef
  /** How many atoms the geometry has. */
  readonly atoms: number
  readonly title: string
  readonly charge: number
  /** 2S + 1; xtb is told the number of unpaired electrons. */
  readonly multiplicity: number
  readonly method: XtbMethod
  /** An id of shared/solvents.ts, `gas` for none: the model is ALPB. */
  readonly solvent: string
  /** Most steps of the optimisation. */
  readonly max_cycles: number
  /** Most iterations of the SCC; xtb's own number without it. */
  readonly iterations?: number
}
