import type { Json } from '../ids.ts'
import { badInput, ok, type Result } from '../result.ts'
import type { MoleculeInfo } from './molecule-info.ts'

/** A measured shift and the atoms (from 1) that it was assigned to. */
export type MeasuredShift = { readonly atoms: readonly number[]; readonly delta_ppm: number }

/** Measured shifts, as a person typed or pasted them. */
export type Experiment = {
  /** Where they are from, in the person's words; may be empty. */
  readonly source: string
  readonly shifts: readonly MeasuredShift[]
}

const MOST_PPM = 10_000
const MOST_SOURCE = 500

/** An experiment as it came from outside: numbers that can be shifts, of atoms that the molecule has, each once. */
export function readExperiment(value: Json, { elements }: Pick<MoleculeInfo, 'elements'>): Result<Experiment | null> {
  if (value === null) return ok(null)
  const given = typeof value === 'object' && !Array.isArray(value) ? (value as { [key: string]: Json }) : {}
  const { source = '', shifts } = given
  if (typeof source !== 'string' || !Array.isArray(shifts))
    return badInput('experiment', 'An experiment is a source and a list of shifts.')
  const read: MeasuredShift[] = []
  const seen = new Set<number>()
  for (const shift of shifts as readonly Json[]) {
    const { atoms, delta_ppm } = (shift ?? {}) as { readonly atoms?: Json; readonly delta_ppm?: Json }
    if (typeof delta_ppm !== 'number' || !Number.isFinite(delta_ppm) || Math.abs(delta_ppm) > MOST_PPM)
      return badInput('experiment', `${JSON.stringify(delta_ppm ?? null)} is no shift in ppm.`)
    if (!Array.isArray(atoms) || atoms.length === 0) return badInput('experiment', 'A shift names its atoms.')
    for (const atom of atoms as readonly Json[]) {
      if (typeof atom !== 'number' || elements[atom - 1] === undefined)
        return badInput('experiment', `The molecule has no atom ${JSON.stringify(atom)}.`)
      if (seen.has(atom)) return badInput('experiment', `Atom ${elements[atom - 1]}${atom} has two shifts.`)
      seen.add(atom)
    }
    read.push({ atoms: atoms as readonly number[], delta_ppm })
  }
  return ok(read.length === 0 ? null : { source: source.slice(0, MOST_SOURCE), shifts: read })
}

/**
 * The measured shift of a class: the mean over its atoms, so that it follows when classes are split or merged; null
 * where one of them has none.
 */
export function measuredShift(experiment: Experiment | null, atoms: readonly number[]): number | null {
  if (!experiment) return null
  const values = atoms.map(atom => experiment.shifts.find(shift => shift.atoms.includes(atom))?.delta_ppm)
  const known = values.filter(value => value !== undefined)
  return known.length === values.length && known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : null
}

/** The experiment with these atoms at this shift, or (null) without one of them; null when nothing is left. */
export function withShift(
  experiment: Experiment | null,
  atoms: readonly number[],
  delta_ppm: number | null,
): Experiment | null {
  const others = (experiment?.shifts ?? []).flatMap(shift => {
    const left = shift.atoms.filter(atom => !atoms.includes(atom))
    return left.length > 0 ? [{ ...shift, atoms: left }] : []
  })
  const shifts = delta_ppm === null ? others : [...others, { atoms, delta_ppm }]
  return shifts.length > 0 ? { source: experiment?.source ?? '', shifts } : null
}
