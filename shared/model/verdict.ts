import type { OutputReading } from '../programs/program.ts'
import type { Evidence, Outcome } from './job.ts'

/** Everything that was seen of an attempt that has ended. */
export interface Witnesses {
  readonly output: Pick<OutputReading, 'outcome' | 'category' | 'reason' | 'evidence'>
  /** From the job script's own report: exit status and signal of the program. */
  readonly exit: number | null
  readonly signal: string | null
  /** What the report and the scheduler said, in their words. */
  readonly evidence: readonly Evidence[]
  readonly cancelWished: boolean
  /** The exit status alone proves success (programs whose output is not read). */
  readonly exitDecides: boolean
}

export interface Verdict {
  readonly outcome: Outcome
  readonly category: string | null
  readonly reason: string | null
  readonly evidence: readonly Evidence[]
}

/** The signal by which the job script says that its time is up (Slurm's --signal, or direct's own clock). */
const TIME_IS_UP = 'USR1'

/**
 * How an ended attempt ended. A pure function of the set of witnesses, whatever the order they came in: the output
 * proves success or names the cause; where it only stops, the report and the scheduler say why; truncation is silence.
 */
export function verdict({ output, exit, signal, evidence, cancelWished, exitDecides }: Witnesses): Verdict {
  const all = [...output.evidence, ...evidence]
  function say(outcome: Outcome, category: string | null, reason: string | null): Verdict {
    return { outcome, category, reason, evidence: all }
  }

  if (output.outcome === 'completed') return say('completed', null, output.reason)
  if (exitDecides && exit === 0 && signal === null && output.outcome !== 'failed') return say('completed', null, null)
  // A cause that the output names, without any signal, was there before the wish could do anything.
  if (cancelWished && !(output.outcome === 'failed' && signal === null)) return say('cancelled', null, 'cancelled')
  if (signal === TIME_IS_UP) return say('timeout', 'time-limit', 'the time limit was reached')
  if (output.outcome === 'failed') return say('failed', output.category ?? 'crash-unknown', output.reason)
  if (signal !== null) return say('failed', 'killed', `ended by signal ${signal}`)
  if (exit === null) return say('failed', 'crash-unknown', 'it ended, and nothing says how')
  if (exit === 0)
    return say(
      'failed',
      'crash-unknown',
      output.reason ?? 'the program ended with exit status 0, but its output is incomplete',
    )
  return say('failed', 'crash-unknown', output.reason ?? `the program ended with exit status ${exit}`)
}
