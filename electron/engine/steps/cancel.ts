import type { EventBody } from '../../../shared/model/events.ts'
import type { Evidence, Job } from '../../../shared/model/job.ts'
import { around } from '../points.ts'
import { type Here, inPhase, labelOf, perRun, refOf } from './here.ts'
import { askQueue, covers, entryOf, type Queue } from './queue.ts'
import { facts, type Look, readReports } from './reports.ts'
import { submit } from './submit.ts'

/**
 * Carries out wishes to cancel. Before its submission a job's lock gets a tombstone, so that a late submission does
 * nothing; afterwards the scheduler is told. `cancelled` needs proof that nothing is alive, or the job's own report:
 * the processes are dead, or it left the queue without having begun, or left it and has been silent for the grace period.
 */
export async function cancel(here: Here, jobs: readonly Job[]): Promise<readonly EventBody[]> {
  return around('cancel.send', async () => {
    const unsent = jobs.filter(job => inPhase(job, 'submitting'))
    const answers = unsent.length > 0 ? await here.agent.cancel(unsent.map(labelOf)) : []
    const buried = unsent.filter(job =>
      answers.some(({ word, fields }) => word === 'cancelled' && fields[0] === labelOf(job)),
    )
    // It was begun to be submitted: asking again tells its queue id, or that nobody knows.
    const taken = unsent.filter(job => !buried.includes(job))

    const alive = jobs.flatMap(job => {
      const id = inPhase(job, 'queued', 'running')?.phase.queue_id
      return id ? [{ job, id }] : []
    })
    const ended =
      alive.length > 0
        ? here.scheduler.cancel.read(
            await here.agent.run(
              here.scheduler.cancel.line({ settings: here.machine.settings, ids: alive.map(({ id }) => id) }),
            ),
          )
        : null
    const dead = ended?.ok ? alive.filter(({ id }) => ended.value.includes(id)).map(({ job }) => job) : []
    const others = alive.map(({ job }) => job).filter(job => !dead.includes(job))
    const queue = others.length > 0 ? await askQueue(here) : null
    const look = await readReports(
      here,
      alive.map(({ job }) => labelOf(job)),
    )
    const isUnreported = (job: Job) =>
      !look.reports.some(({ label, event }) => label === labelOf(job) && event === 'ended')
    const left = others.filter(isUnreported)
    if (ended && !ended.ok && left.length > 0) here.refused(ended.fault, left)
    const gone = queue ? others.filter(job => isUnreported(job) && hasLeft(here, queue, look, job)) : []

    return [
      ...cancelled(buried, 'cancelled before it was submitted', 'its submission is locked for ever'),
      ...(taken.length > 0 ? await submit(here, taken) : []),
      ...facts(here, look.reports, queue),
      ...cancelled(dead.filter(isUnreported), 'cancelled', 'no process of it is alive'),
      ...cancelled(gone, 'cancelled', 'it is not in the queue any more, and it left no report'),
    ]
  })
}

function hasLeft(here: Here, queue: Queue, look: Look, job: Job): boolean {
  const entry = entryOf(queue, job)
  if (entry && entry.status !== 'gone') {
    here.present(labelOf(job))
    return false
  }
  if (!covers(queue, job)) return false
  const hasBegun = look.folders.get(labelOf(job))?.includes('run.lock') ?? true
  return (entry !== undefined && !hasBegun) || here.absentFor(labelOf(job)) >= here.machine.settings.grace_s * 1000
}

function cancelled(jobs: readonly Job[], reason: string, text: string): readonly EventBody[] {
  const evidence: readonly Evidence[] = [{ source: 'scheduler', file: null, line: null, text }]
  return perRun(
    'jobs.cancelled',
    jobs.map(job => ({ job, item: { ...refOf(job), reason, evidence } })),
  )
}
