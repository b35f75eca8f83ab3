import { GAS_CONSTANT_KCAL } from '../units.ts'

/** A conformer as Boltzmann sees it. */
export interface Level {
  /** Relative to anything, the same for all. */
  readonly energy_kcal: number
  readonly degeneracy: number
}

/** Weights g exp(-E/RT), normalised to 1, in the order given. Temperature in kelvin, above 0. */
export function boltzmannWeights(levels: readonly Level[], temperature_K: number): readonly number[] {
  const lowest = Math.min(...levels.map(({ energy_kcal }) => energy_kcal))
  const factors = levels.map(
    ({ energy_kcal, degeneracy }) =>
      degeneracy * Math.exp(-(energy_kcal - lowest) / (GAS_CONSTANT_KCAL * temperature_K)),
  )
  const sum = factors.reduce((total, factor) => total + factor, 0)
  return factors.map(factor => factor / sum)
}

/** A row of the population table. */
export interface Population {
  readonly index: number
  readonly relative_kcal_mol: number
  readonly degeneracy: number
  /** 0..1 */
  readonly weight: number
  /** Sum of the weights down to this row, 0..1. */
  readonly cumulative: number
  /** The weight if this conformer's energy were 1 kcal/mol higher, and lower: what the method's error may do. */
  readonly weight_low: number
  readonly weight_high: number
}

/** The population table, lowest energy first; `index` is the place in `levels`. */
export function populations(levels: readonly Level[], temperature_K: number): readonly Population[] {
  const weights = boltzmannWeights(levels, temperature_K)
  const lowest = Math.min(...levels.map(({ energy_kcal }) => energy_kcal))
  let cumulative = 0
  const shifted = (index: number, by: number) =>
    boltzmannWeights(
      levels.map((level, i) => (i === index ? { ...level, energy_kcal: level.energy_kcal + by } : level)),
      temperature_K,
    )[index] ?? 0
  return levels
    .map((level, index) => ({ level, index, weight: weights[index] ?? 0 }))
    .sort((a, b) => a.level.energy_kcal - b.level.energy_kcal || a.index - b.index)
    .map(({ level, index, weight }) => {
      cumulative += weight
      return {
        index,
        relative_kcal_mol: level.energy_kcal - lowest,
        degeneracy: level.degeneracy,
        weight,
        cumulative,
        weight_low: shifted(index, 1),
        weight_high: shifted(index, -1),
      }
    })
}
