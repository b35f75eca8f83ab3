import type { Instant, JobId, MachineName, RunId } from '../ids.ts'
import { doubtOf, type Job, lastAttempt, type Outcome, type PhaseName } from '../model/job.ts'
import { knownOf } from '../model/known.ts'
import type { Run } from '../model/run.ts'
import type { State } from '../model/state.ts'
import { get, values } from '../model/table.ts'
import { NOTHING_LEFT, type Remaining, remainingOf } from '../progress/eta.ts'
import type { Known, Plan } from '../workflows/workflow.ts'
import { goesOn } from './goes-on.ts'
import { type Looking, type Mark, markIn } from './mark.ts'
import { readable } from './unreadable.ts'

/** The state of a run, in the word that documents and tables have. */
export type RunState = 'planned' | 'running' | 'paused' | 'stopped' | 'completed' | 'failed' | 'cancelled'

/** Phases up to fetched and outcomes sum to the number of jobs; `parsed` is counted beside them. */
export type Counts = Readonly<Record<PhaseName | Outcome, number>>

const none: Counts = {
  planned: 0,
  staged: 0,
  submitting: 0,
  queued: 0,
  running: 0,
  ended: 0,
  fetched: 0,
  parsed: 0,
  completed: 0,
  failed: 0,
  timeout: 0,
  cancelled: 0,
  lost: 0,
}

/** One run in `larmor status`. */
export interface RunStatus extends Remaining, Mark {
  readonly run: RunId
  readonly name: string
  readonly workflow: string
  readonly state: RunState
  /** The same with what did not complete: `completed, 6 failed`. */
  readonly state_text: string
  /** Why it ended so, in one sentence. */
  readonly reason: string | null
  readonly machine: MachineName
  /** Where it is in its plan: 1-based, and the step's name. */
  readonly step: number
  readonly step_label: string
  readonly steps: readonly {
    readonly label: string
    readonly done: number
    readonly failed: number
    readonly total: number
    /** How many a step that is one task found; null where it is none, or not done. */
    readonly found: number | null
    /** Its share of the predicted work of the run, 0..1. */
    readonly share: number
  }[]
  readonly counts: Counts
  /** Jobs of which it is not known whether their submission arrived. */
  readonly doubt: number
  readonly progress: number
  readonly plan_version: number
  readonly updated: Instant
}

/** All but the forecast, which takes hundreds of times as long as the rest, and the mark, which changes without the run. */
export type RunPosition = Omit<RunStatus, keyof Remaining | keyof Mark>

/** The state of a run in one word. */
export function runState(run: Run): RunState {
  if (run.phase.is === 'ended') return run.phase.outcome
  if (run.phase.hold === 'paused') return 'paused'
  return run.jobs.length === 0 && Object.keys(run.tasks).length === 0 ? 'planned' : 'running'
}

/** The state of a run for a person: it is completed though jobs of it may not be, and then how many are not is said with it. */
export function stateText(state: RunState, { failed, timeout, lost, cancelled }: Counts): string {
  if (state !== 'completed') return state
  const short = [
    [failed + timeout, 'failed'],
    [lost, 'lost'],
    [cancelled, 'cancelled'],
  ] as const
  return [state, ...short.flatMap(([n, word]) => (n > 0 ? [`${n} ${word}`] : []))].join(', ')
}

/** The same of a run, which may be on its way to another state. */
export function runStateText(state: State, run: Run): string {
  const word = stateText(runState(run), countsOf(jobsOf(state, run)))
  const hold = run.phase.is === 'open' ? run.phase.hold : null
  if (hold === 'stopping') return `stopping: ${goesOn(state, run)} is finished first`
  return hold === 'cancelling' ? 'cancelling' : word
}

/** What each document says of a run first: which one it is, how it stands, and where. */
export function headOf(
  state: State,
  run: Run,
): Pick<RunStatus, 'run' | 'name' | 'workflow' | 'state' | 'state_text' | 'reason' | 'machine'> {
  return {
    run: run.id,
    name: run.name,
    workflow: run.workflow,
    state: runState(run),
    state_text: runStateText(state, run),
    reason: run.phase.reason ?? null,
    machine: run.machine,
  }
}

