import type { EventBody } from '../../../shared/model/events.ts'
import { isHeld, type Job, lastAttempt } from '../../../shared/model/job.ts'
import { HELD } from '../../../shared/schedulers/index.ts'
import { type Here, inPhase, perRun, refOf } from './here.ts'

/**
 * Jobs of paused runs that wait in a queue of Larmor's own are held there, and let go when their run is resumed. One that
 * has begun meanwhile goes on: that is told by its report.
 */
export async function hold(here: Here, jobs: readonly Job[]): Promise<readonly EventBody[]> {
  const go = jobs.filter(job => isHeld(lastAttempt(job).phase))
  const stay = jobs.filter(job => !isHeld(lastAttempt(job).phase))
  return [...(await change(here, stay, true)), ...(await change(here, go, false))]
}

async function change(here: Here, jobs: readonly Job[], held: boolean): Promise<readonly EventBody[]> {
  const { scheduler, agent, machine } = here
  const ids = jobs.flatMap(job => inPhase(job, 'queued')?.phase.queue_id ?? [])
  if (!scheduler.hold || ids.length === 0) return []
  const changed = scheduler.hold.read(await agent.run(scheduler.hold.line({ settings: machine.settings, ids, held })))
  if (!changed.ok) {
    here.refused(changed.fault, jobs)
    return []
  }
  return perRun(
    'jobs.waiting',
    jobs
      .filter(job => changed.value.includes(inPhase(job, 'queued')?.phase.queue_id ?? ('' as never)))
      .map(job => ({ job, item: { ...refOf(job), waiting: held ? HELD : null } })),
  )
}
