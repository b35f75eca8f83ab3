import { direct } from './direct.ts'
import type { Scheduler } from './scheduler.ts'
import { slurm } from './slurm.ts'

export { HELD } from './direct.ts'
export type { Printed, QueueAnswer, QueueEntry, Scheduler } from './scheduler.ts'

/** Every scheduler there is. Adding one: CONTRIBUTING.md. */
export const schedulers = { direct, slurm } satisfies Record<string, Scheduler>

export type SchedulerName = keyof typeof schedulers

export function schedulerOf(name: string): Scheduler {
  const scheduler = Object.hasOwn(schedulers, name) ? schedulers[name as SchedulerName] : undefined
  if (!scheduler) throw new Error(`there is no scheduler ${name}`)
  return scheduler
}
