import type { Instant } from '../ids.ts'
import { knownOf } from '../model/known.ts'
import type { Run } from '../model/run.ts'
import type { State } from '../model/state.ts'
import { allStalled, type Confidence, confidenceOf } from '../progress/confidence.ts'
import type { Known, Plan } from '../workflows/workflow.ts'
import { readable } from './unreadable.ts'

/** How much the figures of a run may be believed; the rules stand in ARCHITECTURE.md. */
export interface Mark {
  readonly confidence: Confidence
  /** Since when nothing is known any more, where they are stale. */
  readonly stale_since: Instant | null
  /** Everything that runs of it is stalled. */
  readonly all_stalled: boolean
}

/** What who looks knows beside the state. */
export interface Looking {
  readonly engine?: 'alive' | 'none'
  /** Since when the engine cannot do its work for the run's machine, by a trouble of this computer. */
  readonly heldUp?: Instant | null
  /** What is silent makes no event: that it is late is seen by the clock. Without it, as of the last event. */
  readonly now?: Instant
}

/** What each mark means, in a clause; null for the one that needs no word. */
export const MARK_MEANING = {
  live: null,
  estimated: 'running jobs by elapsed over predicted time',
  stale: 'the machine does not answer, or no engine lives',
  stalled: 'a job takes far longer than predicted',
  unknown: 'of a job it is not known what became of it',
} as const satisfies Readonly<Record<Confidence, string | null>>

/** Nothing of it will change. */
const ENDED: Mark = { confidence: 'live', stale_since: null, all_stalled: false }

/** The mark of a run's figures, at the moment of looking. */
export function markOf(state: State, run: Run, looking: Looking = {}): Mark {
  if (run.phase.is === 'ended') return ENDED
  const known = knownOf(state, run)
  return markIn(state, run, looking, { known, plan: readable(known).plan() })
}

/** The same, where the plan was made already. */
export function markIn(
  state: State,
  run: Run,
  { engine = 'alive', heldUp = null, now = state.as_of ?? run.updated }: Looking,
  { known, plan }: { readonly known: Known; readonly plan: Plan },
): Mark {
  if (run.phase.is === 'ended') return ENDED
  const stale = (stale_since: Instant | null): Mark => ({ confidence: 'stale', stale_since, all_stalled: false })
  if (heldUp !== null) return stale(heldUp)
  if (engine === 'none') return stale(state.as_of)
  const reach = state.machines[run.machine]?.reach
  if (reach === undefined) return { confidence: 'unknown', stale_since: null, all_stalled: false }
  if (reach.is !== 'ok') return stale(reach.since ?? run.updated)
  return {
    confidence: confidenceOf(plan, known, now),
    stale_since: null,
    all_stalled: allStalled(plan, known, now),
  }
}

/** The state of a run for a person, by the clock: where everything that runs is stalled, it is not said to run. */
export function stateNow(state_text: string, { all_stalled }: Pick<Mark, 'all_stalled'>): string {
  return state_text === 'running' && all_stalled ? 'stalled' : state_text
}

/** A mark beside its figure: `stale since 14:02: the machine does not answer, or no engine lives`. `clock` says a time. */
export function markText(
  { confidence, stale_since }: Omit<Mark, 'all_stalled'>,
  clock: (at: Instant) => string,
): string {
  const since = stale_since === null ? '' : ` since ${clock(stale_since)}`
  const meaning = MARK_MEANING[confidence]
  return `${confidence}${since}${meaning === null ? '' : `: ${meaning}`}`
}
