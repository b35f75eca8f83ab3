import { quantile } from './quantile.ts'
import { type Duration, fitTimes, type JobWork, logSeconds, SPREAD, type Work } from './time-model.ts'

/** A calculation that is still to be done, or under way. */
export interface Waiting extends JobWork {
  readonly key: string
  /** Seconds that it has computed already; null: it has not begun. */
  readonly elapsed_s: number | null
  /** Seconds that it has waited in the queue already; absent: it is not there. */
  readonly waited_s?: number
  /** The key of the one whose result it starts from, where that is not done yet. */
  readonly after: string | null
}

export interface Forecast {
  /** Seconds until the last one is done, waits among them: the range that should hold in 8 of 10 cases, and its middle. */
  readonly low_s: number
  readonly median_s: number
  readonly high_s: number
  /** Seconds of computing that are left, all jobs added up (median); none of it is waiting. */
  readonly computing_s: number
}

export interface ForecastInput {
  readonly done: readonly Duration[]
  readonly waiting: readonly Waiting[]
  /** How many compute side by side. */
  readonly slots: number
  /** The queue that each job has to wait in; absent: there is none. */
  readonly queue?: Queue | undefined
  /** Numbers from 0 to 1. */
  readonly random: () => number
  readonly draws?: number
}

/** What is known of a scheduler's queue. */
export interface Queue {
  /** Seconds that jobs waited in it; none known: no wait is expected. */
  readonly waits: readonly number[]
  /** How many of a run's jobs may be in it or compute at once. */
  readonly places: number
}

/** Shares of what is done from which the rest is predicted, to see how far off such a forecast is. */
const LOOKED_BACK = [0.3, 0.45, 0.6, 0.75, 0.9]
/** What is believed of that error beforehand (standard deviation of the logarithm), and how many looks it counts for. */
const ERROR_BEFORE = { spread: 0.1, looks: 0.5 }

/** Before so many comparable calculations are done, nothing is said. */
export const LEAST_DONE = 5

/**
 * When it will be done, by a bootstrap over molecules: each draw takes the finished molecules with replacement, fits the
 * time model to them, and gives every waiting molecule the error that the model made for one of the drawn ones (its own,
 * where it has finished calculations), and each calculation the scatter within a molecule. What all of them have in common
 * (a size or level that the finished ones say little about) is drawn as large as looking back shows it to be: how far a
 * forecast made earlier was off from what followed. Then the calculations are dealt to the slots in their order. Where there
 * is a queue, each also waits before it begins, as long as one of the known waits, the same for all (it is the cluster that is
 * busy), in one of the places that the run may take: it ends when both allow it. Null below five finished ones.
 */
export function forecast({ done, waiting, slots, queue, random, draws = 200 }: ForecastInput): Forecast | null {
  const usable = done.filter(({ seconds }) => seconds > 0)
  if (usable.length < LEAST_DONE) return null
  const groups = new Map<string, Duration[]>()
  for (const duration of usable) groups.set(duration.molecule, [...(groups.get(duration.molecule) ?? []), duration])
  const molecules = [...groups.keys()]
  const common = extrapolated(commonError(usable), usable, waiting)
  const ends: number[] = []
  const sums: number[] = []
  for (let draw = 0; draw < draws; draw++) {
    const drawn = molecules.map(() => pick(molecules, random))
    const fit = fitTimes(drawn.flatMap(molecule => groups.get(molecule) ?? []))
    const errors = new Map(
      molecules.map(molecule => [
        molecule,
        (groups.get(molecule) ?? []).map(each => Math.log(each.seconds) - logSeconds(fit, each)),
      ]),
    )
    const within = molecules.flatMap(molecule => {
      const all = errors.get(molecule) ?? []
      return all.length > 1 ? all.map(error => error - mean(all)) : []
    })
    const effects = new Map<string, number>()
    const shared = common * normal(random)
    const seconds = waiting.map(job => {
      const effect = effects.get(job.molecule) ?? effectOf(errors, job.molecule, pick(molecules, random))
      effects.set(job.molecule, effect)
      const scatter = within.length > 0 ? pick(within, random) : 0
      const whole = Math.exp(logSeconds(fit, job) + effect + scatter + shared)
      // What has run longer than it should goes on for a while yet: how long is not known, a tenth is a guess.
      return job.elapsed_s === null ? whole : Math.max(whole - job.elapsed_s, 0.1 * job.elapsed_s, 1)
    })
    ends.push(Math.max(lastEnd(waiting, seconds, slots), queueEnd(waiting, seconds, queue, random)))
    sums.push(seconds.reduce((sum, each) => sum + each, 0))
  }
  return {
    low_s: quantile(ends, 0.1),
    median_s: quantile(ends, 0.5),
    high_s: quantile(ends, 0.9),
    computing_s: quantile(sums, 0.5),
  }
}

