import { type Job, type JobSpec, lastAttempt } from '../../model/job.ts'
import type { EnsembleResult } from '../../nmr/ensemble.ts'
import { tmsElements } from '../../nmr/tms.ts'
import type { Known, Plan, PlanStep } from '../workflow.ts'
import { conformerJob, tmsJob } from './jobs.ts'
import { predictedSeconds } from './predict.ts'
import { isSettled, optimised, type Stage, shielded, stageOf } from './stage.ts'

/** Seconds that xtb takes for a conformer, as a rule. */
const XTB_S = 5

/** What should exist now: conformers, an optimisation for each, a selection, a shielding job for each survivor. */
export function planNmr(known: Known): Plan {
  const stage = stageOf(known)
  const { ensemble, selectTask, params } = stage
  const { pre } = stage
  const jobs = [...tmsJobs(known, stage), ...(pre?.jobs ?? []), ...conformerJobs(known, stage)]
  const tasks = [stage.ensembleTask, ...(pre?.task ? [pre.task] : []), ...(selectTask ? [selectTask] : [])]
  const end = ended(stage)
  return {
    jobs,
    tasks,
    ...(end ? { end } : {}),
    version: 1 + extraAttempts(stage),
    steps: params.program === 'none' ? [conformerStep(stage)] : stepsOf(stage, ensemble),
  }
}

function conformerJobs(known: Known, { params, ensemble, survivors }: Stage): readonly JobSpec[] {
  if (!ensemble || params.program === 'none') return []
  const { molecule, conformers } = ensemble
  if (params.one_job) {
    return conformers.map(conformer => conformerJob(known.run, params, molecule, conformer, 'opt+nmr'))
  }
  return [
    ...conformers.map(conformer => conformerJob(known.run, params, molecule, conformer, 'opt')),
    ...survivors.flatMap(({ conformer: { id }, first }) => {
      const done = optimised(first)
      return done ? [conformerJob(known.run, params, molecule, { id, geometry: done.geometry }, 'nmr')] : []
    }),
  ]
}

function tmsJobs(known: Known, { params, tmsOpt }: Stage): readonly JobSpec[] {
  if (!params.tms) return []
  const { geometry, atoms } = params.tms
  const first = tmsJob(known.run, params, geometry, atoms, 'opt')
  const done = optimised(tmsOpt)
  return done ? [first, tmsJob(known.run, params, done.geometry, atoms, 'nmr')] : [first]
}

/** A failed conformer does not fail the run; all failed do. A failed reference leaves the shieldings. */
function ended(stage: Stage): Plan['end'] {
  const { params, ensemble, members, survivors } = stage
  if (stage.ensembleFailed !== null) return { outcome: 'failed', reason: `no conformers: ${stage.ensembleFailed}` }
  if (!ensemble) return undefined
  if (params.program === 'none') return { outcome: 'completed', reason: null }
  if (!members.every(({ first }) => isSettled(first))) return undefined
  if (!members.some(({ first }) => optimised(first))) {
    return { outcome: 'failed', reason: `none of ${members.length} optimisations completed` }
  }
  if (stage.selectFailed !== null) return { outcome: 'failed', reason: `no selection: ${stage.selectFailed}` }
  if (!stage.selected) return undefined
  if (survivors.length === 0) return { outcome: 'failed', reason: 'no conformer is left after the optimisation' }
  if (!survivors.every(({ second }) => isSettled(second)) || !isReferenceSettled(stage)) return undefined
  if (survivors.some(({ second }) => shielded(second))) return { outcome: 'completed', reason: null }
  return { outcome: 'failed', reason: `none of ${survivors.length} shielding jobs completed` }
}

function isReferenceSettled({ params, tmsOpt, tmsNmr }: Stage): boolean {
  if (!params.tms || isSettled(tmsNmr)) return true
  return isSettled(tmsOpt) && optimised(tmsOpt) === null
}

/** Each new attempt is work that the plan did not know of. */
function extraAttempts({ members, pre, tmsOpt, tmsNmr }: Stage): number {
  const jobs = new Set([
    ...(pre?.known ?? []),
    ...members.flatMap(({ first, second }) => [first, second]),
    tmsOpt,
    tmsNmr,
  ])
  return [...jobs].reduce((sum, job) => sum + (job ? lastAttempt(job).n - 1 : 0), 0)
}

function conformerStep({ ensemble, ensembleFailed }: Stage): PlanStep {
  const settled = ensemble || ensembleFailed !== null ? 1 : 0
  return { label: 'conformers', weight: 10, done: ensemble ? 1 : 0, settled, total: 1 }
}

/** Until the conformers are known their number is the most there can be: the work only shrinks. */
function stepsOf(stage: Stage, ensemble: EnsembleResult | null): readonly PlanStep[] {
  const { params, members, survivors, selected } = stage
  const most = params.ensemble === 'given' ? params.structure.frames : params.max_conformers
  const count = ensemble ? members.length : most
  const { opt, nmr } = predictedSeconds(params, ensemble?.molecule.elements ?? tmsElements)
  const first = members.map(each => each.first)
  const steps = [conformerStep(stage)]
  if (params.pre) {
    const jobs = stage.pre?.known ?? []
    const all = stage.pre ? jobs.length : most
    steps.push(step('xtb', XTB_S * all, jobs, all, job => optimised(job) !== null))
  }
  if (params.one_job) {
    steps.push(
      step(
        'optimisation and shieldings',
        (opt + nmr) * count,
        first,
        count,
        job => optimised(job) !== null && shielded(job) !== null,
      ),
    )
  } else {
    const failed = first.filter(job => isSettled(job) && !optimised(job)).length
    steps.push(step('optimisation', opt * count, first, count, job => optimised(job) !== null))
    const going = selected ? survivors.length : count - failed
    const second = survivors.map(each => each.second)
    steps.push(step('shieldings', nmr * going, second, going, job => shielded(job) !== null))
  }
  if (params.tms) {
    const { opt, nmr } = predictedSeconds(params, tmsElements)
    const jobs = [stage.tmsOpt, stage.tmsNmr]
    const dead = isSettled(stage.tmsOpt) && !optimised(stage.tmsOpt)
    const tms = step('reference', opt + nmr, jobs, 2, job => optimised(job) !== null || shielded(job) !== null)
    steps.push(dead ? { ...tms, settled: 2 } : tms)
  }
  return steps
}

function step(
  label: string,
  weight: number,
  jobs: readonly (Job | undefined)[],
  total: number,
  isDone: (job: Job | undefined) => boolean,
): PlanStep {
  return {
    label,
    weight,
    done: jobs.filter(isDone).length,
    settled: jobs.filter(isSettled).length,
    total,
  }
}
