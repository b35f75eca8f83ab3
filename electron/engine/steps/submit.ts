import type { QueueId } from '../../../shared/ids.ts'
import type { EventBody } from '../../../shared/model/events.ts'
import type { Job } from '../../../shared/model/job.ts'
import { around } from '../points.ts'
import { type Here, labelOf, perRun, refOf } from './here.ts'
import { askQueue, covers, entryOf } from './queue.ts'
import { facts, readReports } from './reports.ts'

/** The intent, on disk before anything can be submitted. */
export async function intend(_here: Here, jobs: readonly Job[]): Promise<readonly EventBody[]> {
  return jobs.map(job => ({ type: 'submit.intended', run: job.run, ...refOf(job) }))
}

/**
 * Submits all jobs by one remote call, each under a lock that only one call ever gets: asking again is how a doubt is
 * resolved, never a second submission. After a doubt: the id file, then the scheduler by name, then the grace period.
 */
export async function submit(here: Here, jobs: readonly Job[]): Promise<readonly EventBody[]> {
  const answers = await around('submit.send', () => here.agent.submit(jobs.map(labelOf)))
  const submitted: { job: Job; id: QueueId }[] = []
  const events: EventBody[] = []
  const doubted: Doubted[] = []
  for (const job of jobs) {
    const answer = answers.find(({ fields }) => fields[0] === labelOf(job))
    switch (answer?.word) {
      case 'answered': {
        const { text, complaint } = answer
        const exit = Number(answer.fields[1])
        const id = here.scheduler.submit.read({ exit, out: text, err: complaint }, here.machine.settings)
        if (id.ok) submitted.push({ job, id: id.value })
        else {
          const hint = id.fault.hint?.replaceAll('NAME', here.machine.name)
          const reason = [id.fault.message, id.fault.detail?.trim(), hint].filter(Boolean).join(' ')
          doubted.push({ job, text: reason, refused: exit !== 0 })
        }
        break
      }
      case 'cancelled': {
        const reason = 'cancelled before it was submitted'
        events.push(...perRun('jobs.cancelled', [{ job, item: { ...refOf(job), reason, evidence: [] } }]))
        break
      }
      default: {
        const text = answer?.fields[1] ?? 'its folder is not on the machine'
        doubted.push({ job, text, refused: false, unbegun: answer?.word === 'unbegun' })
      }
    }
  }
  if (doubted.length > 0) events.push(...(await resolve(here, doubted)))
  return [
    ...perRun(
      'jobs.submitted',
      submitted.map(({ job, id }) => ({ job, item: { ...refOf(job), queue_id: id } })),
    ),
    ...events,
  ]
}

interface Doubted {
  readonly job: Job
  readonly text: string
  /** The scheduler said no. It may have taken the job all the same (a timeout of its own), so the queue is asked first. */
  readonly refused: boolean
  /** Nobody has begun to submit it, as on a full disk: its absence from the queue tells nothing of it. */
  readonly unbegun?: boolean
}

/** Asks the scheduler by name, and the jobs' own folders; what nobody knows stays a doubt that a person can see. */
async function resolve(here: Here, doubted: readonly Doubted[]): Promise<readonly EventBody[]> {
  const queue = await askQueue(here)
  const isAbsent = (job: Job) => queue !== null && covers(queue, job)
  const reports = await readReports(
    here,
    doubted.map(({ job }) => labelOf(job)),
  )
  const events: EventBody[] = [...facts(here, reports.reports, queue)]
  for (const { job, text, refused, unbegun } of doubted) {
    const label = labelOf(job)
    const entry = queue ? entryOf(queue, job) : undefined
    if (entry) {
      here.present(label)
      events.push(...perRun('jobs.submitted', [{ job, item: { ...refOf(job), queue_id: entry.queue_id } }]))
    } else if (reports.reports.some(report => report.label === label && report.event !== 'duplicate')) {
      here.present(label)
    } else if (refused && isAbsent(job)) {
      events.push(...perRun('jobs.refused', [{ job, item: { ...refOf(job), category: null, reason: text } }]))
    } else {
      // Counted from when it was first seen to be absent, on a clock that nobody sets.
      const waited = isAbsent(job) && !unbegun ? here.absentFor(label) : 0
      if (here.scheduler.absenceProves && waited > here.machine.settings.grace_s * 1000) {
        const reason = `its submission was cut off: ${text}; it is not in the queue, and it left no report`
        events.push(...perRun('jobs.lost', [{ job, item: { ...refOf(job), reason, evidence: [] } }]))
      } else {
        events.push({ type: 'submit.doubted', run: job.run, ...refOf(job), text })
      }
    }
  }
  return events
}
