import { type Agreement, agreementOf } from '../../nmr/agreement.ts'
import { averageShieldings, type WeightedShieldings } from '../../nmr/average.ts'
import { boltzmannWeights } from '../../nmr/boltzmann.ts'
import { type Experiment, measuredShift } from '../../nmr/experiment.ts'
import type { AtomClass } from '../../nmr/molecule-info.ts'
import { type Reference, shiftOf } from '../../nmr/references.ts'
import { type Stage, shielded, shieldingsOf } from './stage.ts'

export type ShownShift = {
  readonly element: string
  readonly nucleus: string
  readonly atoms: readonly number[]
  readonly sigma_ppm: number
  readonly delta_ppm: number | null
  /** How far the shift moves when the energy of any one conformer is 1 kcal/mol off. */
  readonly interval_ppm: readonly [number, number] | null
  /** The largest less the smallest shift (without a reference: shielding) of a single conformer; null for one conformer. */
  readonly spread_ppm: number | null
  /** What was measured, where a person said so. */
  readonly experiment_ppm: number | null
  readonly reference: {
    readonly kind: Reference['kind']
    readonly source: string
    readonly expected_error_ppm: number | null
    /** Whether that error was measured at this level in this solvent; else nobody knows how far the shift is off. */
    readonly calibrated: boolean
  }
  readonly comparable: boolean
  readonly why: string | null
}

/** The agreement of one nucleus; `worst`: the atoms of the signal that is farthest off. */
export type ShownAgreement = Omit<Agreement, 'worst'> & {
  readonly nucleus: string
  readonly worst: readonly number[]
  /** Signals with both values that are not comparable and so not counted. */
  readonly left_out: number
}

/** A conformer that counts in the averages. */
export interface Counted {
  readonly id: string
  readonly energy_kcal: number
  readonly degeneracy: number
  readonly weight: number
}

/** Above this number of conformers the interval of each shift is not computed. */
const MOST_FOR_INTERVAL = 50

/** The shift of each class, averaged over the conformers that count; all of them have shieldings. */
export function shiftsOf(
  stage: Stage,
  classes: readonly AtomClass[],
  counted: readonly Counted[],
  experiment: Experiment | null,
): readonly ShownShift[] {
  const tables = tablesOf(stage, counted)
  function average(weights: readonly number[]): readonly (number | null)[] {
    const rows = tables.map((shieldings, i): WeightedShieldings => ({ shieldings, weight: weights[i] ?? 0 }))
    return averageShieldings(rows, classes)
  }
  const sigmas = average(counted.map(({ weight }) => weight))
  const others = perturbed(counted, stage.params.temperature_K).map(average)
  const single = singlesOf(tables, classes)
  return stage.params.references.flatMap(reference => {
    const { element, nucleus, kind, source } = reference
    const expected_error_ppm = measuredError(reference)
    const tms = tmsSigma(stage, element)
    return classes.flatMap((group, i): ShownShift[] => {
      const sigma_ppm = sigmas[i]
      if (group.element !== element || sigma_ppm === null || sigma_ppm === undefined) return []
      const shifts = others.flatMap(each => {
        const sigma = each[i]
        return sigma === null || sigma === undefined ? [] : (shiftOf(reference, sigma, tms) ?? [])
      })
      const alone = single.flatMap(each => {
        const sigma = each[i]
        return sigma === null || sigma === undefined ? [] : [shiftOf(reference, sigma, tms) ?? sigma]
      })
      return [
        {
          element,
          nucleus,
          atoms: group.atoms,
          sigma_ppm,
          delta_ppm: shiftOf(reference, sigma_ppm, tms),
          interval_ppm: counted.length > 1 && shifts.length > 0 ? [Math.min(...shifts), Math.max(...shifts)] : null,
          spread_ppm: alone.length > 1 ? Math.max(...alone) - Math.min(...alone) : null,
          experiment_ppm: measuredShift(experiment, group.atoms),
          reference: { kind, source, expected_error_ppm, calibrated: expected_error_ppm !== null },
          comparable: group.comparable,
          why: group.why,
        },
      ]
    })
  })
}

/** Runs that are older than this rule keep a guess for TMS. */
function measuredError({ kind, expected_error_ppm }: Reference): number | null {
  return kind === 'tms' ? null : expected_error_ppm
}

/** The shifts of each conformer alone, in the order of `counted`; each in the order of `shiftsOf`. */
export function conformerShifts(
  stage: Stage,
  classes: readonly AtomClass[],
  counted: readonly Counted[],
): readonly (readonly (number | null)[])[] {
  return singlesOf(tablesOf(stage, counted), classes).map(sigmas =>
    stage.params.references.flatMap(reference => {
      const tms = tmsSigma(stage, reference.element)
      return classes.flatMap((group, i) => {
        const sigma = sigmas[i]
        if (group.element !== reference.element || sigma === null || sigma === undefined) return []
        return [shiftOf(reference, sigma, tms)]
      })
    }),
  )
}

/** Calculated against measured by nucleus, without what cannot be compared. */
export function agreementsOf(shifts: readonly ShownShift[]): readonly ShownAgreement[] {
  const nuclei = [...new Set(shifts.map(shift => shift.nucleus))]
  return nuclei.flatMap((nucleus): readonly ShownAgreement[] => {
    const both = shifts.flatMap(({ delta_ppm, experiment_ppm, ...shift }) =>
      shift.nucleus !== nucleus || delta_ppm === null || experiment_ppm === null
        ? []
        : [{ ...shift, calculated_ppm: delta_ppm, measured_ppm: experiment_ppm }],
    )
    const able = both.filter(shift => shift.comparable)
    const agreement = agreementOf(able)
    if (!agreement) return []
    return [{ nucleus, ...agreement, worst: able[agreement.worst]?.atoms ?? [], left_out: both.length - able.length }]
  })
}

type Table = NonNullable<ReturnType<typeof shielded>>

function tablesOf({ params, members }: Stage, counted: readonly Counted[]): readonly Table[] {
  const byId = new Map(members.map(member => [member.conformer.id, shieldingsOf(params, member)]))
  return counted.map(({ id }) => byId.get(id) ?? [])
}

function singlesOf(tables: readonly Table[], classes: readonly AtomClass[]) {
  return tables.map(shieldings => averageShieldings([{ shieldings, weight: 1 }], classes))
}

function tmsSigma({ tmsNmr }: Stage, element: string): number | null {
  const values = (shielded(tmsNmr) ?? []).filter(each => each.element === element).map(each => each.sigma_ppm)
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null
}

/** The weights with one conformer's energy 1 kcal/mol higher or lower, for each in turn, and as they are. */
function perturbed(counted: readonly Counted[], temperature_K: number): readonly (readonly number[])[] {
  if (counted.length === 0 || counted.length > MOST_FOR_INTERVAL) return []
  const changes = counted.flatMap((_, i) => [1, -1].map(by => ({ i, by })))
  return [{ i: -1, by: 0 }, ...changes].map(({ i, by }) =>
    boltzmannWeights(
      counted.map((level, k) => (k === i ? { ...level, energy_kcal: level.energy_kcal + by } : level)),
      temperature_K,
    ),
  )
}
