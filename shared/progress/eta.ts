import { chance } from '../chance.ts'
import { hash32, type Instant } from '../ids.ts'
import { type Job, lastAttempt } from '../model/job.ts'
import type { Machine } from '../model/machine.ts'
import type { Known, Plan } from '../workflows/workflow.ts'
import { forecast, LEAST_DONE, type Waiting } from './forecast.ts'
import { elapsed } from './progress.ts'
import { quantile } from './quantile.ts'
import type { Duration } from './time-model.ts'

/** When a run will be done (cli.md): seconds from `as_of`, as an 80 % range with its middle, and as clock times. */
export type Eta = {
  readonly low_s: number
  readonly median_s: number
  readonly high_s: number
  readonly finish_low: Instant
  readonly finish_median: Instant
  readonly finish_high: Instant
}

/** What is left of a run. */
export type Remaining = {
  /** Calculations that are not processed yet. */
  readonly left: number
  /** Seconds of computing that are left, added up over all jobs; null until it means something. */
  readonly computing_s: number | null
  /** Seconds that its jobs waited in the queue, as a rule (median); null before the first began. */
  readonly waiting_s: number | null
  /** Null until it means something, and while the run is held: when it goes on is not known. */
  readonly eta: Eta | null
}

/**
 * What is left, as of the last event: the same state gives the same figures in every window. Durations of this run and
 * those that were remembered of the machine (`times`) fit the time model.
 */
export function remainingOf(
  plan: Plan,
  known: Known,
  machine: Machine | undefined,
  asOf: Instant,
  times: readonly Duration[],
): Remaining {
  const { run } = known
  const units = plan.units ?? []
  const waiting = units.flatMap((unit): Waiting[] => {
    const job = known.job(unit.key)
    if (unit.dead || !unit.work || (job && lastAttempt(job).outcome !== null)) return []
    const phase = job ? lastAttempt(job).phase : null
    const elapsed_s = phase?.is === 'running' ? elapsed(phase.started, asOf) : null
    return [{ key: unit.key, molecule: unit.molecule, ...unit.work, elapsed_s, after: unit.after }]
  })
  const done = [...times, ...durationsOf(plan, known)]
  const jobs = units.flatMap(({ key }) => known.job(key) ?? [])
  const waits = jobs.flatMap(waitOf)
  const waiting_s = waits.length > 0 ? quantile(waits, 0.5) : null
  const isOpen = run.phase.is === 'open'
  const said =
    !isOpen || waiting.length === 0 || comparable(done, waiting) < LEAST_DONE
      ? null
      : forecast({ done, waiting, slots: slotsOf(jobs, machine), random: chance(hash32(run.id)) })
  const isHeld = run.phase.is !== 'open' || run.phase.hold !== null
  const at = (seconds: number): Instant => new Date(Date.parse(asOf) + seconds * 1000).toISOString()
  return {
    left: waiting.length,
    computing_s: said ? Math.round(said.computing_s) : null,
    waiting_s: waiting_s === null ? null : Math.round(waiting_s),
    eta:
      said === null || isHeld
        ? null
        : {
            low_s: Math.round(said.low_s),
            median_s: Math.round(said.median_s),
            high_s: Math.round(said.high_s),
            finish_low: at(said.low_s),
            finish_median: at(said.median_s),
            finish_high: at(said.high_s),
          },
  }
}

/** What the finished calculations of a run took; those that were taken from elsewhere took nothing. */
export function durationsOf({ units = [] }: Pick<Plan, 'units'>, known: Known): readonly Duration[] {
  return units.flatMap(({ key, molecule, work }) => {
    const job = known.job(key)
    if (!job || !work) return []
    const { phase, outcome } = lastAttempt(job)
    if (outcome !== 'completed' || phase.is !== 'parsed' || phase.started === null || phase.reused !== null) return []
    const seconds = (Date.parse(phase.ended) - Date.parse(phase.started)) / 1000
    return seconds > 0 ? [{ ...work, molecule, seconds }] : []
  })
}

/** How many of the finished ones are of a level that is still to be computed: of others nothing can be concluded. */
function comparable(done: readonly Duration[], waiting: readonly Waiting[]): number {
  const levels = new Set(waiting.flatMap(levelsOf))
  return done.filter(each => levelsOf(each).some(level => levels.has(level))).length
}

function levelsOf({ terms }: { readonly terms: readonly string[] }): readonly string[] {
  return terms.filter(term => term.startsWith('level:'))
}

/** Seconds between submission and start. */
function waitOf(job: Job): readonly number[] {
  const { phase } = lastAttempt(job)
  if (!('started' in phase) || phase.started === null || phase.submitted === null) return []
  return [elapsed(phase.submitted, phase.started)]
}

/**
 * How many jobs of a run compute side by side: the most that ever did, but not more than the machine's cores or limit
 * allow.
 */
function slotsOf(jobs: readonly Job[], machine: Machine | undefined): number {
  const ends = jobs.flatMap(job => {
    const { phase } = lastAttempt(job)
    if (!('started' in phase) || phase.started === null) return []
    return [{ at: phase.started, by: 1 }, ...('ended' in phase ? [{ at: phase.ended, by: -1 }] : [])]
  })
  let now = 0
  let most = 1
  for (const { by } of ends.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.by - b.by))) {
    now += by
    most = Math.max(most, now)
  }
  const { cores, max_jobs } = machine?.settings ?? { cores: null, max_jobs: null }
  const ranks = jobs[0] ? lastAttempt(jobs[0]).resources.ranks : 1
  const byCores = cores === null ? most : Math.max(1, Math.floor(cores / ranks))
  return Math.min(most, byCores, max_jobs ?? most)
}
