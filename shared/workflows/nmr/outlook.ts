import { classesOf } from '../../nmr/atom-classes.ts'
import { boltzmannWeights } from '../../nmr/boltzmann.ts'
import type { AtomClass, MoleculeInfo } from '../../nmr/molecule-info.ts'
import { KCAL_PER_HARTREE } from '../../units.ts'
import type { Known } from '../workflow.ts'
import { type Counted, conformerShifts, type ShownShift, shiftsOf } from './shifts.ts'
import { type Member, optimised, type Stage, shieldingsOf, stageOf } from './stage.ts'

/** What an ensemble says before all of it is in: an average of those that are, and what the others may still change. */
export interface Outlook {
  readonly molecule: MoleculeInfo
  /** The classes that signals are made of: of the symmetry, or a person's. */
  readonly classes: readonly AtomClass[]
  /**
   * The share of each conformer that was not filtered out, by the best energies known: of the optimisation, else of
   * the force field, moved by the mean difference of the two. Empty where one has no energy.
   */
  readonly shares: ReadonlyMap<string, number>
  /** Averaged over the conformers that have shieldings; the same as `show` once all have settled. */
  readonly shifts: readonly ShownShift[]
  /** By conformer: its own shift for each of `shifts`. */
  readonly single: ReadonlyMap<string, readonly (number | null)[]>
  readonly completeness: Completeness | null
}

export interface Completeness {
  /** Conformers with shieldings, and of how many. */
  readonly in: number
  readonly of: number
  /** Share of the population that is in, 0..1, estimated; null where energies are missing. */
  readonly population: number | null
  /**
   * By nucleus: how far the missing conformers can still move a comparable shift if they lie within the range of those
   * that are in, and which atoms. None with fewer than two conformers in: a range is then not known.
   */
  readonly change: readonly { readonly nucleus: string; readonly ppm: number; readonly atoms: readonly number[] }[]
}

/** Null until the conformers are known. */
export function outlookOf(known: Known): Outlook | null {
  const stage = stageOf(known)
  if (!stage.ensemble) return null
  const { molecule } = stage.ensemble
  const classes = classesOf(molecule, known.run.analysis?.classes ?? null)
  const shares = sharesOf(stage)
  const counted = countedSoFar(stage)
  const shifts = counted.length > 0 ? shiftsOf(stage, classes, counted, known.run.analysis?.experiment ?? null) : []
  const singles = conformerShifts(stage, classes, counted)
  const single = new Map(counted.map(({ id }, i) => [id, singles[i] ?? []]))
  return {
    molecule,
    classes,
    shares,
    shifts,
    single,
    completeness: completenessOf(stage, shares, counted, shifts, [...single.values()]),
  }
}

/** Who counts or may still count: all before the selection, the selected ones after it. */
function candidates({ members, selected, survivors }: Stage): readonly (Member & { readonly degeneracy: number })[] {
  if (selected) return survivors
  return members.map(member => ({ ...member, degeneracy: member.conformer.degeneracy }))
}

function sharesOf(stage: Stage): ReadonlyMap<string, number> {
  const all = candidates(stage).map(({ conformer, first, degeneracy }) => {
    const done = stage.params.program === 'none' ? null : optimised(first)
    const dft = done ? done.energy_hartree * KCAL_PER_HARTREE : null
    return { id: conformer.id, dft, ff: conformer.ff_energy_kcal, degeneracy }
  })
  const gaps = all.flatMap(({ dft, ff }) => (dft === null || ff === null ? [] : [dft - ff]))
  const gap = gaps.length > 0 ? gaps.reduce((a, b) => a + b, 0) / gaps.length : 0
  const levels = all.flatMap(({ id, dft, ff, degeneracy }) => {
    const energy_kcal = dft ?? (ff === null ? null : ff + gap)
    return energy_kcal === null ? [] : [{ id, energy_kcal, degeneracy }]
  })
  if (levels.length !== all.length) return new Map()
  const weights = boltzmannWeights(levels, stage.params.temperature_K)
  return new Map(levels.map(({ id }, i) => [id, weights[i] ?? 0]))
}

function countedSoFar(stage: Stage): readonly Counted[] {
  const levels = candidates(stage).flatMap(({ degeneracy, ...member }) => {
    const { conformer, first } = member
    const done = optimised(first)
    if (!done || !shieldingsOf(stage.params, member)) return []
    return [{ id: conformer.id, energy_kcal: done.energy_hartree * KCAL_PER_HARTREE, degeneracy }]
  })
  const weights = boltzmannWeights(levels, stage.params.temperature_K)
  return levels.map((level, i) => ({ ...level, weight: weights[i] ?? 0 })).sort((a, b) => a.energy_kcal - b.energy_kcal)
}

function completenessOf(
  stage: Stage,
  shares: ReadonlyMap<string, number>,
  counted: readonly Counted[],
  shifts: readonly ShownShift[],
  singles: readonly (readonly (number | null)[])[],
): Completeness | null {
  const all = candidates(stage)
  if (stage.params.program === 'none' || all.length === 0) return null
  const population = shares.size > 0 ? counted.reduce((sum, { id }) => sum + (shares.get(id) ?? 0), 0) : null
  const missing = population === null ? 1 : Math.max(0, 1 - population)
  const largest = new Map<
    string,
    { readonly nucleus: string; readonly ppm: number; readonly atoms: readonly number[] }
  >()
  for (const [i, { nucleus, delta_ppm, comparable, atoms }] of shifts.entries()) {
    const values = singles.flatMap(single => single[i] ?? [])
    if (delta_ppm === null || !comparable || values.length < 2) continue
    const ppm = missing * Math.max(Math.max(...values) - delta_ppm, delta_ppm - Math.min(...values))
    if (ppm >= (largest.get(nucleus)?.ppm ?? 0)) largest.set(nucleus, { nucleus, ppm, atoms })
  }
  return { in: counted.length, of: all.length, population, change: [...largest.values()] }
}
