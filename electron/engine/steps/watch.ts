import type { Label } from '../../../shared/ids.ts'
import type { EventBody } from '../../../shared/model/events.ts'
import { type Job, lastAttempt } from '../../../shared/model/job.ts'
import { around } from '../points.ts'
import { askQueue, entryOf, type Here, inPhase, labelOf, perRun, refOf } from './here.ts'
import { facts, type Look, type Report, readReports } from './reports.ts'

/**
 * One look at the spool of reports, and rarely one question to the scheduler for all jobs together. Gone from the
 * queue is not ended: the job's own report says so, and only its absence after the grace period makes a job lost.
 */
export async function watch(here: Here, jobs: readonly Job[]): Promise<readonly EventBody[]> {
  return around('watch.ask', async () => {
    const queue = await askQueue(here)
    const status = (job: Job) => (queue && entryOf(queue, job)?.status) ?? 'gone'
    const gone = queue === null ? [] : jobs.filter(job => status(job) === 'gone')
    const look = await readReports(here, gone.map(labelOf))
    const began = jobs.filter(job => inPhase(job, 'queued') && status(job) === 'running')
    for (const job of jobs) if (queue !== null && !gone.includes(job)) here.present(labelOf(job))
    const believed = look.reports.filter(report => !isOpen(here, report, gone))
    return [
      ...facts(here, believed),
      ...perRun(
        'jobs.running',
        began
          .filter(job => !hasReport(look, labelOf(job)))
          .map(job => ({ job, item: { ...refOf(job), started: here.now(), ...nobody } })),
      ),
      ...perRun(
        'jobs.lost',
        gone.filter(job => !hasReport(look, labelOf(job), 'ended')).flatMap(job => lost(here, job)),
      ),
    ]
  })
}

/**
 * Whether an end by TERM may be no end: the scheduler may have taken the job back into the queue. Once it is gone from
 * there, the report in its folder is read again.
 */
function isOpen(here: Here, { label, event, values }: Report, gone: readonly Job[]): boolean {
  if (!here.scheduler.requeues || event !== 'ended' || values.signal !== 'TERM') return false
  const job = here.byLabel(label)
  return job !== undefined && lastAttempt(job).cancel_wished === null && !gone.some(({ id }) => id === job.id)
}

const nobody = { host: null, pid: null, pgid: null, boot_id: null }

function hasReport(look: Look, label: Label, event?: string): boolean {
  return look.reports.some(report => report.label === label && (event === undefined || report.event === event))
}

function lost(here: Here, job: Job) {
  const seconds = here.absentFor(labelOf(job)) / 1000
  if (seconds < here.machine.settings.grace_s) return []
  const reason = 'it is not in the queue, and it left no report'
  const text = `absent from queue, spool and folder for ${Math.round(seconds)} s, the machine being reachable`
  return [
    {
      job,
      item: { ...refOf(job), reason, evidence: [{ source: 'scheduler' as const, file: null, line: null, text }] },
    },
  ]
}
