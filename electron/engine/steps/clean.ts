import type { EventBody } from '../../../shared/model/events.ts'
import type { Job, Phase } from '../../../shared/model/job.ts'
import { printable } from '../../../shared/printable.ts'
import { isToBeCleaned } from '../next-step.ts'
import { type Here, perRun } from './here.ts'

/**
 * Removes the folders of attempts that were fetched and verified, or never began; of one that was adopted only what Larmor made. A
 * folder that holds what was not fetched, or not for certain, stays; what could not be removed is tried again.
 */
export async function clean(here: Here, jobs: readonly Job[]): Promise<readonly EventBody[]> {
  const wanted = jobs.flatMap(job =>
    job.attempts.filter(isToBeCleaned).map(({ n, label, phase }) => ({ job, n, label, phase })),
  )
  const whole = wanted.filter(({ phase }) => unsettledOf(phase).length === 0)
  const answers = whole.length > 0 ? await here.agent.clean(whole.map(({ label }) => label)) : []
  const kept = new Map(answers.flatMap(({ word, fields: [label], text }) => (word === 'kept' ? [[label, text]] : [])))
  const gone = new Set(answers.flatMap(({ word, fields: [label] }) => (word === 'cleaned' ? [label] : [])))
  return perRun(
    'jobs.cleaned',
    wanted.flatMap(({ job, n, label, phase }) => {
      const item = { job: job.id, attempt: n, label }
      const unsettled = unsettledOf(phase)
      if (unsettled.length > 0)
        return [
          {
            job,
            item: { ...item, kept: unsettled.map(name => `${name} (was still being written when it was fetched)`) },
          },
        ]
      const left = kept.get(label)
      if (left !== undefined) return [{ job, item: { ...item, kept: left.split('\n').map(printable) } }]
      return gone.has(label) ? [{ job, item }] : []
    }),
  )
}

/** Of these files nobody knows whether all of it is here. */
function unsettledOf(phase: Phase): readonly string[] {
  return phase.is === 'parsed' && phase.reused === null ? (phase.unsettled ?? []) : []
}
