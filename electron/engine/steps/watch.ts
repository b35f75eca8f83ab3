import { isDeepStrictEqual } from 'node:util'
import type { EventBody } from '../../../shared/model/events.ts'
import { isAdopted, type Job, lastAttempt } from '../../../shared/model/job.ts'
import { around } from '../points.ts'
import { type Here, inPhase, labelOf, perRun, refOf } from './here.ts'
import { askQueue, covers, endOf, entryOf, mayBeInAccounts, type Queue } from './queue.ts'
import { FOREIGN, facts, type Look, type Report, readReports, recordOf } from './reports.ts'

/**
 * One look at the spool of reports, and rarely one question to the scheduler for all jobs together. Gone from the
 * queue is not ended: the job's own report says so, or the scheduler's record of its end once the grace period is over
 * without one; without either it is lost.
 */
export async function watch(here: Here, jobs: readonly Job[]): Promise<readonly EventBody[]> {
  return around('watch.ask', async () => {
    const queue = await askQueue(here)
    const told = queue === null ? [] : jobs.filter(job => covers(queue, job) && !isYoungerThan(here, queue, job))
    const entry = (job: Job) => queue && entryOf(queue, job)
    const status = (job: Job) => entry(job)?.status ?? 'gone'
    // Sets, since a turn may have thousands of jobs.
    const gone = new Set(told.filter(job => status(job) === 'gone'))
    const look = await readReports(here, [...gone].map(labelOf))
    const hasReported = new Set(look.reports.map(({ label }) => label))
    const hasEnded = new Set(look.reports.flatMap(({ label, event }) => (event === 'ended' ? [label] : [])))
    // What the accounts may still tell is not absent while they are silent: the grace period begins once they answer. While
    // they are behind it goes on, since on a busy cluster there is always some record on its way; its end waits for them.
    const untold = new Set([...gone].filter(job => mayBeInAccounts(queue, job)))
    const isAbsent = (job: Job) => gone.has(job) && !(untold.has(job) && queue?.accounts === 'silent')
    for (const job of told) if (!isAbsent(job)) here.present(labelOf(job))
    const believed = look.reports.filter(report => !isOpen(here, report, gone))
    const unbegun = new Set(
      [...gone].filter(
        job => inPhase(job, 'queued')?.outcome === null && entry(job)?.unbegun && !hasReported.has(labelOf(job)),
      ),
    )
    const silent = new Set(
      [...gone].filter(job => !untold.has(job) && !unbegun.has(job) && !hasEnded.has(labelOf(job))),
    )
    const recorded = new Set([...silent].filter(job => endOf(queue, job)))
    here.spent(look.spooled.filter(name => name.endsWith(FOREIGN)))
    return [
      ...look.foreign.map((report): EventBody => ({ type: 'report.received', report })),
      ...facts(here, believed, queue),
      ...perRun(
        'jobs.running',
        told
          .filter(job => inPhase(job, 'queued') && status(job) === 'running' && !hasReported.has(labelOf(job)))
          .map(job => ({ job, item: { ...refOf(job), started: here.now(), ...nobody } })),
      ),
      ...perRun(
        'jobs.waiting',
        told
          .filter(job => inPhase(job, 'queued') && ['queued', 'held'].includes(status(job)))
          .filter(job => !hasReported.has(labelOf(job)))
          .filter(job => !isDeepStrictEqual(inPhase(job, 'queued')?.phase.waiting, entry(job)?.waiting))
          .map(job => ({ job, item: { ...refOf(job), waiting: entry(job)?.waiting ?? null } })),
      ),
      ...perRun(
        'jobs.withdrawn',
        [...unbegun].map(job => ({ job, item: { ...refOf(job), reason: endOf(queue, job)?.text ?? '' } })),
      ),
      ...perRun(
        'jobs.recorded',
        told
          .filter(job => silent.has(job) || !gone.has(job))
          .map(job => ({ job, item: { ...refOf(job), record: endOf(queue, job) } }))
          .filter(({ job, item }) => !isDeepStrictEqual(item.record, lastAttempt(job).recorded ?? null)),
      ),
      ...perRun(
        'jobs.gone',
        told
          .filter(job => lastAttempt(job).outcome === null)
          .map(job => ({ job, item: { ...refOf(job), text: waitedFor(here, queue, job, { silent, untold }) } }))
          .filter(({ job, item }) => item.text !== (lastAttempt(job).gone?.text ?? null)),
      ),
      ...perRun(
        'jobs.ended',
        [...recorded].flatMap(job => ended(here, job, queue, look)),
      ),
      ...perRun(
        'jobs.lost',
        [...silent].filter(job => !recorded.has(job)).flatMap(job => lost(here, job)),
      ),
    ]
  })
}

