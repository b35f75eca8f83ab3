import type { Json } from '../ids.ts'
import { type Attempt, doubtOf, type Job, lastAttempt } from './job.ts'
import type { Run } from './run.ts'

/** A job with the run that it belongs to. */
interface OfRun {
  readonly job: Job
  readonly run: Run
}

/** An input never changes: its word is made once, and that with its program, too. */
const words = new WeakMap<object, string>()
const wordsOfJobs = new WeakMap<object, { readonly program: string; readonly word: string | null }>()

/** An input without its title, in whatever order it is written: two of the same word compute the same. */
export function wordOfInput(input: Json): string {
  if (typeof input !== 'object' || input === null) return JSON.stringify(input)
  const known = words.get(input)
  if (known !== undefined) return known
  const word = JSON.stringify(Object.entries({ ...input, title: null }).sort(([a], [b]) => (a < b ? -1 : 1)))
  words.set(input, word)
  return word
}

/**
 * What a job computes, as a word; null where its result is never another's. Narrower than `Program.calculation`, which
 * reads decks and contents: what has the same word is the same calculation, but not the other way round.
 */
function wordOf({ program, attempts }: Job): string | null {
  const input = attempts.at(-1)?.input ?? null
  if (typeof input !== 'object' || input === null) return null
  const known = wordsOfJobs.get(input)
  if (known?.program === program) return known.word
  const { kind, restart = null } = input as { readonly kind?: Json; readonly restart?: Json }
  const word = kind === 'calculation' && restart === null ? `${program} ${wordOfInput(input)}` : null
  wordsOfJobs.set(input, { program, word })
  return word
}

/**
 * Whether a result of this attempt may come without anybody's doing: it is on its way, and not held, cancelled, in vain,
 * or perhaps never submitted.
 */
function isComing(attempt: Attempt, run: Run): boolean {
  const { phase, outcome, cancel_wished } = attempt
  if (outcome !== null || cancel_wished !== null || phase.is === 'planned') return false
  if (phase.is === 'staged') return run.phase.is === 'open' && run.phase.hold === null
  if (phase.is === 'queued' && phase.waiting !== null) return false
  return doubtOf(attempt)?.about !== 'submitted'
}

/**
 * One job, once, also where two runs want it at the same time: which jobs wait for another one of the same machine that
 * computes the same, and for which. When that has completed its result is found; when it fails, is cancelled or held,
 * they wait no more. `ready` are those that could be sent now, in their order: of several the first is.
 */
export function waitingForTheSame(ready: readonly Job[], all: readonly OfRun[]): ReadonlyMap<Job, Job> {
  const waiting = new Map<Job, Job>()
  if (ready.length === 0) return waiting
  const coming = new Map<string, Job>()
  for (const { job, run } of all) {
    const word = isComing(lastAttempt(job), run) ? wordOf(job) : null
    if (word !== null) coming.set(word, job)
  }
  for (const job of ready) {
    const word = wordOf(job)
    if (word === null) continue
    const other = coming.get(word)
    if (other) waiting.set(job, other)
    else coming.set(word, job)
  }
  return waiting
}
