import { type Instant, type JobId, label, type RunId } from '../ids.ts'
import { isAttemptFact, singleFacts, step } from './attempt.ts'
import type { AttemptFact, AttemptRef, Event, ImportedOutput } from './events.ts'
import { foreignKey } from './foreign.ts'
import { type Attempt, type Job, type JobSpec, lastAttempt, neverSubmitted } from './job.ts'
import type { Machine } from './machine.ts'
import { newAttempt, newJob } from './new-attempt.ts'
import { newRun, type Run } from './run.ts'
import type { State } from './state.ts'
import { draftOf, type TableDraft } from './table.ts'
import type { Task } from './task.ts'
import { withTimeOf } from './times.ts'

/** Raised when the same events would give another state: snapshots of another version are discarded. */
export const REDUCER_VERSION = 13

interface Draft {
  readonly runs: TableDraft<Run>
  readonly jobs: TableDraft<Job>
  machines: Readonly<Record<string, Machine>>
  foreign: State['foreign']
  times: State['times']
}

/**
 * The one place where state changes, run by the engine and by every window: the state after a batch of events.
 *
 * Pure: no clock, no chance, no I/O. Events already seen change nothing; a gap throws (the caller then wants a
 * snapshot); an event that does not apply advances `seq` and changes nothing else.
 */
export function reduce(state: State, events: readonly Event[]): State {
  const draft: Draft = {
    runs: draftOf(state.runs),
    jobs: draftOf(state.jobs),
    machines: state.machines,
    foreign: state.foreign,
    times: state.times,
  }
  let { seq, as_of } = state
  for (const event of events) {
    if (event.seq <= seq) continue
    if (event.seq !== seq + 1) throw new GapError(seq, event.seq)
    apply(draft, event)
    seq = event.seq
    as_of = event.at
  }
  return seq === state.seq
    ? state
    : {
        seq,
        as_of,
        runs: draft.runs.done(),
        jobs: draft.jobs.done(),
        machines: draft.machines,
        ...(draft.foreign ? { foreign: draft.foreign } : {}),
        ...(draft.times ? { times: draft.times } : {}),
      }
}

/** Events are missing between the state and the batch. */
export class GapError extends Error {
  override readonly name = 'GapError'
  constructor(at: number, got: number) {
    super(`events are missing: the state is at ${at}, the next event is ${got}`)
  }
}

