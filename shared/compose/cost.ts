import { completedResult, type Job, lastAttempt } from '../model/job.ts'
import { basisFunctions } from '../progress/basis-size.ts'
import { type Duration, fitTimes, logSeconds } from '../progress/time-model.ts'

/** What a run of conformers will take, from finished jobs that can be compared. */
export interface Cost {
  /** Core seconds of one conformer, and of all: the middle, and the range that holds 80 of 100. */
  readonly one: Range
  readonly all: Range
  /** Finished jobs it was learnt from. */
  readonly from: number
}

interface Range {
  readonly low: number
  readonly middle: number
  readonly high: number
}

export interface Asked {
  readonly program: string
  readonly machine: string
  readonly ranks: number
  readonly elements: readonly string[]
  /** Basis sets of the optimisation and of the shielding. */
  readonly bases: { readonly opt: string; readonly nmr: string }
  readonly conformers: number
}

/** Below this number of comparable jobs nothing is said. */
export const LEAST_COMPARABLE = 5
/** Quantile of the normal distribution for 80 %. */
const Z = 1.2816
/** Standard deviation of a log time that is believed even if the jobs agree better. */
const LEAST_SPREAD = 0.25

/** Null where fewer than five comparable jobs have ended: same program, machine and task. Never a guess. */
export function costOf(jobs: Iterable<Job>, asked: Asked): Cost | null {
  const durations = [...jobs].flatMap(job => durationOf(job, asked))
  const of = (task: string) => durations.filter(({ terms }) => terms[0] === task).length
  if (of('opt') < LEAST_COMPARABLE || of('nmr') < LEAST_COMPARABLE) return null
  const fit = fitTimes(durations)
  const rests = durations.map(duration => Math.log(duration.seconds) - logSeconds(fit, duration))
  const spread = Math.max(LEAST_SPREAD, Math.sqrt(rests.reduce((sum, rest) => sum + rest ** 2, 0) / rests.length))
  const seconds = (task: 'opt' | 'nmr') =>
    Math.exp(
      logSeconds(fit, {
        functions: basisFunctions(asked.elements, asked.bases[task]),
        terms: [task, `${asked.ranks}`],
      }),
    )
  const middle = asked.ranks * (seconds('opt') + seconds('nmr'))
  const range = (times: number): Range => ({
    low: times * middle * Math.exp(-Z * spread),
    middle: times * middle,
    high: times * middle * Math.exp(Z * spread),
  })
  return { one: range(1), all: range(asked.conformers), from: durations.length }
}

function durationOf(job: Job, { program, machine }: Asked): readonly Duration[] {
  const result = completedResult(job)
  const { phase, resources, input } = lastAttempt(job)
  if (!result?.wall_s || !result.basis_functions || job.program !== program || job.machine !== machine) return []
  // What was taken from an earlier job took no time here.
  if (phase.is === 'parsed' && phase.reused !== null) return []
  const { task } = (input ?? {}) as { readonly task?: unknown }
  if (task !== 'opt' && task !== 'nmr') return []
  const { wall_s: seconds, basis_functions: functions } = result
  return [{ functions, seconds, molecule: job.run, terms: [task, `${resources.ranks}`] }]
}
