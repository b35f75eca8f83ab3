import { chance } from '../chance.ts'
import { hash32, type Instant } from '../ids.ts'
import { type Job, lastAttempt } from '../model/job.ts'
import type { Machine } from '../model/machine.ts'
import { LEAST_WAITS, type RememberedTime } from '../model/times.ts'
import type { Known, Plan } from '../workflows/workflow.ts'
import { elapsed } from './elapsed.ts'
import { forecast, LEAST_DONE, type Queue, type Waiting } from './forecast.ts'
import { quantile } from './quantile.ts'
import type { Duration, Work } from './time-model.ts'
import type { Unit } from './unit.ts'

/** When a run will be done, waits in a queue among it: seconds from `as_of`, as an 80 % range with its middle, and as clock times. */
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
  /** Calculations that are not processed yet; of a campaign those of its matrix. */
  readonly left: number
  /** What these share and is not done yet, the optimisations of a campaign. */
  readonly left_shared: number
  /** Seconds of computing that are left, added up over all jobs; null until it means something. */
  readonly computing_s: number | null
  /** Seconds that its jobs waited in the scheduler's queue (median); null before the first began, and without a scheduler. */
  readonly waiting_s: number | null
  /** Null until it means something, and while the run is held: when it goes on is not known. */
  readonly eta: Eta | null
}

/** What is left of a run that is not looked into. */
export const NOTHING_LEFT: Remaining = { left: 0, left_shared: 0, computing_s: null, waiting_s: null, eta: null }

/** Seconds; a range that reaches so far says nothing. */
const A_CENTURY = 100 * 365.25 * 86_400

/** Of what other runs took, so many of the last are looked at. */
const MOST_REMEMBERED = 100

/**
 * What is left, as of the last event: the same state gives the same figures in every window. Durations of this run and
 * those that are remembered of its machine (`times`) fit the time model.
 */
export function remainingOf(
  plan: Pick<Plan, 'units'>,
  known: Known,
  machine: Machine | undefined,
  asOf: Instant,
  times: readonly RememberedTime[],
): Remaining {
  const { run } = known
  const { units } = plan
  const open = units.filter(unit => isOpen(unit, known))
  const jobs = units.flatMap(({ key }) => known.job(key) ?? [])
  // Without a scheduler a job waits for others of Larmor's: that is their computing, and no time of its own.
  const queues = machine !== undefined && machine.settings.scheduler !== 'direct'
  const waits = queues ? jobs.flatMap(waitOf) : []
  const left = open.filter(({ is }) => is === 'job')
  const waiting = waitingOf(left, unit => {
    const job = known.job(unit.key)
    const phase = job ? lastAttempt(job).phase : null
    if (phase?.is === 'queued') return { elapsed_s: null, waited_s: elapsed(phase.submitted ?? asOf, asOf) }
    return { elapsed_s: phase?.is === 'running' ? elapsed(phase.started, asOf) : null }
  })
  const remembered = times.filter(each => each.run !== run.id)
  const others = comparable(remembered, waiting).slice(-MOST_REMEMBERED)
  const done = [...others, ...durationsOf(plan, known)]
  // Where the size of a part is not known, nothing can be said of the whole.
  const said =
    run.phase.is === 'open' && waiting.length > 0 && waiting.length === left.length && meansSomething(done, waiting)
      ? forecast({
          done,
          waiting,
          slots: slotsOf(jobs, machine),
          queue: queues ? queueOf(waits, remembered, machine) : undefined,
          random: chance(hash32(run.id)),
        })
      : null
  const isHeld = run.phase.is !== 'open' || run.phase.hold !== null
  const at = (seconds: number): Instant => new Date(Date.parse(asOf) + seconds * 1000).toISOString()
  return {
    left: left.filter(({ shared }) => !shared).length,
    left_shared: left.filter(({ shared }) => shared).length,
    computing_s: said ? Math.round(said.computing_s) : null,
    waiting_s: waits.length > 0 ? Math.round(quantile(waits, 0.5)) : null,
    eta:
      said === null || isHeld || said.high_s > A_CENTURY
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

function isOpen(unit: Unit, known: Known): boolean {
  if (unit.dead) return false
  if (unit.is === 'task') return (known.task(unit.key)?.state.is ?? 'planned') === 'planned'
  const job = known.job(unit.key)
  return !job || lastAttempt(job).outcome === null
}

/** Units as a forecast takes them; those whose size is not known are left out. */
export function waitingOf(
  units: readonly Unit[],
  soFar: (unit: Unit) => Pick<Waiting, 'elapsed_s' | 'waited_s'> = () => ({ elapsed_s: null }),
): readonly Waiting[] {
  return units.flatMap(unit => (unit.work ? [{ key: unit.key, ...unit.work, ...soFar(unit), after: unit.after }] : []))
}

/** How busy the cluster is now shows in the run's own waits; what others waited counts where it has too few. */
function queueOf(own: readonly number[], others: readonly RememberedTime[], { settings }: Machine): Queue {
  const waits = own.length >= LEAST_WAITS ? own : [...others.flatMap(({ waited_s }) => waited_s ?? []), ...own]
  return { waits: waits.slice(-MOST_REMEMBERED), places: settings.max_jobs ?? Number.POSITIVE_INFINITY }
}

/** What the finished calculations of a run took; those that were taken from elsewhere took nothing. */
function durationsOf({ units }: Pick<Plan, 'units'>, known: Known): readonly Duration[] {
  return units.flatMap(({ key, work }) => {
    const job = known.job(key)
    if (!job || !work) return []
    const { phase, outcome } = lastAttempt(job)
    if (outcome !== 'completed' || phase.is !== 'parsed' || phase.reused !== null || phase.started === null) return []
    const seconds = elapsed(phase.started, phase.ended)
    return seconds > 0 ? [{ ...work, seconds }] : []
  })
}

/** Those of a level that is still to be computed: of others nothing can be concluded. */
export function comparable<T extends Work>(done: readonly T[], waiting: readonly Work[]): readonly T[] {
  const levels = new Set(waiting.flatMap(levelsOf))
  return done.filter(each => levelsOf(each).some(level => levels.has(level)))
}

/** A forecast needs some that can be compared, and at least one of each level of which something is left. */
export function meansSomething(done: readonly Work[], waiting: readonly Work[]): boolean {
  const like = comparable(done, waiting)
  const seen = new Set(like.flatMap(levelsOf))
  return like.length >= LEAST_DONE && waiting.flatMap(levelsOf).every(level => seen.has(level))
}

function levelsOf({ terms }: Work): readonly string[] {
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
 * allow. As many as these allow without a scheduler, where Larmor itself hands out the cores, and on a cluster before any
 * has ended there: what it lets begin is not seen yet, and is then as it was told before the start.
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
  const { scheduler, cores = null, max_jobs = null } = machine?.settings ?? {}
  const ranks = jobs[0] ? lastAttempt(jobs[0]).resources.ranks : 1
  const byCores = cores === null ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(cores / ranks))
  const isSeen = scheduler === 'direct' ? cores === null : ends.some(({ by }) => by < 0)
  return Math.min(isSeen ? most : byCores, byCores, max_jobs ?? Number.POSITIVE_INFINITY)
}
