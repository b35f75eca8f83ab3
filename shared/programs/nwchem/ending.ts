import { findSolvent } from '../../solvents.ts'
import { type Category, needsEdit, sentence as sentenceOf } from '../categories.ts'
import { type Complaint, evidenceOf, isNonsense, strongest } from '../complaints.ts'
import type { Evidence, GeometryAtom, OutputReading } from '../program.ts'
import type { NwchemCalculation, NwchemInput } from './input.ts'

/** What has been read of an output, as far as its ending is concerned. */
export interface Seen {
  /** It is NWChem's: its banner, or its first words. */
  readonly isNwchem: boolean
  /** The line `Total times`, with which every normal end of NWChem closes. */
  readonly totalTimes: Evidence | null
  readonly complaints: readonly Complaint[]
  /** The line of the deck at which it gave up, with its number. */
  readonly deckLine: Evidence | null
  /** What stderr said: heard only where the output itself proves nothing. */
  readonly stderr: readonly Complaint[]
  readonly lastLine: Evidence | null
  readonly lastEnergy: { readonly hartree: number; readonly evidence: Evidence } | null
  /** The tasks that ended well in the last run of NWChem in this output. */
  readonly tasks: number
  readonly optimised: boolean
  readonly geometry: readonly GeometryAtom[] | null
  /** How many shieldings the last section has, and how many of them belong to a known atom. */
  readonly shieldings: number
  readonly shielded: number
  readonly frequencies: boolean
  /** Each dielectric constant that was printed first or differs from the one before. */
  readonly dielectrics: readonly { readonly value: number; readonly evidence: Evidence }[]
}

type Ending = Pick<OutputReading, 'outcome' | 'category' | 'reason' | 'evidence'>

/**
 * How the output ends. `completed` wants the normal end, nothing that still stands against it, and everything that was
 * asked for; a named cause is `failed`; an output that only stops is `truncated`; what is no output of NWChem is `unknown`.
 */
export function ending(seen: Seen, input: NwchemInput | null): Ending {
  const cause = strongest([...seen.complaints, ...against(seen, input)])
  if (cause) {
    const evidence = evidenceOf(seen.complaints, cause)
    const all = needsEdit(cause.category) && seen.deckLine ? [...evidence.slice(0, 3), seen.deckLine] : evidence
    return failed(cause.category, cause.reason ?? sentence(cause.category), all)
  }
  if (seen.totalTimes) {
    const missing = whatIsMissing(seen, input)
    if (missing) return failed(missing.category, missing.reason, [seen.totalTimes])
    const { shieldings, shielded, geometry } = seen
    const reason =
      shieldings > 0 && shielded < (geometry?.length ?? 0)
        ? `shieldings of ${shieldings} chosen atoms: NWChem numbers them in the order asked for`
        : null
    return { outcome: 'completed', category: null, reason, evidence: [seen.totalTimes] }
  }
  const last = seen.lastLine ? [seen.lastLine] : []
  const heard = strongest(seen.stderr)
  if (heard && heard.category !== 'killed') return failed(heard.category, sentence(heard.category), [heard.evidence])
  if (heard)
    return { outcome: 'truncated', category: 'killed', reason: sentence('killed'), evidence: [...last, heard.evidence] }
  if (!seen.isNwchem) return { outcome: 'unknown', category: null, reason: null, evidence: [] }
  return { outcome: 'truncated', category: null, reason: 'the output stops before NWChem ended', evidence: last }
}

function sentence(category: Category): string {
  return sentenceOf(category, 'NWChem')
}

function failed(category: Category, reason: string, evidence: readonly Evidence[]): Ending {
  return { outcome: 'failed', category, reason, evidence }
}

/** What the figures themselves say against the calculation, however it ended. */
function against(seen: Seen, input: NwchemInput | null): readonly Complaint[] {
  const found: Complaint[] = []
  if (seen.lastEnergy && isNonsense(seen.lastEnergy.hartree, seen.geometry)) {
    found.push({ category: 'scf-blow-up', weight: 2, evidence: seen.lastEnergy.evidence })
  }
  const wanted = input?.kind === 'calculation' ? findSolvent(input.solvent) : null
  if (wanted?.ok) {
    const { dielectric, label } = wanted.value
    const other = seen.dielectrics.find(({ value }) => Math.abs(value - dielectric) > dielectric / 100)
    if (other) {
      const reason = `NWChem computed in a dielectric constant of ${other.value}, where ${label} has ${dielectric}`
      found.push({ category: 'bad-input', weight: 2, evidence: other.evidence, reason })
    }
  }
  return found
}

interface Missing {
  readonly category: Category
  readonly reason: string
}

/** What was asked for and is not there, though NWChem ended normally. */
function whatIsMissing(seen: Seen, input: NwchemInput | null): Missing | null {
  if (seen.tasks === 0) return { category: 'bad-input', reason: 'NWChem ended normally without having run a task' }
  return input?.kind === 'calculation' ? missingFrom(seen, input) : null
}

function missingFrom(seen: Seen, { task, atoms, solvent }: NwchemCalculation): Missing | null {
  function no(what: string): Missing {
    return { category: 'crash-unknown', reason: `NWChem ended normally, but its output holds no ${what}` }
  }
  if (seen.lastEnergy === null) return no('energy')
  if (seen.geometry?.length !== atoms) {
    return {
      category: 'geometry',
      reason: `NWChem computed ${seen.geometry?.length ?? 0} atoms where ${atoms} were given`,
    }
  }
  if (task.startsWith('opt') && !seen.optimised) return no('converged optimisation')
  if (task === 'freq' && !seen.frequencies) return no('frequencies')
  if (task.endsWith('nmr') && seen.shielded !== atoms) {
    return no(`shieldings of all atoms (${seen.shielded} of ${atoms})`)
  }
  if (solvent !== 'gas' && seen.dielectrics.length === 0) return no('sign of the solvent')
  return null
}
