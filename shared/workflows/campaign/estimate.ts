import { chance } from '../../chance.ts'
import type { Run } from '../../model/run.ts'
import type { RememberedTime, Spread } from '../../model/times.ts'
import { comparable, meansSomething, waitingOf } from '../../progress/eta.ts'
import { forecast } from '../../progress/forecast.ts'
import { quantile } from '../../progress/quantile.ts'
import type { Unit } from '../../progress/unit.ts'
import { type CampaignParams, taskCount } from './params.ts'
import { tasksOf } from './tasks.ts'
import { unitsOf } from './units.ts'

/** What a campaign will take, before it is started. */
export type CampaignEstimate = {
  readonly calculations: number
  /** Shared by the levels, and not counted above. */
  readonly optimisations: number
  /** Of both, those whose result is here already: they are taken from there, and take nothing. */
  readonly reused: { readonly calculations: number; readonly optimisations: number }
  /** 80 % range; null: unknown until the pilot. */
  readonly core_hours: readonly [low: number, high: number] | null
  /** MB of outputs on this computer; null: unknown until the pilot. */
  readonly disk_mb: readonly [low: number, high: number] | null
}

/**
 * By what such calculations took on the machine (`State.times`), and what files they left. Unknown where fewer than five
 * calculations of these levels are remembered. `found`: keys of the calculations whose result is here already.
 */
export function estimateOf(
  params: CampaignParams,
  times: readonly RememberedTime[],
  found: ReadonlySet<string> = new Set(),
): CampaignEstimate {
  const all = allUnits(params)
  const shared = all.filter(unit => unit.shared).length
  const reused = all.filter(({ key }) => found.has(key))
  const reusedShared = reused.filter(unit => unit.shared).length
  const about = {
    calculations: taskCount(params),
    optimisations: shared,
    reused: { calculations: reused.length - reusedShared, optimisations: reusedShared },
  }
  const units = all.filter(({ key }) => !found.has(key))
  if (units.length === 0) return { ...about, core_hours: [0, 0], disk_mb: [0, 0] }
  const waiting = waitingOf(units)
  const done = comparable(times, waiting)
  const said = meansSomething(done, waiting) ? forecast({ done, waiting, slots: 1, random: chance(1) }) : null
  const outputs = done.map(({ bytes }) => bytes)
  const hours = (seconds: number) => Number(((seconds * params.resources.ranks) / 3600).toPrecision(2))
  const megabytes = (bytes: number) => Number(((bytes * units.length) / 1e6).toPrecision(2))
  return {
    ...about,
    core_hours: said ? [hours(said.low_s), hours(said.high_s)] : null,
    disk_mb: said ? [megabytes(quantile(outputs, 0.1)), megabytes(quantile(outputs, 0.9))] : null,
  }
}

/** How long a campaign lasts: the forecast of all that is not here already. */
export type CampaignLength = {
  /** Seconds from the first job's begin to the last one's end, with so many side by side; waiting is not in it. */
  readonly lasts: Spread
  /** Jobs that follow each other for one calculation: each waits in the queue. */
  readonly steps: number
}

/** Enough for a clock time: it is made anew with every change of a form. */
const DRAWS = 60

/** Null where it is not known, as in `estimateOf`. `side`: how many jobs compute side by side there. */
export function lengthOf(
  params: CampaignParams,
  times: readonly RememberedTime[],
  found: ReadonlySet<string>,
  side: number,
): CampaignLength | null {
  const units = allUnits(params).filter(({ key }) => !found.has(key))
  const steps = units.some(unit => unit.shared) ? 2 : 1
  if (units.length === 0) return { lasts: { low_s: 0, median_s: 0, high_s: 0 }, steps: 0 }
  const waiting = waitingOf(units)
  const done = comparable(times, waiting)
  if (!meansSomething(done, waiting)) return null
  const lasts = forecast({ done, waiting, slots: Math.min(side, units.length), random: chance(1), draws: DRAWS })
  if (!lasts) return null
  const { low_s, median_s, high_s } = lasts
  return { lasts: { low_s, median_s, high_s }, steps }
}

function allUnits(params: CampaignParams): readonly Unit[] {
  const run = { params } as unknown as Run
  return unitsOf(run, params, tasksOf({ run, job: () => undefined, task: () => undefined }))
}

export function estimateText({ calculations, optimisations, reused, core_hours, disk_mb }: CampaignEstimate): string {
  const shared = optimisations > 0 ? ` and ${counted(optimisations, 'optimisation')} that they share` : ''
  const all = `${counted(calculations, 'calculation')}${shared}`
  const known = reused.calculations + reused.optimisations
  const here = known === 0 ? '' : `; ${reusedText(reused)} are here already and are not computed again`
  if (known > 0 && known === calculations + optimisations) return `${all}${here}`
  return `${all}${here}; computing: ${rangeText(core_hours, COMPUTING)}; disk: ${rangeText(disk_mb, DISK)}`
}

/** Units by how many of the figure's own they are, the largest first. */
type Units = readonly (readonly [of: number, unit: string, one: string])[]
const COMPUTING: Units = [
  [1, 'core hours', 'core hour'],
  [1 / 60, 'core minutes', 'core minute'],
]
const DISK: Units = [
  [1000, 'GB', 'GB'],
  [1, 'MB', 'MB'],
  [0.001, 'kB', 'kB'],
]

/** In the largest unit of which the upper end is at least one. */
function rangeText(range: readonly [number, number] | null, units: Units): string {
  if (range === null) return 'unknown until the pilot'
  const [low, high] = range
  const fitting = units.find(([of]) => high >= of)
  if (!fitting) return `less than 1 ${units.at(-1)?.[2]}`
  const [of, unit] = fitting
  return `${Number((low / of).toPrecision(2))} to ${Number((high / of).toPrecision(2))} ${unit}`
}

function reusedText({ calculations, optimisations }: CampaignEstimate['reused']): string {
  if (optimisations === 0) return `${calculations} of them`
  return `${calculations} of these calculations and ${optimisations} of the optimisations`
}

function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
