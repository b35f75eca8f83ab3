import type { Json, RunId } from '../ids.ts'
import { completedResult, type JobSpec, lastAttempt, type Outcome, timesTriedAgain } from '../model/job.ts'
import type { JobWork } from '../progress/time-model.ts'
import { expectedSeconds } from '../progress/unit.ts'
import type { Known, Workflow } from './workflow.ts'

/** Params of `run FILE...`: its jobs, one for each file or folder. */
export type SingleParams = { readonly jobs: readonly JobSpec[] }

/** What a job gave, in `show RUN`; of one that did not complete the last that its output names, no shieldings. */
export type SingleResult = {
  readonly key: string
  readonly program: string
  readonly outcome: Outcome | null
  readonly category: string | null
  readonly energy_hartree: number | null
  readonly converged: boolean | null
  /** Isotropic, ppm; atoms 1-based. */
  readonly shieldings: readonly { readonly atom: number; readonly element: string; readonly sigma_ppm: number }[] | null
}

/** A molecule of middling size, about three minutes before anything was measured. */
const TYPICAL_FUNCTIONS = 130

/** Jobs that have nothing to do with each other. Completed when all have settled and at least one completed. */
export const single: Workflow = {
  id: 'single',
  label: 'Single jobs',
  version: 1,

  plan(known) {
    const specs = specsOf(known)
    const jobs = specs.flatMap(({ key }) => known.job(key) ?? [])
    const attempts = jobs.map(lastAttempt)
    const settled = attempts.filter(({ outcome }) => outcome !== null).length
    const done = attempts.filter(({ outcome }) => outcome === 'completed').length
    const total = specs.length
    const all = total === 1 ? 'the job' : `all ${total} jobs`
    const [only] = total === 1 ? attempts : []
    const failed = only?.reason ?? (only && only.outcome !== 'failed' ? `${all} is ${only.outcome}` : `${all} failed`)
    return {
      jobs: specs,
      tasks: [],
      ...(settled === total
        ? { end: done > 0 ? { outcome: 'completed', reason: null } : { outcome: 'failed', reason: failed } }
        : {}),
      version: 1 + jobs.reduce((sum, job) => sum + timesTriedAgain(job), 0),
      steps: [{ label: 'jobs', weight: total, done, settled, total }],
      units: specs.map(({ key, work = unknownWork(known.run.id, key) }) => ({
        is: 'job',
        key,
        work,
        seconds: expectedSeconds(known.run, work),
        after: null,
        dead: false,
      })),
    }
  },

  show(known) {
    const specs = specsOf(known)
    const results = specs.map(({ key, program }): SingleResult => {
      const job = known.job(key)
      const last = job ? lastAttempt(job) : null
      const result = last?.phase.is === 'parsed' ? last.phase.result : null
      const shieldings = completedResult(job)?.shieldings?.map(({ atom, element, sigma_ppm }) => {
        return { atom, element, sigma_ppm }
      })
      return {
        key,
        program,
        outcome: last?.outcome ?? null,
        category: last?.category ?? null,
        energy_hartree: result?.energy_hartree ?? null,
        converged: result?.converged ?? null,
        shieldings: shieldings ?? null,
      }
    })
    return { results: results as readonly Json[], warnings: [] }
  },
}

function specsOf({ run }: Known): readonly JobSpec[] {
  return (run.params as unknown as SingleParams).jobs
}

/** Inputs of a person's own, of which no size is known: each may take what the others of the run took. */
function unknownWork(run: RunId, key: string): JobWork {
  return { functions: TYPICAL_FUNCTIONS, terms: [`level:own inputs of ${run}`], molecule: key }
}
