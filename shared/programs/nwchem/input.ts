import type { GivenFile, JsonRef } from '../files.ts'
import type { NwchemRepairs } from './repaired-deck.ts'

/** A functional and a basis set, by the names people use; levels.ts knows which ones NWChem has. */
export type Level = {
  readonly xc: string
  readonly basis: string
  /** The cavity in which the solvent's continuum begins: by UFF's radii (cavity.ts); absent: by NWChem's own. */
  readonly cavity?: 'UFF'
}

export type NwchemTask = 'opt' | 'nmr' | 'sp' | 'freq' | 'opt+nmr'

/** What one NWChem job computes: files of a person, run as they are, or a calculation whose deck Larmor writes. */
export type NwchemInput = NwchemDeck | NwchemCalculation

export type NwchemDeck = {
  readonly kind: 'deck'
  readonly files: readonly GivenFile[]
  /** Which of the files is the deck. */
  readonly main: string
  readonly repairs?: NwchemRepairs
}

/** Its level is that of the optimisation and of the energy, with `opt+nmr` too. */
export type NwchemCalculation = Level & {
  readonly kind: 'calculation'
  /** `opt+nmr`: the optimisation, then the shieldings of its last geometry, in one job. */
  readonly task: NwchemTask
  /** An XYZ text; its order of atoms is kept everywhere. */
  readonly geometry: JsonRef
  /** How many atoms the geometry has. */
  readonly atoms: number
  readonly title: string
  readonly charge: number
  /** 2S + 1. */
  readonly multiplicity: number
  /** The level of the shieldings; null: the same one. Of no account where no shieldings are asked for. */
  readonly shielding: Level | null
  /** An id of shared/solvents.ts, `gas` for none. */
  readonly solvent: string
  /** Most steps of the optimisation. */
  readonly max_cycles: number
  /** False: Cartesian coordinates (`noautoz`), for molecules whose internal ones fail (2-butyne). */
  readonly autoz: boolean
  readonly repairs?: NwchemRepairs
}
