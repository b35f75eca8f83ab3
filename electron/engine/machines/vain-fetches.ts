import type { Label } from '../../../shared/ids.ts'
import type { EventBody } from '../../../shared/model/events.ts'
import { left, monotonic } from './monotonic.ts'

/** How long a job is left alone of which nothing could be kept, at first and at most. */
const AGAIN_MS = 1000
const LONGEST_AGAIN_MS = 60_000

/**
 * Fetches that brought nothing, by their attempts: these are asked for again later and later, since each time all is read
 * there and sent as a whole. Forgotten by a restart.
 */
export interface VainFetches {
  /** Whether it may be asked for now. */
  isDue(label: Label): boolean
  /** How many came whole and were not kept, as of a file that is still being written. */
  times(label: Label): number
  /** What the last one failed by; null where none failed. */
  error(label: Label): unknown
  /** These were asked for, and the facts tell which of them came. */
  asked(labels: readonly Label[], facts: readonly EventBody[]): void
  failed(label: Label, error: unknown): void
}

interface InVain {
  readonly times: number
  readonly at: number
  /** The wait after it. */
  readonly ms: number
  readonly error: unknown
}

export function createVainFetches(): VainFetches {
  const known = new Map<Label, InVain>()

  function note(label: Label, came: 0 | 1, error: unknown): void {
    const { times, ms } = known.get(label) ?? { times: 0, ms: AGAIN_MS / 2 }
    known.set(label, { times: times + came, at: monotonic(), ms: Math.min(LONGEST_AGAIN_MS, 2 * ms), error })
  }

  return {
    isDue(label) {
      const last = known.get(label)
      return last === undefined || left(last.at, last.ms) === 0
    },
    times: label => known.get(label)?.times ?? 0,
    error: label => known.get(label)?.error ?? null,
    asked(labels, facts) {
      const fetched = new Set(
        facts.flatMap(fact => (fact.type === 'jobs.fetched' ? fact.jobs : [])).map(({ label }) => label),
      )
      for (const label of labels) {
        if (fetched.has(label)) known.delete(label)
        else note(label, 1, null)
      }
    },
    failed: (label, error) => note(label, 0, error),
  }
}