function apply(draft: Draft, event: Event): void {
  if (isAttemptFact(event)) {
    moveAttempts(draft, event)
    return
  }
  switch (event.type) {
    case 'run.started':
      start(draft, event)
      return
    case 'run.paused':
      pause(draft, event)
      return
    case 'run.resumed':
      hold(draft, event, null)
      changeRun(draft, event, run => ({ ...run, resumed: event.at }))
      return
    case 'run.stopping':
      hold(draft, event, 'stopping')
      return
    case 'run.cancelling':
      hold(draft, event, 'cancelling')
      return
    case 'run.reopened':
      changeRun(draft, event, run => ({ ...run, phase: { is: 'open', hold: null }, resumed: event.at }))
      return
    case 'run.ended':
      changeRun(draft, event, run => ({
        ...run,
        progress: event.outcome === 'completed' ? 1 : run.progress,
        phase: { is: 'ended', outcome: event.outcome, reason: event.reason, at: event.at },
      }))
      return
    case 'run.archived': {
      for (const job of draft.runs.get(event.run)?.jobs ?? []) draft.jobs.delete(job)
      draft.runs.delete(event.run)
      return
    }
    case 'run.restored': {
      if (draft.runs.get(event.run)) return
      draft.runs.set(event.run, event.restored)
      for (const job of event.jobs) draft.jobs.set(job.id, job)
      return
    }
    case 'run.progressed':
      changeRun(draft, event, run => ({
        ...run,
        // A new plan version has other work; within one the bar never falls.
        progress: event.plan_version > run.plan_version ? event.progress : Math.max(run.progress, event.progress),
        plan_version: Math.max(run.plan_version, event.plan_version),
      }))
      return
    case 'classes.changed':
      changeRun(draft, event, run => ({
        ...run,
        analysis: { experiment: run.analysis?.experiment ?? null, classes: event.classes },
      }))
      return
    case 'experiment.changed':
      changeRun(draft, event, run => ({
        ...run,
        analysis: { classes: run.analysis?.classes ?? null, experiment: event.experiment },
      }))
      return
    case 'jobs.planned':
      planJobs(draft, event)
      return
    case 'jobs.imported':
      planJobs(draft, event, importedAttempt)
      return
    case 'tasks.planned':
      changeRun(draft, event, run => {
        const fresh = event.tasks.filter(task => !Object.hasOwn(run.tasks, task.key))
        const planned = fresh.map((task): [string, Task] => [task.key, { ...task, state: { is: 'planned' } }])
        return { ...run, tasks: { ...run.tasks, ...Object.fromEntries(planned) } }
      })
      return
    case 'task.done':
      endTask(draft, event, { is: 'done', result: event.result })
      return
    case 'task.failed':
      endTask(draft, event, { is: 'failed', reason: event.reason })
      return
    case 'attempt.added':
      addAttempt(draft, event)
      return
    case 'report.received':
      draft.foreign = { ...draft.foreign, [foreignKey(event.report)]: event.report }
      return
    case 'report.adopted': {
      const key = foreignKey(event)
      const report = draft.foreign?.[key]
      if (report) draft.foreign = { ...draft.foreign, [key]: { ...report, adopted: event.run } }
      return
    }
    case 'machine.changed':
      draft.machines = { ...draft.machines, [event.machine.name]: event.machine }
      return
    case 'machine.removed': {
      const { [event.machine]: _, ...others } = draft.machines
      draft.machines = others
      if (draft.times) {
        const { [event.machine]: __, ...times } = draft.times
        draft.times = times
      }
      return
    }
    case 'clean.wished':
    case 'jobs.cleaned':
      clean(draft, event)
      return
    case 'fact.ignored':
      keepIgnored(draft, event)
      return
    default:
      // A type this version does not know cannot get here: the journal refuses newer data.
      event satisfies never
  }
}

type Of<Type extends Event['type']> = Extract<Event, { readonly type: Type }>

function start(draft: Draft, event: Of<'run.started'>): void {
  if (draft.runs.get(event.run)) return
  draft.runs.set(event.run, newRun(event, event.at))
}

function changeRun(
  draft: Draft,
  event: { readonly run: string; readonly at: Instant },
  change: (run: Run) => Run,
): void {
  const run = draft.runs.get(event.run)
  if (run) draft.runs.set(run.id, { ...change(run), updated: event.at })
}

function hold(
  draft: Draft,
  event: Event & { readonly run: string },
  hold: 'paused' | 'stopping' | 'cancelling' | null,
): void {
  changeRun(draft, event, run => (run.phase.is === 'open' ? { ...run, phase: { is: 'open', hold } } : run))
}

function pause(draft: Draft, event: Of<'run.paused'>): void {
  const { reason, mark } = event
  changeRun(draft, event, run => {
    if (run.phase.is !== 'open') return run
    const phase = { is: 'open', hold: 'paused', ...(reason === undefined ? {} : { reason }) } as const
    return { ...run, phase, ...(mark === undefined ? {} : { pause_mark: Math.max(mark, run.pause_mark ?? 0) }) }
  })
}

function planJobs<Spec extends AttemptRef & JobSpec>(
  draft: Draft,
  event: { readonly run: RunId; readonly at: Instant; readonly jobs: readonly Spec[] },
  attemptOf?: (spec: Spec) => Attempt,
): void {
  if (!draft.runs.get(event.run)) return
  const fresh: JobId[] = []
  for (const spec of event.jobs) {
    if (draft.jobs.get(spec.job)) continue
    draft.jobs.set(spec.job, newJob(event.run, spec, attemptOf?.(spec)))
    fresh.push(spec.job)
  }
  changeRun(draft, event, run => ({ ...run, jobs: [...run.jobs, ...fresh] }))
}

