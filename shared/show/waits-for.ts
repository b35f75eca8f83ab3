import { doubtOf, type Job, lastAttempt, takesPlace } from '../model/job.ts'
import type { Machine } from '../model/machine.ts'
import type { Run } from '../model/run.ts'
import { waitingForTheSame } from '../model/same-calculation.ts'
import type { State } from '../model/state.ts'
import { get, values } from '../model/table.ts'
import { schedulerOf } from '../schedulers/index.ts'
import { jobsOf } from './status.ts'

/** Whether anything of a run was ever begun: a task, which never waits, or a job that computes. Waiting alone is no work. */
export function hasBegun(run: Run, jobs: readonly Job[]): boolean {
  return Object.keys(run.tasks).length > 0 || jobs.some(job => job.attempts.some(began))
}

function began({ phase, outcome }: Job['attempts'][number]): boolean {
  if (phase.is === 'running' || outcome === 'completed') return true
  return 'started' in phase && phase.started !== null
}

/**
 * What an open run of which nothing computes now waits for, as a clause (`for a login on helix`); null where something
 * computes or is on its way, and where a person holds it.
 */
export function waitsFor(state: State, run: Run): string | null {
  if (run.phase.is !== 'open' || run.phase.hold !== null) return null
  const open = jobsOf(state, run)
    .map(job => lastAttempt(job))
    .filter(({ outcome }) => outcome === null)
  const machine = (state.machines as Readonly<Record<string, Machine>>)[run.machine]
  if (open.length === 0 || machine === undefined) return null
  const { name, reach, settings, silent } = machine
  if (open.some(({ phase }) => phase.is !== 'planned' && phase.is !== 'staged' && phase.is !== 'queued')) return null
  if (open.some(attempt => doubtOf(attempt) !== null)) return null // one may compute, or be over
  const queued = open.flatMap(({ phase }) => (phase.is === 'queued' ? [phase] : []))
  if (queued.length === 0) {
    if (reach.is === 'wants-login') return `for a login on ${name}`
    if (reach.is === 'unreachable') return `for ${name}, which does not answer`
    const twin = twinOfAll(state, run)
    if (twin !== null)
      return `for the same ${open.length === 1 ? 'calculation' : 'calculations'} of ${nameOf(state, twin)}${inDoubt(twin)}`
    const there = settings.max_jobs === null ? 0 : placesTaken(state, machine)
    return settings.max_jobs !== null && there >= settings.max_jobs ? forAPlace(machine) : null
  }
  if (reach.is !== 'ok' || silent != null) return null // what is in the queue may have begun
  const kept = queued.flatMap(({ waiting }) => waiting ?? [])
  if (kept.length === queued.length) {
    const held = kept.find(({ is }) => is === 'held')
    // In a queue of Larmor's own they were held by a pause that is over, and are let go as there are places.
    if (held && schedulerOf(settings.scheduler).hold) return forAPlace(machine)
    return held ? `until it is let go: ${held.text}` : `in vain: ${kept[0]?.text}`
  }
  return settings.scheduler === 'direct' ? `for free cores on ${name}` : `for its turn in the queue of ${name}`
}

/** Why a job that could be sent is not: another one computes the same, as a clause; null where that is not so. */
export function waitsForTheSame(state: State, job: Job): string | null {
  const run = get(state.runs, job.run)
  const { phase, outcome } = lastAttempt(job)
  if (run?.phase.is !== 'open' || run.phase.hold !== null || phase.is !== 'planned' || outcome !== null) return null
  const twin = waitingForTheSame([job], jobsOn(state, job.machine)).get(job)
  return twin ? `waits for the same calculation of ${nameOf(state, twin)}, ${twin.id}${inDoubt(twin)}` : null
}

/** The first of the jobs that compute just what is left of this run, where all of it waits for those. */
function twinOfAll(state: State, run: Run): Job | null {
  const open = jobsOf(state, run).filter(job => lastAttempt(job).outcome === null)
  if (open.some(job => lastAttempt(job).phase.is !== 'planned')) return null
  const waiting = waitingForTheSame(open, jobsOn(state, run.machine))
  const twins = [...waiting.values()]
  return twins.length === open.length ? (twins.find(isInDoubt) ?? twins[0] ?? null) : null
}

function jobsOn(state: State, machine: Job['machine']) {
  return [...values(state.jobs)].flatMap(job => {
    const run = job.machine === machine ? get(state.runs, job.run) : undefined
    return run ? [{ job, run }] : []
  })
}

function nameOf(state: State, { run }: Job): string {
  return get(state.runs, run)?.name || run
}

function isInDoubt(job: Job): boolean {
  return doubtOf(lastAttempt(job)) !== null
}

/** What is waited for may have ended long ago, with a result that is only not known yet: a person may decide otherwise. */
function inDoubt(twin: Job): string {
  return isInDoubt(twin) ? ` (whether that has ended is not known; larmor cancel ${twin.id} ends the waiting)` : ''
}

function forAPlace({ name, settings: { max_jobs } }: Machine): string {
  return max_jobs === null ? `for free cores on ${name}` : `for one of the ${max_jobs} places for jobs on ${name}`
}

/** By jobs of all runs. */
function placesTaken(state: State, { name, settings }: Machine): number {
  const holds = schedulerOf(settings.scheduler).hold !== undefined
  let n = 0
  for (const job of values(state.jobs)) if (job.machine === name && takesPlace(lastAttempt(job), holds)) n += 1
  return n
}
