import { type Category, isFromOutside, sentence as sentenceOf } from '../categories.ts'
import { type Complaint, evidenceOf, isNonsense, strongest } from '../complaints.ts'
import type { Evidence, GeometryAtom, OutputReading } from '../program.ts'
import type { XtbInput } from './input.ts'

/** What has been read of an output, as far as its ending is concerned. */
export interface Seen {
  readonly isXtb: boolean
  /** xtb's last words, `finished run on`. */
  readonly finished: Evidence | null
  /** The first line by which xtb says that it gives up. */
  readonly fatal: Evidence | null
  readonly complaints: readonly Complaint[]
  /** What stderr said: heard only where the output itself proves nothing. */
  readonly stderr: readonly Complaint[]
  readonly lastLine: Evidence | null
  readonly lastEnergy: { readonly hartree: number; readonly evidence: Evidence } | null
  readonly optimising: boolean
  /** An optimisation that converged, or had nothing to do. */
  readonly hasMinimum: boolean
  readonly geometry: readonly GeometryAtom[] | null
  readonly frequencies: boolean
  /** An option that xtb did not know, and went on without. */
  readonly ignored: Evidence | null
}

type Ending = Pick<OutputReading, 'outcome' | 'category' | 'reason' | 'evidence'>

/**
 * How the output ends. `completed` wants xtb's last words, nothing that still stands against it, and everything that was
 * asked for.
 */
export function ending(seen: Seen, input: XtbInput | null): Ending {
  const { finished, fatal, complaints, lastEnergy } = seen
  if (lastEnergy && isNonsense(lastEnergy.hartree, seen.geometry)) return failed('scf-blow-up', [lastEnergy.evidence])
  const against = complaints.filter(({ category }) => category.endsWith('-not-converged'))
  const standing = strongest(against)
  if (finished && !fatal) {
    if (standing) return failed(standing.category, [standing.evidence, finished])
    const missing = whatIsMissing(seen, input)
    if (missing) return failed(missing.category, [finished], missing.reason)
    if (!seen.ignored) return { outcome: 'completed', category: null, reason: null, evidence: [finished] }
    const reason = 'xtb did not know one of its options, and went on without it'
    return { outcome: 'completed', category: null, reason, evidence: [finished, seen.ignored] }
  }
  // The messages stand in the order of the calls, the origin (-1-) last.
  const cause = strongest(complaints.toReversed())
  if (fatal) {
    if (!cause) return failed('crash-unknown', [fatal])
    return failed(cause.category, evidenceOf([...complaints, { ...cause, evidence: fatal }], cause))
  }
  const last = seen.lastLine ? [seen.lastLine] : []
  const outside = strongest([...complaints.filter(each => !against.includes(each)), ...seen.stderr])
  if (outside) {
    const { category, evidence } = outside
    if (!isFromOutside(category)) return failed(category, [evidence])
    return { outcome: 'truncated', category, reason: sentence(category), evidence: [...last, evidence] }
  }
  if (!seen.isXtb) return { outcome: 'unknown', category: null, reason: null, evidence: [] }
  return { outcome: 'truncated', category: null, reason: 'the output stops before xtb ended', evidence: last }
}

function sentence(category: Category): string {
  return sentenceOf(category, 'xtb')
}

function failed(category: Category, evidence: readonly Evidence[], reason = sentence(category)): Ending {
  return { outcome: 'failed', category, reason, evidence }
}

/** What was asked for and is not there, though xtb ended normally. */
function whatIsMissing(
  seen: Seen,
  input: XtbInput | null,
): { readonly category: Category; readonly reason: string } | null {
  const no = (what: string) => ({
    category: 'crash-unknown' as const,
    reason: `xtb ended normally, but its output holds no ${what}`,
  })
  if (seen.optimising && !seen.hasMinimum) return no('converged optimisation')
  if (input?.kind !== 'calculation') return null
  if (seen.lastEnergy === null) return no('energy')
  if (input.task.startsWith('opt') && !seen.hasMinimum) return no('converged optimisation')
  if (input.task.startsWith('opt') && seen.geometry?.length !== input.atoms) {
    return {
      category: 'geometry',
      reason: `xtb computed ${seen.geometry?.length ?? 0} atoms where ${input.atoms} were given`,
    }
  }
  if (input.task.endsWith('freq') && !seen.frequencies) return no('frequencies')
  return null
}
