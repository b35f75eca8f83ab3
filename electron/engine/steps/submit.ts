import type { QueueId } from '../../../shared/ids.ts'
import type { EventBody } from '../../../shared/model/events.ts'
import type { Job } from '../../../shared/model/job.ts'
import type { QueueEntry } from '../../../shared/schedulers/index.ts'
import { around } from '../points.ts'
import { type Here, inPhase, labelOf, perRun, refOf } from './here.ts'
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
  const doubted: { job: Job; text: string }[] = []
  for (const job of jobs) {
    const answer = answers.find(({ fields }) => fields[0] === labelOf(job))
    switch (answer?.word) {
      case 'answered': {
        const { text, complaint } = answer
        const id = here.scheduler.submit.read({ exit: Number(answer.fields[1]), out: text, err: complaint })
        if (id.ok) submitted.push({ job, id: id.value })
        else {
          const reason = [id.fault.message, id.fault.detail?.trim()].filter(Boolean).join(' ')
          events.push(...perRun('jobs.refused', [{ job, item: { ...refOf(job), category: null, reason } }]))
        }
        break
      }
      case 'cancelled': {
        const reason = 'cancelled before it was submitted'
        events.push(...perRun('jobs.cancelled', [{ job, item: { ...refOf(job), reason, evidence: [] } }]))
        break
      }
      default:
        doubted.push({ job, text: answer?.fields[1] ?? 'its folder is not on the machine' })
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

/** Asks the scheduler by name, and the jobs' own folders; what nobody knows stays a doubt that a person can see. */
async function resolve(
  here: Here,
  doubted: readonly { readonly job: Job; readonly text: string }[],
): Promise<readonly EventBody[]> {
  const asked = here.mayAskScheduler()
    ? here.scheduler.list.read(await here.agent.run(here.scheduler.list.line({})))
    : null
  const queue = asked?.ok ? asked.value : null
  const reports = await readReports(
    here,
    doubted.map(({ job }) => labelOf(job)),
  )
  const events: EventBody[] = [...facts(here, reports.reports)]
  for (const { job, text } of doubted) {
    const label = labelOf(job)
    const entry: QueueEntry | undefined = queue?.find(known => known.label === label)
    if (entry) {
      here.present(label)
      events.push(...perRun('jobs.submitted', [{ job, item: { ...refOf(job), queue_id: entry.queue_id } }]))
    } else if (reports.reports.some(report => report.label === label && report.event !== 'duplicate')) {
      here.present(label)
    } else {
      const since = inPhase(job, 'submitting')?.phase.doubt?.since
      const waited = since ? Date.parse(here.now()) - Date.parse(since) : 0
      if (queue && here.scheduler.absenceProves && waited > here.machine.settings.grace_s * 1000) {
        const reason = `its submission was cut off: ${text}; it is not in the queue, and it left no report`
        events.push(...perRun('jobs.lost', [{ job, item: { ...refOf(job), reason, evidence: [] } }]))
      } else {
        events.push({ type: 'submit.doubted', run: job.run, ...refOf(job), text })
      }
    }
  }
  return events
}
