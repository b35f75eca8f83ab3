import type { ShownShift } from '../../shared/workflows/index.ts'
import { groupKey } from '../ensemble/selection.ts'
import { shiftName } from '../ensemble/shift-name.ts'

/** One signal in two runs, in ppm; null where a run does not have it. */
export interface ComparedShift {
  readonly key: string
  readonly name: string
  readonly element: string
  readonly a: number | null
  readonly b: number | null
  readonly difference: number | null
  readonly measured: number | null
  readonly a_error: number | null
  readonly b_error: number | null
  /** Counts in the errors. */
  readonly comparable: boolean
}

/** The signals of one nucleus in two runs, matched by their atoms; the largest shift first. */
export function compareShifts(
  a: readonly ShownShift[],
  b: readonly ShownShift[],
  nucleus: string,
): readonly ComparedShift[] {
  const of = (shifts: readonly ShownShift[]) =>
    new Map(shifts.filter(each => each.nucleus === nucleus).map(each => [groupKey(each.atoms), each]))
  const [inA, inB] = [of(a), of(b)]
  const rows = [...new Set([...inA.keys(), ...inB.keys()])].flatMap((key): ComparedShift[] => {
    const [one, other] = [inA.get(key), inB.get(key)]
    const any = one ?? other
    if (!any) return []
    const measured = one?.experiment_ppm ?? other?.experiment_ppm ?? null
    const [left, right] = [one?.delta_ppm ?? null, other?.delta_ppm ?? null]
    return [
      {
        key,
        name: shiftName(any),
        element: any.element,
        a: left,
        b: right,
        difference: minus(left, right),
        measured,
        a_error: minus(left, measured),
        b_error: minus(right, measured),
        comparable: any.comparable,
      },
    ]
  })
  return rows.sort((x, y) => (y.a ?? y.b ?? 0) - (x.a ?? x.b ?? 0))
}

/**
 * The difference of two values as they are shown, with so many decimals: 2.60 and 2.59 are 0.01 apart, also where rounding
 * made that of less.
 */
export function shownDifference(one: number | null, other: number | null, decimals: number): number | null {
  const shown = (value: number | null) => (value === null ? null : Number(value.toFixed(decimals)))
  return minus(shown(one), shown(other))
}

/** The mean absolute value; null of none. */
export function meanAbsolute(errors: readonly (number | null)[]): number | null {
  const known = errors.filter(error => error !== null)
  return known.length === 0 ? null : known.reduce((sum, error) => sum + Math.abs(error), 0) / known.length
}

function minus(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one - other
}
