import type { EventBody } from '../../../shared/model/events.ts'
import type { Job } from '../../../shared/model/job.ts'
import { isToBeCleaned } from '../next-step.ts'
import { type Here, perRun } from './here.ts'

/**
 * Removes the folders of attempts that were fetched and verified; of one that was adopted only what Larmor made. What
 * could not be removed is tried again.
 */
export async function clean(here: Here, jobs: readonly Job[]): Promise<readonly EventBody[]> {
  const wanted = jobs.flatMap(job => job.attempts.filter(isToBeCleaned).map(({ n, label }) => ({ job, n, label })))
  const answers = await here.agent.clean(wanted.map(({ label }) => label))
  const gone = new Set(answers.flatMap(({ word, fields: [label] }) => (word === 'cleaned' ? [label] : [])))
  return perRun(
    'jobs.cleaned',
    wanted
      .filter(({ label }) => gone.has(label))
      .map(({ job, n, label }) => ({ job, item: { job: job.id, attempt: n, label } })),
  )
}
