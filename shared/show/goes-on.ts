import type { Run } from '../model/run.ts'
import { machineNamed, type State } from '../model/state.ts'
import { schedulerOf } from '../schedulers/index.ts'

/**
 * What of a run is computed all the same when nothing new of it begins, as a clause: what waits in a queue of Larmor's own
 * is held or taken back, what waits in a cluster's is not.
 */
export function goesOn(state: State, run: Run): string {
  const machine = machineNamed(state, run.machine)
  const isOwn = machine === undefined || schedulerOf(machine.settings.scheduler).withdraw !== undefined
  return isOwn ? 'what runs' : `what runs, or waits in the queue of ${run.machine},`
}
