import { lastAttempt } from '../../../shared/model/job.ts'
import type { State } from '../../../shared/model/state.ts'
import { values } from '../../../shared/model/table.ts'

/** Every run, and the attempt of each job that counts, for who must find out why a test failed. */
export function say(state: State): string {
  const runs = [...values(state.runs)].map(
    ({ id, phase, tasks }) =>
      `${id} ${JSON.stringify(phase)} ${Object.values(tasks).map(({ key, state }) => `${key}: ${state.is}`)}`,
  )
  const jobs = [...values(state.jobs)].map(job => {
    const { label, phase, outcome, reason, cancel_wished, ignored } = lastAttempt(job)
    const doubt = phase.is === 'submitting' ? phase.doubt : undefined
    return `  ${JSON.stringify({ label, phase: phase.is, doubt, outcome, reason, cancel_wished, ignored })}`
  })
  return [`seq ${state.seq}`, ...runs, ...jobs].join('\n')
}
