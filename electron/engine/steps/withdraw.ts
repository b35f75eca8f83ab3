import type { EventBody } from '../../../shared/model/events.ts'
import type { Job } from '../../../shared/model/job.ts'
import { around } from '../points.ts'
import { type Here, inPhase, labelOf, perRun, refOf } from './here.ts'

const REASON = 'taken out of the queue before it began, since its run was stopped'

/**
 * Jobs of runs that are to stop, and that wait in a queue of Larmor's own, are taken out of it: they are begun when their
 * run goes on. One that has begun meanwhile is finished: that is told by its report.
 */
export async function withdraw(here: Here, jobs: readonly Job[]): Promise<readonly EventBody[]> {
  const { scheduler, agent, machine } = here
  const waiting = jobs.flatMap(job => {
    const queue_id = inPhase(job, 'queued')?.phase.queue_id
    return queue_id ? [{ label: labelOf(job), queue_id }] : []
  })
  if (!scheduler.withdraw || waiting.length === 0) return []
  const { settings } = machine
  const line = scheduler.withdraw.line({ settings, jobs: waiting })
  const taken = scheduler.withdraw.read(await around('withdraw.send', () => agent.run(line)))
  if (!taken.ok) {
    here.refused(taken.fault, jobs)
    return []
  }
  return perRun(
    'jobs.withdrawn',
    jobs
      .filter(job => taken.value.includes(labelOf(job)))
      .map(job => ({ job, item: { ...refOf(job), reason: REASON } })),
  )
}
