import { useMemo } from 'react'
import { lastAttempt } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import type { State } from '../../shared/model/state.ts'
import { values } from '../../shared/model/table.ts'
import { queueWait, type Spread } from '../../shared/model/times.ts'
import type { CampaignLength } from '../../shared/workflows/index.ts'
import { outlookOf, useForecasts } from '../runs/outlook.ts'
import { useNow } from '../ui/clock.ts'
import { clockTime } from '../ui/time.ts'

const EVERY_MS = 30_000
const AT_ONCE: Spread = { low_s: 0, median_s: 0, high_s: 0 }

/** When runs would be done on each machine if they were started now; a machine of which that is not known is left out. */
export function useFinishes(
  costs: ReadonlyMap<string, CampaignLength | null>,
  state: State,
): ReadonlyMap<string, Spread> {
  const now = useNow(EVERY_MS)
  const forecasts = useForecasts()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the forecasts of what is open there come from a worker
  return useMemo(() => {
    const all = Object.values<Machine>(state.machines).flatMap(machine => {
      const finish = finishOn(machine, costs.get(machine.name) ?? null, state, now)
      return finish === null ? [] : [[machine.name as string, finish] as const]
    })
    return new Map(all)
  }, [costs, state, now, forecasts])
}

/** `14:40`, and as a sentence the range that holds it. */
export function finishText(finish: Spread, now: Date): { readonly about: string; readonly range: string } {
  const at = (seconds: number) => clockTime(new Date(now.getTime() + seconds * 1000).toISOString(), now)
  const { low_s, median_s, high_s } = finish
  return {
    about: `~${at(median_s)}`,
    range: `In 8 of 10 cases between ${at(low_s)} and ${at(high_s)}, if it is started now`,
  }
}

/**
 * How many jobs of so many cores compute side by side on a machine: on a cluster all that may be sent, without a
 * scheduler what its cores allow, one where their number is not known.
 */
export function sideBySide({ settings }: Machine, ranks: number): number {
  const { scheduler, cores, max_jobs } = settings
  if (scheduler !== 'direct') return max_jobs ?? Number.MAX_SAFE_INTEGER
  return Math.min(Math.max(1, Math.floor((cores ?? 1) / ranks)), max_jobs ?? Number.MAX_SAFE_INTEGER)
}

/**
 * When runs of this cost would be done there if they were started now, in seconds from now. Null where something of it is
 * not known: what the jobs take, how long they wait in the queue, or, where only so many run at once, when what is before
 * them is done.
 */
function finishOn(machine: Machine, cost: CampaignLength | null, state: State, now: number): Spread | null {
  if (cost === null || machine.reach.is !== 'ok') return null
  const direct = machine.settings.scheduler === 'direct'
  const before = direct || machine.settings.max_jobs !== null ? untilFree(machine, state, now) : AT_ONCE
  const wait = direct ? AT_ONCE : queueWait(state.times, machine)
  if (before === null || wait === null) return null
  const { lasts, steps } = cost
  const sum = (of: (spread: Spread) => number) => of(before) + steps * of(wait) + of(lasts)
  return {
    low_s: sum(({ low_s }) => low_s),
    median_s: sum(({ median_s }) => median_s),
    high_s: sum(({ high_s }) => high_s),
  }
}

/** Where only so many jobs are taken at once they are done in order: after what is open there. */
function untilFree(machine: Machine, state: State, now: number): Spread | null {
  const open = new Set<string>()
  for (const job of values(state.jobs)) {
    if (job.machine === machine.name && lastAttempt(job).outcome === null) open.add(job.run)
  }
  let free = AT_ONCE
  for (const run of values(state.runs)) {
    if (!open.has(run.id)) continue
    const { eta } = outlookOf(state, run, now).remaining
    if (eta === null) return null
    // An eta counts from the last event, which may be long ago.
    const left = (finish: string) => Math.max(0, (Date.parse(finish) - now) / 1000)
    const high_s = left(eta.finish_high)
    if (high_s > free.high_s) free = { low_s: left(eta.finish_low), median_s: left(eta.finish_median), high_s }
  }
  return free
}
