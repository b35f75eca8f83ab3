import type { JobId, MachineName, RunId } from '../ids.ts'
import { fail, type Result } from '../result.ts'

/** What commands are refused with, in the same words whichever it is. */

export function noRun(id: RunId): Result<never> {
  return fail({ code: 'not-found', message: `There is no run "${id}".` })
}

export function noJob(id: JobId): Result<never> {
  return fail({ code: 'not-found', message: `There is no job "${id}".` })
}

export function noMachine(name: MachineName): Result<never> {
  return fail({ code: 'not-found', message: `There is no machine "${name}".`, hint: 'larmor machines list' })
}

export function notNow(message: string): Result<never> {
  return fail({ code: 'not-now', message })
}

/** `hold`: what keeps the run from it. */
export function busy(hold: string): Result<never> {
  return notNow(`The run is ${hold}.`)
}
