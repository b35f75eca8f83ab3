import { outcomesOf } from '../../shared/model/archive.ts'
import type { Job } from '../../shared/model/job.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { showRun } from '../../shared/show/run.ts'
import { jobsOf, positionOf, type RunPosition, runsByStart } from '../../shared/show/status.ts'
import type { ShownCampaign, ShownNmr } from '../../shared/workflows/index.ts'
import { type TaskLook, taskLook } from '../campaign/task-looks.ts'
import { countConformers } from '../ensemble/conformer-state.ts'
import type { Look } from '../ui/badge.tsx'
import { runLook } from './looks.ts'
import { countOutcomes, type Shortfall } from './outcome-counts.ts'
import { wantsALook } from './standing.ts'

/** A run as the page speaks of it: what `status` and `show` say, and what is counted. */
export interface RunSummary {
  readonly run: Run
  readonly jobs: readonly Job[]
  /** Its forecast is made elsewhere (outlook.ts). */
  readonly status: RunPosition
  /** Null for a run that is no conformer ensemble. */
  readonly ensemble: ShownNmr | null
  readonly look: Look
  /** What completed, of how many, and what is counted. */
  readonly complete: number
  readonly total: number
  readonly counted: 'conformers' | 'calculations' | 'jobs'
  /** Counted beside, never among `complete`. */
  readonly short: readonly Shortfall[]
}

/** All runs, the newest first. */
export function summarize(state: State): readonly RunSummary[] {
  return runsByStart(state).map(run => summarizeRun(state, run))
}

/** An event about a run, its jobs or tasks makes a new Run object: an old one has nothing new to say. */
const made = new WeakMap<Run, RunSummary>()

function summarizeRun(state: State, run: Run): RunSummary {
  const before = made.get(run)
  if (before) return before
  const jobs = jobsOf(state, run)
  const shown = showRun(state, run)
  const status = positionOf(state, run)
  const ensemble = 'conformers' in shown ? (shown as unknown as ShownNmr) : null
  const matrix = run.workflow === 'campaign' ? (shown as unknown as Partial<ShownCampaign>) : {}
  const counts = ensemble
    ? { ...countConformers(ensemble.conformers, ensemble.program), counted: 'conformers' as const }
    : (countCalculations(matrix) ?? { ...countOutcomes(outcomesOf(jobs)), counted: 'jobs' as const })
  const summary: RunSummary = {
    run,
    jobs,
    status,
    ensemble,
    ...counts,
    look: runLook(status.state, counts.short.length > 0 || jobs.some(wantsALook)),
  }
  made.set(run, summary)
  return summary
}

/** Those of a campaign's matrix, as on its page: the optimisations that they share are none. Null where it cannot be read. */
function countCalculations({ tasks }: Partial<ShownCampaign>) {
  if (!tasks) return null
  const looks = tasks.map(task => taskLook(task, new Set()))
  const of = (wanted: TaskLook) => looks.filter(each => each === wanted).length
  const short: readonly Shortfall[] = [
    { word: 'to check', n: of('check') },
    { word: 'failed', n: of('failed') },
    { word: 'unknown', n: of('unknown') },
    { word: 'stopped', n: of('cancelled') },
  ]
  return {
    complete: of('completed'),
    total: tasks.length,
    counted: 'calculations' as const,
    short: short.filter(({ n }) => n > 0),
  }
}
