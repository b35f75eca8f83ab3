import type { Event } from '../model/events.ts'
import { lastAttempt } from '../model/job.ts'
import type { Run } from '../model/run.ts'
import type { State } from '../model/state.ts'
import { get, values } from '../model/table.ts'
import { runAddress } from './run-address.ts'
import { countsOf, jobsOf, stateText } from './status.ts'

/** What is worth a person's attention away from the window. Notices of the same key say the same kind of thing. */
export interface Notice {
  /** Run and failure class, or run and end. */
  readonly key: string
  /** Where the window shows what it tells of, as the end of its address; of a run also once that is archived. */
  readonly address: string
  readonly title: string
  readonly text: string
}

/**
 * What these events, of which `after` is the state, give notice of: a run that ended, the failures of a run by class,
 * a machine that wants a person. Failures of jobs are counted over the whole run, so that a later notice of the same
 * key replaces an earlier one.
 */
export function noticesOf(events: readonly Event[], before: State, after: State): readonly Notice[] {
  const notices = new Map<string, Notice>()
  const add = (notice: Notice) => notices.set(notice.key, notice)
  for (const event of events) {
    switch (event.type) {
      case 'jobs.parsed':
      case 'jobs.refused':
      case 'jobs.lost':
        for (const { job } of event.jobs) {
          const failed = get(after.jobs, job)
          const { outcome, category } = failed ? lastAttempt(failed) : { outcome: null, category: null }
          const run = get(after.runs, event.run)
          if (run && (outcome === 'failed' || outcome === 'timeout' || outcome === 'lost')) {
            add(failureNotice(after, run, category ?? outcome))
          }
        }
        break
      case 'run.ended': {
        const run = get(after.runs, event.run)
        if (run && event.outcome !== 'cancelled' && event.outcome !== 'stopped') {
          const state = stateText(event.outcome, countsOf(jobsOf(after, run)))
          add({
            key: `${run.id} end`,
            address: runAddress(run),
            title: `${run.name}: ${state}`,
            text: event.reason ?? '',
          })
        }
        break
      }
      case 'machine.changed': {
        const { name, reach } = event.machine
        if (reach.is === 'wants-login' && before.machines[name]?.reach.is !== 'wants-login') {
          const text = 'Its jobs go on; nothing is asked of it until you log in.'
          add({ key: `${name} login`, address: '#/machines', title: `${name} wants a login`, text })
        }
      }
    }
  }
  return [...notices.values()]
}

function failureNotice(state: State, run: Run, what: string): Notice {
  let count = 0
  for (const job of run.jobs) {
    const { outcome, category } = lastAttempt(get(state.jobs, job) as never)
    if ((outcome === 'failed' || outcome === 'timeout' || outcome === 'lost') && (category ?? outcome) === what)
      count += 1
  }
  const jobs = count === 1 ? '1 job failed' : `${count} jobs failed`
  return { key: `${run.id} ${what}`, address: runAddress(run), title: run.name, text: `${jobs}: ${what}` }
}

/** How many jobs of open runs failed: the number on the application's icon. */
export function failedInOpenRuns(state: State): number {
  let count = 0
  for (const run of values(state.runs)) {
    if (run.phase.is !== 'open') continue
    for (const id of run.jobs) {
      const job = get(state.jobs, id)
      const outcome = job ? lastAttempt(job).outcome : null
      if (outcome === 'failed' || outcome === 'timeout' || outcome === 'lost') count += 1
    }
  }
  return count
}

export function openRuns(state: State): number {
  let count = 0
  for (const run of values(state.runs)) if (run.phase.is === 'open') count += 1
  return count
}
