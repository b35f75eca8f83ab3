import type { Json } from '../../ids.ts'
import type { Resources } from '../../model/job.ts'
import type { Environment } from '../../nmr/delta50.ts'
import type { JsonRef, Level, LevelProgram } from '../../programs/index.ts'

/** In which order the molecules are computed: as they stand, small ones first, or sizes mixed throughout. */
export type CampaignOrder = 'size' | 'file' | 'interleaved'

export type CampaignMolecule = {
  /** A plain word: part of keys and of folder names. */
  readonly id: string
  readonly name: string
  readonly elements: readonly string[]
  readonly charge: number
  readonly geometry: JsonRef
  /** False where NWChem's internal coordinates would fail. */
  readonly autoz: boolean
  readonly environments: readonly (Environment & {
    /** Why it is left out of the statistics; null where it counts. */
    readonly left_out: string | null
  })[]
}

export type CampaignLevel = Level & {
  /** A plain word for keys and folders, e.g. `B3LYP-6-311+G(2d,p)`. */
  readonly id: string
  /** `WP04/6-311+G(2d,p)`. */
  readonly label: string
  /** What must be said of it, e.g. that WP04 is put together from its components. */
  readonly note: string | null
}

export type CampaignSolvent = {
  /** An id of shared/solvents.ts. */
  readonly id: string
  /** The continuum's own name: chcl3, dmso, gas. */
  readonly name: string
}

/** Everything a campaign was started with, resolved: later defaults and tables never change it. */
export type CampaignParams = {
  readonly set: {
    readonly id: string
    readonly source: string
    readonly corrections: readonly string[]
    /** Id of the solvent in which the shifts were measured. */
    readonly solvent: string
  }
  /** In the order in which they are computed. */
  readonly molecules: readonly CampaignMolecule[]
  readonly levels: readonly CampaignLevel[]
  readonly solvents: readonly CampaignSolvent[]
  readonly program: LevelProgram
  /** The level at which geometries are optimised, once for each molecule and solvent; null: they are taken as given. */
  readonly geometry: (Level & { readonly label: string }) | null
  readonly order: CampaignOrder
  /** Distinct molecules that may fail; one more, and the campaign pauses. */
  readonly max_failures: number
  /** At most so many jobs are under way or waiting at once; null: all that can be. */
  readonly ahead: number | null
  readonly max_cycles: number
  readonly resources: Resources
  readonly warnings: readonly string[]
}

/** What a campaign calculates: molecules x levels x solvents; optimisations are not counted. */
export function taskCount({ molecules, levels, solvents }: CampaignParams): number {
  return molecules.length * levels.length * solvents.length
}

/** Which calculations it comes to. */
export function campaignEssence(params: Json): string {
  const { set, molecules, levels, solvents, program, geometry } = params as unknown as CampaignParams
  const words = <T>(all: readonly T[], word: (each: T) => string) => all.map(word).toSorted()
  return JSON.stringify([
    set,
    words(molecules, ({ id, geometry: { sha256 } }) => `${id} ${sha256}`),
    words(levels, ({ label }) => label),
    words(solvents, ({ id }) => id),
    program,
    geometry,
  ])
}
