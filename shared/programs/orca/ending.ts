import { type Category, isFromOutside, sentence as sentenceOf } from '../categories.ts'
import { type Complaint, evidenceOf, isNonsense, strongest } from '../complaints.ts'
import type { Evidence, GeometryAtom, OutputReading } from '../program.ts'
import type { OrcaInput } from './input.ts'

/** What has been read of an output, as far as its ending is concerned. */
export interface Seen {
  readonly isOrca: boolean
  readonly normalEnd: Evidence | null
  readonly fatal: Evidence | null
  readonly complaints: readonly Complaint[]
  /** What stderr said: heard only where the output itself proves nothing. */
  readonly stderr: readonly Complaint[]
  readonly lastLine: Evidence | null
  readonly lastEnergy: { readonly hartree: number; readonly evidence: Evidence } | null
  readonly optimised: boolean
  /** An optimisation whose last cycle asked for another one. */
  readonly moreCyclesNeeded: Evidence | null
  readonly geometry: readonly GeometryAtom[] | null
  readonly shieldings: number
  readonly frequencies: boolean
}

type Ending = Pick<OutputReading, 'outcome' | 'category' | 'reason' | 'evidence'>

/** A message within so many lines of the end is about the end, also where ORCA says no more than that. */
const NEAR_THE_END = 40

/** What makes a result worthless though ORCA ended normally. */
const standing = new Set<Category>([
  'scf-not-converged',
  'post-scf-not-converged',
  'opt-not-converged',
  'response-not-converged',
])

/**
 * How the output ends. Success first: with ORCA's normal end only what did not converge stands against it, for words of
 * errors stand in many a good output. Without it, what was said at the end is the cause.
 */
export function ending(seen: Seen, input: OrcaInput | null): Ending {
  const { normalEnd, fatal, lastLine, lastEnergy } = seen
  if (lastEnergy && isNonsense(lastEnergy.hartree, seen.geometry)) {
    return failed('scf-blow-up', sentence('scf-blow-up'), [lastEnergy.evidence])
  }
  if (normalEnd) {
    const against = seen.complaints.filter(each => standing.has(each.category))
    const cause = strongest(against)
    if (cause) return failed(cause.category, sentence(cause.category), [cause.evidence, normalEnd])
    if (seen.moreCyclesNeeded) {
      return failed('opt-not-converged', sentence('opt-not-converged'), [seen.moreCyclesNeeded, normalEnd])
    }
    const missing = missingFrom(seen, input)
    if (missing) return failed(missing.category, missing.reason, [normalEnd])
    return { outcome: 'completed', category: null, reason: null, evidence: [normalEnd] }
  }
  const near = (fatal?.line ?? lastLine?.line ?? 0) - NEAR_THE_END
  const said = seen.complaints.filter(each => (each.evidence.line ?? 0) >= near)
  const ended = said.filter(({ category }) => !isFromOutside(category))
  const cause = strongest(ended)
  if (cause && cause.weight >= 2) {
    return failed(cause.category, sentence(cause.category), evidenceOf(fewest(ended, fatal), heaviest(ended, cause)))
  }
  const outside = strongest([...said.filter(({ category }) => isFromOutside(category)), ...seen.stderr])
  if (fatal) {
    if (outside && outside.weight >= 1) {
      return failed(outside.category, sentence(outside.category), [outside.evidence, fatal])
    }
    return failed('crash-unknown', sentence('crash-unknown'), [fatal])
  }
  const last = lastLine ? [lastLine] : []
  if (outside) {
    const { category, evidence } = outside
    if (!isFromOutside(category)) return failed(category, sentence(category), [evidence])
    return { outcome: 'truncated', category, reason: sentence(category), evidence: [...last, evidence] }
  }
  if (!seen.isOrca) return { outcome: 'unknown', category: null, reason: null, evidence: [] }
  return { outcome: 'truncated', category: null, reason: 'the output stops before ORCA ended', evidence: last }
}

/** Of several that name figures (memory) the one that asks for most. */
function heaviest(complaints: readonly Complaint[], cause: Complaint): Complaint {
  if (cause.category !== 'out-of-memory' || cause.weight < 3) return cause
  const megabytes = ({ evidence }: Complaint) => Number(/([\d.]+)\s*MB/.exec(evidence.text)?.[1] ?? 0)
  return complaints
    .filter(each => each.category === cause.category && each.weight === cause.weight)
    .reduce((most, each) => (megabytes(each) > megabytes(most) ? each : most), cause)
}

/** The same words of many processes are one piece of evidence. */
function fewest(complaints: readonly Complaint[], fatal: Evidence | null): readonly Complaint[] {
  const seen = new Set<string>()
  const others = complaints.filter(({ evidence }) => {
    const words = evidence.text.replaceAll(/\d+/g, '')
    return !seen.has(words) && seen.add(words)
  })
  return fatal ? [...others, { category: 'crash-unknown', weight: 0, evidence: fatal }] : others
}

function sentence(category: Category): string {
  return sentenceOf(category, 'ORCA')
}

function failed(category: Category, reason: string, evidence: readonly Evidence[]): Ending {
  return { outcome: 'failed', category, reason, evidence }
}

/** What was asked for and is not there, though ORCA ended normally. */
function missingFrom(
  seen: Seen,
  input: OrcaInput | null,
): { readonly category: Category; readonly reason: string } | null {
  if (input?.kind !== 'calculation') return null
  const no = (what: string) => ({
    category: 'crash-unknown' as const,
    reason: `ORCA ended normally, but its output holds no ${what}`,
  })
  const { task, atoms } = input
  if (seen.lastEnergy === null) return no('energy')
  if (seen.geometry?.length !== atoms) {
    return {
      category: 'geometry',
      reason: `ORCA computed ${seen.geometry?.length ?? 0} atoms where ${atoms} were given`,
    }
  }
  if (task.startsWith('opt') && !seen.optimised) return no('converged optimisation')
  if (task === 'freq' && !seen.frequencies) return no('frequencies')
  if (task.endsWith('nmr') && seen.shieldings !== atoms) {
    return no(`shieldings of all atoms (${seen.shieldings} of ${atoms})`)
  }
  return null
}