/**
 * How far off forecasts were that could have been made so far: root mean square of the logarithm of predicted over true
 * seconds of what followed, with what is believed beforehand.
 */
function commonError(done: readonly Duration[]): number {
  let squares = ERROR_BEFORE.looks * ERROR_BEFORE.spread ** 2
  let looks = ERROR_BEFORE.looks
  for (const share of LOOKED_BACK) {
    const n = Math.floor(share * done.length)
    if (n < LEAST_DONE || n >= done.length) continue
    const fit = fitTimes(done.slice(0, n))
    const rest = done.slice(n)
    const said = rest.reduce((sum, each) => sum + Math.exp(logSeconds(fit, each)), 0)
    const truth = rest.reduce((sum, { seconds }) => sum + seconds, 0)
    squares += Math.log(said / truth) ** 2
    looks += 1
  }
  return Math.sqrt(squares / looks)
}

/**
 * The error for sizes that lie outside of those that are done: as in any regression, sqrt(1 + 2 d^2 / var) as large, d
 * between the mean logarithms of size, var that of the finished ones. The 2 (1 by the book, for a straight line) and
 * ERROR_BEFORE were chosen on the replay of measured durations. However alike the finished ones are, the exponent is known
 * beforehand to within its spread, so that no more than d times that is added.
 */
function extrapolated(error: number, done: readonly Work[], waiting: readonly Work[]): number {
  const sizes = (of: readonly Work[]) => of.map(({ functions }) => Math.log(Math.max(1, functions)))
  const known = sizes(done)
  const middle = mean(known)
  const variance = mean(known.map(size => (size - middle) ** 2))
  const distance = Math.abs(mean(sizes(waiting)) - middle)
  const byTheDone = variance > 0 ? error * Math.sqrt(1 + (2 * distance ** 2) / variance) : error
  return Math.min(byTheDone, Math.hypot(error, SPREAD.exponent * distance))
}

/** A number of the standard normal distribution (Box and Muller). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** The model's error for a molecule: its own where it is known, drawn half towards nothing for one calculation alone. */
function effectOf(errors: ReadonlyMap<string, readonly number[]>, molecule: string, other: string): number {
  const own = errors.get(molecule)
  if (own && own.length > 0) return (mean(own) * own.length) / (own.length + 0.5)
  return mean(errors.get(other) ?? [0])
}

/** When the last one is out of the queue and done, were there slots for as many as may be in it. */
function queueEnd(
  waiting: readonly Waiting[],
  seconds: readonly number[],
  queue: Queue | undefined,
  random: () => number,
): number {
  if (!queue || queue.waits.length === 0) return 0
  const wait = pick(queue.waits, random)
  const both = waiting.map(({ elapsed_s, waited_s = 0 }, i) => {
    const stillWaits = elapsed_s === null ? Math.max(0, wait - waited_s) : 0
    return stillWaits + (seconds[i] ?? 0)
  })
  return lastEnd(waiting, both, queue.places)
}

/** Deals the jobs to the slots in their order, those under way first; one that follows another waits for it. */
function lastEnd(waiting: readonly Waiting[], seconds: readonly number[], slots: number): number {
  const side = Math.max(1, Math.floor(slots))
  // Where there is a slot for each, none waits for one.
  const free = side < waiting.length ? new Array<number>(side).fill(0) : null
  const ends = new Map<string, number>()
  const order = [...waiting.keys()].sort((a, b) => Number(isNew(waiting[a])) - Number(isNew(waiting[b])) || a - b)
  let last = 0
  for (const i of order) {
    const job = waiting[i]
    if (!job) continue
    const start = Math.max(free?.[0] ?? 0, job.after === null ? 0 : (ends.get(job.after) ?? 0))
    const end = start + (seconds[i] ?? 0)
    if (free) replaceLeast(free, end)
    ends.set(job.key, end)
    last = Math.max(last, end)
  }
  return last
}

/** Puts a value in the place of the least one, which is the first of the heap: none is less than its parent, (i - 1) / 2. */
function replaceLeast(heap: number[], value: number): void {
  const at = (i: number) => heap[i] ?? Number.POSITIVE_INFINITY
  let hole = 0
  for (;;) {
    const left = 2 * hole + 1
    const child = at(left + 1) < at(left) ? left + 1 : left
    if (at(child) >= value) break
    heap[hole] = at(child)
    hole = child
  }
  heap[hole] = value
}

function isNew(job: Waiting | undefined): boolean {
  return job?.elapsed_s === null
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.min(from.length - 1, Math.floor(random() * from.length))] as T
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