/** All live runs, the one started last first. */
export function runsByStart(state: State): readonly Run[] {
  return [...values(state.runs)].sort((a, b) =>
    a.started < b.started ? 1 : a.started > b.started ? -1 : a.id < b.id ? -1 : 1,
  )
}

export function statusOf(state: State, run: Run, looking: Looking = {}): RunStatus {
  const known = knownOf(state, run)
  const plan = readable(known).plan()
  return {
    ...positionIn(state, run, { known, plan }),
    ...remainingIn(state, run, { known, plan }),
    ...markIn(state, run, looking, { known, plan }),
  }
}

/** What is left of a run, and when it may be done. */
export function remainingOfRun(state: State, run: Run): Remaining {
  const known = knownOf(state, run)
  return remainingIn(state, run, { known, plan: readable(known).plan() })
}

/** How far a run is, without what is to come. */
export function positionOf(state: State, run: Run): RunPosition {
  const known = knownOf(state, run)
  return positionIn(state, run, { known, plan: readable(known).plan() })
}

interface Planned {
  readonly known: Known
  readonly plan: Plan
}

function remainingIn(state: State, run: Run, { known, plan }: Planned): Remaining {
  const { machine, updated } = run
  return remainingOf(plan, known, state.machines[machine], state.as_of ?? updated, state.times?.[machine] ?? [])
}

function positionIn(state: State, run: Run, { known, plan }: Planned): RunPosition {
  const { steps, version } = plan
  const at = steps.findIndex(({ settled, total }) => settled < total)
  const whole = steps.reduce((sum, { weight }) => sum + weight, 0)
  const step = at < 0 ? steps.length : at + 1
  const jobs = jobsOf(state, run)
  const counts = countsOf(jobs)
  return {
    ...headOf(state, run),
    step,
    step_label: steps[step - 1]?.label ?? '',
    steps: steps.map(({ label, done, settled, total, found = null, weight }) => ({
      label,
      done,
      failed: settled - done,
      total,
      found,
      share: whole > 0 ? weight / whole : 0,
    })),
    counts,
    doubt: jobs.filter(inDoubt).length,
    progress: run.progress,
    plan_version: Math.max(run.plan_version, version),
    updated: run.updated,
    ...readable(known).summary(),
  }
}

/** A run of the archive: what its list knows, without opening its document. */
export function archivedStatus(
  run: Pick<Run, 'id' | 'name' | 'workflow' | 'machine' | 'updated' | 'phase' | 'progress' | 'plan_version'>,
  outcomes: Partial<Counts>,
): RunStatus {
  const ended = run.phase.is === 'ended' ? run.phase : null
  const state = ended?.outcome ?? 'stopped'
  const counts = { ...none, ...outcomes }
  return {
    run: run.id,
    name: run.name,
    workflow: run.workflow,
    state,
    state_text: stateText(state, counts),
    reason: ended?.reason ?? null,
    machine: run.machine,
    step: 1,
    step_label: 'archived',
    steps: [],
    counts,
    doubt: 0,
    progress: run.progress,
    plan_version: run.plan_version,
    ...NOTHING_LEFT,
    confidence: 'live',
    stale_since: null,
    all_stalled: false,
    updated: run.updated,
  }
}

export function jobsOf(state: State, run: Run): readonly Job[] {
  return run.jobs.flatMap((id: JobId) => get(state.jobs, id) ?? [])
}

export function countsOf(jobs: readonly Job[]): Counts {
  const counts: Record<PhaseName | Outcome, number> = { ...none }
  for (const job of jobs) {
    const { phase, outcome } = lastAttempt(job)
    const word = outcome ?? phase.is
    counts[word] += 1
    if (phase.is === 'parsed' && word !== 'parsed') counts.parsed += 1
  }
  return counts
}

function inDoubt(job: Job): boolean {
  return doubtOf(lastAttempt(job)) !== null
}
