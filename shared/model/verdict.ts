import type { OutputReading } from '../programs/program.ts'
import type { EndCause, Evidence, Outcome } from './job.ts'

/** Everything that was seen of an attempt that has ended. */
export interface Witnesses {
  readonly output: Pick<OutputReading, 'outcome' | 'category' | 'reason' | 'evidence'>
  /** From the job script's own report: exit status and signal of the program. */
  readonly exit: number | null
  readonly signal: string | null
  /** What the report and the scheduler said, in their words: a set, its order and repetitions mean nothing. */
  readonly evidence: readonly Evidence[]
  readonly cancelWished: boolean
  /** What `larmor-report` said of it, if a person adopted that report: it counts where the output says nothing. */
  readonly reported?: { readonly outcome: Outcome; readonly category: string | null } | null
  /** The exit status alone proves success (programs whose output is not read). */
  readonly exitDecides: boolean
}

export interface Verdict {
  readonly outcome: Outcome
  readonly category: string | null
  readonly reason: string | null
  /** It completed, and a witness says otherwise: what to check. */
  readonly warning: string | null
  readonly evidence: readonly Evidence[]
}

/** The signal by which the job script says that its time is up (Slurm's --signal, or direct's own clock). */
const TIME_IS_UP = 'USR1'

/** Signals that a program brings upon itself by a defect, by what it was given, or by memory that it did not get. */
const CRASHES: ReadonlySet<string> = new Set(['SEGV', 'BUS', 'ABRT', 'FPE', 'ILL'])

/** What an output or a signal can only say because it knows nothing better. */
const UNSPECIFIC: ReadonlySet<string | null> = new Set([null, 'crash-unknown', 'killed', 'mpi'])

/** What the scheduler's word makes of an attempt. The first that was said counts: none of them brings about one above it. */
const CAUSES: readonly (readonly [EndCause, Outcome, category: string | null, reason: string])[] = [
  ['out-of-memory', 'failed', 'out-of-memory', 'the scheduler ended it: it took more memory than it had asked for'],
  ['time-limit', 'timeout', 'time-limit', 'the time limit was reached'],
  ['node-lost', 'failed', 'node-lost', 'the node failed on which it ran'],
  ['preempted', 'failed', 'preempted', 'the scheduler gave its place to another job'],
  ['cancelled', 'cancelled', null, 'cancelled on the machine, by hand'],
]

/**
 * How an ended attempt ended: a pure function of the set of witnesses. The output proves success or names the cause;
 * where it only stops, or names none, the most specific of the others says why; truncation is silence.
 */
export function verdict({ output, exit, signal, evidence, cancelWished, exitDecides, reported }: Witnesses): Verdict {
  const all = asSet([...output.evidence, ...evidence])
  const said = CAUSES.find(([cause]) => evidence.some(each => each.cause === cause))

  function say(outcome: Outcome, category: string | null, reason: string | null): Verdict {
    return { outcome, category, reason, warning: null, evidence: all }
  }
  function completed(reason: string | null): Verdict {
    const against = [
      ...(said ? [said[3]] : []),
      ...(signal === null ? [] : [`it was ended by signal ${signal}`]),
      ...(exit === null || exit === 0 || signal !== null ? [] : [`its exit status was ${exit}`]),
    ]
    const warning = against.length === 0 ? null : `Check: its output is complete, but ${against.join(', and ')}`
    return { ...say('completed', null, reason), warning }
  }

  if (output.outcome === 'completed') return completed(output.reason)
  // Then the last words of its output are no cause of anything.
  if (exitDecides && exit === 0 && signal === null && output.outcome !== 'failed')
    return { ...completed(null), evidence: asSet(evidence) }
  const named = output.outcome === 'failed' && !UNSPECIFIC.has(output.category)
  // A cause that the output names, without any signal, was there before the wish could do anything.
  if (cancelWished && !(output.outcome === 'failed' && signal === null)) return say('cancelled', null, 'cancelled')
  if (named) return say('failed', output.category, output.reason)
  if (said) return say(said[1], said[2], said[3])
  if (signal === TIME_IS_UP) return say('timeout', 'time-limit', 'the time limit was reached')
  if (output.outcome === 'failed') return say('failed', output.category ?? 'crash-unknown', output.reason)
  if (signal !== null && CRASHES.has(signal)) return say('failed', 'crash-unknown', `it crashed (signal ${signal})`)
  if (signal !== null) return say('failed', 'killed', `ended by signal ${signal}`)
  if (output.category !== null) return say('failed', output.category, output.reason)
  if (reported) return say(reported.outcome, reported.category, 'as its own report says, adopted by hand')
  if (exit === null) return say('failed', 'crash-unknown', 'it ended, and nothing says how')
  if (exit === 0)
    return say(
      'failed',
      'crash-unknown',
      output.reason ?? 'the program ended with exit status 0, but its output is incomplete',
    )
  const last = exitDecides ? output.evidence.at(-1) : undefined
  const ended = `the program ended with exit status ${exit}${last ? `: ${last.text}` : ''}`
  return say('failed', 'crash-unknown', output.reason ?? ended)
}

const SOURCES: readonly Evidence['source'][] = ['output', 'report', 'scheduler', 'user']

/** Each piece once, by source; the output's own order stays, for its first line is the cause. */
function asSet(evidence: readonly Evidence[]): readonly Evidence[] {
  const once = [...new Map(evidence.map(each => [JSON.stringify(each), each])).values()]
  return SOURCES.flatMap(source => {
    const of = once.filter(each => each.source === source)
    return source === 'output' ? of : of.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  })
}

/** What is known of an output file that no job of ours wrote: its age, and whether its program is alive. */
export interface LoneOutput {
  readonly output: Pick<OutputReading, 'outcome' | 'category' | 'reason' | 'evidence'>
  /** Seconds since it last grew. */
  readonly age_s: number
  /** Null: nobody knows. */
  readonly alive: boolean | null
  /** Seconds of silence after which the person calls a dead one timed out. */
  readonly cutoff_s: number
}

export const CUTOFF_S = 6 * 3600

/**
 * What an output alone says. Content beats age: a complete or a failed one is that, however old. Age alone makes none
 * failed; it is stalled, which is no outcome. Beyond the person's cutoff it is a timeout, once it is known that nothing
 * of it is alive.
 */
export function loneVerdict({ output, age_s, alive, cutoff_s }: LoneOutput): {
  readonly outcome: Outcome | null
  readonly stalled: boolean
} {
  if (output.outcome === 'completed' || output.outcome === 'failed') return { outcome: output.outcome, stalled: false }
  if (age_s <= cutoff_s) return { outcome: null, stalled: false }
  return alive === false ? { outcome: 'timeout', stalled: false } : { outcome: null, stalled: true }
}
