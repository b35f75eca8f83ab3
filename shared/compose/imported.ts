import type { ImportedOutput } from '../model/events.ts'
import type { JobResult } from '../model/job.ts'
import { verdict } from '../model/verdict.ts'
import type { Figures, GeometryAtom, Recognised } from '../programs/index.ts'

/** A cut output that grew a moment ago may still be growing. */
const QUIET_S = 600

/** A finished output from elsewhere, before its contents are kept. */
export interface Finished extends Pick<ImportedOutput, 'outcome' | 'category' | 'reason' | 'evidence'> {
  readonly program: string
  readonly result: Omit<JobResult, 'geometry' | 'figures'>
  readonly geometry: readonly GeometryAtom[] | null
  readonly figures: Figures
}

/**
 * What was read of a file that may be a finished output of the program of its own words: its verdict; why it is left
 * out; null for what is no output. `age_s`: when it last grew.
 */
export function finishedOutput(
  { program, reading }: Recognised,
  age_s: number,
): Finished | { readonly skipped: string } | null {
  if (program === null) return null
  if (reading.outcome === 'unknown') return { skipped: reading.reason ?? 'nothing is known of it' }
  if (reading.outcome === 'truncated' && age_s < QUIET_S) return { skipped: 'it is not finished: it grew a moment ago' }
  const { outcome, category, reason, evidence } = verdict({
    output: reading,
    exit: null,
    signal: null,
    evidence: [],
    cancelWished: false,
    exitDecides: false,
  })
  const { result, geometry, figures } = reading
  return {
    program: program.id,
    result,
    geometry,
    figures,
    outcome,
    category,
    reason: category === 'crash-unknown' && reading.outcome === 'truncated' ? reading.reason : reason,
    evidence,
  }
}