/** An attempt that no machine of ours ever had: its output is all that is known. */
function importedAttempt(spec: AttemptRef & JobSpec & ImportedOutput): Attempt {
  const { dir, ended, files, result, outcome, category, reason, evidence } = spec
  return {
    ...newAttempt(spec, spec, null),
    outcome,
    category,
    reason,
    evidence,
    phase: { is: 'parsed', ...neverSubmitted, dir, ended, files, result, reused: null },
  }
}

/** At most one attempt is alive: a new one only after the last has its outcome. */
function addAttempt(draft: Draft, event: Of<'attempt.added'>): void {
  const job = draft.jobs.get(event.job)
  if (!job || lastAttempt(job).outcome === null || event.attempt !== lastAttempt(job).n + 1) return
  const attempt = { ...newAttempt(event, event, event.fix), ...(event.by ? { by: event.by } : {}) }
  draft.jobs.set(job.id, { ...job, attempts: [...job.attempts, attempt] })
  changeRun(draft, event, run => run)
}

function endTask(draft: Draft, event: Of<'task.done' | 'task.failed'>, state: Task['state']): void {
  changeRun(draft, event, run => {
    const task = run.tasks[event.task]
    return task?.state.is === 'planned' ? { ...run, tasks: { ...run.tasks, [task.key]: { ...task, state } } } : run
  })
}

/** Of old attempts, too: their folders are on the machine as well. */
function clean(draft: Draft, { type, jobs, at }: Of<'clean.wished' | 'jobs.cleaned'>): void {
  for (const item of jobs) {
    const { job: id, attempt: n } = item
    const kept = 'kept' in item ? item.kept : undefined
    const job = draft.jobs.get(id)
    if (!job) continue
    const attempts = job.attempts.map(attempt => {
      if (attempt.n !== n) return attempt
      const isWished = attempt.clean && !attempt.clean.kept
      if (type === 'clean.wished') return isWished ? attempt : { ...attempt, clean: { wished: at, done: false } }
      const wished = attempt.clean?.wished ?? at
      return { ...attempt, clean: kept ? { wished, done: false, kept } : { wished, done: true } }
    })
    draft.jobs.set(id, { ...job, attempts })
  }
}

function keepIgnored(draft: Draft, { job: id, attempt: n, fact, why }: Of<'fact.ignored'>): void {
  const job = draft.jobs.get(id)
  if (!job) return
  const attempts = job.attempts.map(attempt =>
    attempt.n === n ? { ...attempt, ignored: [...attempt.ignored, { fact, why }] } : attempt,
  )
  draft.jobs.set(id, { ...job, attempts })
}

/** The attempt that a job gets whose last one never began. */
function sameAgain(job: Job): Attempt {
  const last = lastAttempt(job)
  const ref = { job: job.id, attempt: last.n + 1, label: label(job.id, last.n + 1) }
  return { ...newAttempt(ref, last, last.fix), ...(last.by ? { by: last.by } : {}) }
}

function moveAttempts(draft: Draft, event: AttemptFact & { readonly at: Instant }): void {
  for (const fact of singleFacts(event)) {
    const job = draft.jobs.get(fact.job)
    if (!job) continue
    const last = lastAttempt(job)
    if (fact.attempt !== last.n || fact.label !== last.label) continue
    const next = step(last, fact, event.at)
    if (next.is !== 'changed') continue
    // In a run that has ended nobody would send it: a person resubmits it.
    const isOpen = draft.runs.get(job.run)?.phase.is === 'open'
    const again = isOpen && next.attempt.withdrawn && fact.type === 'jobs.withdrawn' ? [sameAgain(job)] : []
    const moved = { ...job, attempts: [...job.attempts.slice(0, -1), next.attempt, ...again] }
    draft.jobs.set(job.id, moved)
    if (fact.type === 'jobs.parsed') draft.times = withTimeOf(draft.times, moved)
  }
  changeRun(draft, event, run => run)
}
