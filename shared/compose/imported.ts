import type { ImportedOutput } from '../model/events.ts'
import type { JobResult } from '../model/job.ts'
import { verdict } from '../model/verdict.ts'
import type { Figures, GeometryAtom, Recognised } from '../programs/index.ts'

/** An output that stops before its end, and was written since then, may still be growing: it is looked at again. */
const QUIET_S = 600
/** After so long: a program that computes prints something, as a rule; copying a file changes its time, not its size. */
export const LOOK_AGAIN_MS = 5000
export const IT_GROWS = 'it is not finished: it grew while it was looked at'
/** What is shorter is kept as its text, gzip or not: the same output is the same, however it came. */
export const MOST_AS_TEXT = 16_000_000

/** A finished output from elsewhere, before its contents are kept. */
export interface Finished extends Pick<ImportedOutput, 'outcome' | 'category' | 'reason' | 'evidence'> {
  readonly program: string
  readonly result: Omit<JobResult, 'geometry' | 'figures'>
  readonly geometry: readonly GeometryAtom[] | null
  readonly figures: Figures
  /** It stops before its end and was written lately: whoever imports it sees first whether it grows (LOOK_AGAIN_MS). */
  readonly mayGrow: boolean
}

/**
 * What was read of a file that may be the output of a calculation that is over: its verdict; why it is left out; null
 * for what is no output. `age_s`: when it was last written. An output that merely stops did not complete, and has no
 * category, as `classify` says of it.
 */
export function finishedOutput(
  { program, reading }: Recognised,
  age_s: number,
): Finished | { readonly skipped: string } | null {
  if (program === null) return null
  if (reading.outcome === 'unknown') return { skipped: reading.reason ?? 'nothing is known of it' }
  const { outcome, category, reason, evidence } = verdict({
    output: reading,
    exit: null,
    signal: null,
    evidence: [],
    cancelWished: false,
    exitDecides: false,
  })
  const { result, geometry, figures } = reading
  const isCut = reading.outcome === 'truncated'
  const mayGrow = isCut && age_s < QUIET_S
  const doubt = mayGrow
    ? `; it was written ${minutesText(age_s)} before it was read, so it may still have been running`
    : ''
  return {
    program: program.id,
    result,
    geometry,
    figures,
    outcome,
    category: isCut ? reading.category : category,
    reason: isCut ? `${reading.reason ?? 'the output stops before its end'}${doubt}` : reason,
    evidence,
    mayGrow,
  }
}

function minutesText(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60))
  return `${minutes} minute${minutes === 1 ? '' : 's'}`
}