/** It was submitted after the queue was asked. A time that is still to come is of a clock that was set back, and tells nothing. */
function isYoungerThan(here: Here, { at }: Queue, job: Job): boolean {
  const submitted = inPhase(job, 'queued', 'running')?.phase.submitted
  return submitted !== null && submitted !== undefined && submitted > at && submitted <= here.now()
}

/**
 * Whether an end by TERM may be no end: the scheduler may have taken the job back into the queue. Once it is gone from
 * there, the report in its folder is read again.
 */
function isOpen(here: Here, { label, event, values }: Report, gone: ReadonlySet<Job>): boolean {
  if (!here.scheduler.requeues || event !== 'ended' || values.signal !== 'TERM') return false
  const job = here.byLabel(label)
  return job !== undefined && lastAttempt(job).cancel_wished === null && ![...gone].some(({ id }) => id === job.id)
}

/** What tells how a job ended that has left its queue, and is waited for; null where that is known, or it is there. */
function waitedFor(
  here: Here,
  queue: Queue | null,
  job: Job,
  { silent, untold }: { readonly silent: ReadonlySet<Job>; readonly untold: ReadonlySet<Job> },
): string | null {
  const { scheduler, machine } = here
  if (untold.has(job)) {
    const why = queue?.accounts === 'silent' ? 'do not answer' : 'have not been told all yet'
    const or = isAdopted(lastAttempt(job)) ? '' : ', or its own report'
    return `it has left the queue; how it ended the accounts of ${scheduler.label} know, which ${why}${or}`
  }
  if (!silent.has(job) || endOf(queue, job)) return null
  if (isAdopted(lastAttempt(job)))
    return `it has left the queue; a word of ${scheduler.label} on how is waited for, for ${machine.settings.grace_s} s`
  return `it has left the queue; its own report is waited for, for ${machine.settings.grace_s} s`
}

const nobody = { host: null, pid: null, pgid: null, boot_id: null }

/**
 * What the scheduler recorded of a job that left no report: it was killed with its script, or never began. A report may
 * still come, through a slow file system, while there is time.
 */
function ended(here: Here, job: Job, queue: Queue | null, look: Look) {
  const end = endOf(queue, job)
  const waited = here.absentFor(labelOf(job)) >= here.machine.settings.grace_s * 1000
  const hasBegun = look.folders.get(labelOf(job))?.includes('run.lock') ?? true
  if (!end || !(waited || end.final || isAdopted(lastAttempt(job)) || (end.cause === 'cancelled' && !hasBegun)))
    return []
  const { exit, signal } = end
  const item = { ...refOf(job), started: null, ended: here.now(), exit, signal, ...nobody }
  return [{ job, item: { ...item, evidence: recordOf(queue, job) } }]
}

function lost(here: Here, job: Job) {
  const seconds = here.absentFor(labelOf(job)) / 1000
  if (seconds < here.machine.settings.grace_s) return []
  const reason = 'it is not in the queue, and it left no report'
  const text = `absent from queue, spool and folder for ${Math.round(seconds)} s, the machine being reachable; nobody knows (any more) how it ended`
  return [
    {
      job,
      item: { ...refOf(job), reason, evidence: [{ source: 'scheduler' as const, file: null, line: null, text }] },
    },
  ]
}
