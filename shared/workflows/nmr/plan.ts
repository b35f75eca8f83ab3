import type { JobSpec } from '../../model/job.ts'
import type { Known, Plan } from '../workflow.ts'
import { conformerJob, tmsJob } from './jobs.ts'
import { extraAttempts, phasesOf } from './phases.ts'
import { isSettled, optimised, type Stage, shieldingJobs, shieldingsOf, stageOf } from './stage.ts'

/** What should exist now: conformers, an optimisation for each, a selection, a shielding job for each survivor. */
export function planNmr(known: Known): Plan {
  const stage = stageOf(known)
  const { selectTask, pre } = stage
  const jobs = [...tmsJobs(known, stage), ...(pre?.jobs ?? []), ...conformerJobs(known, stage)]
  const tasks = [stage.ensembleTask, ...(pre?.task ? [pre.task] : []), ...(selectTask ? [selectTask] : [])]
  const end = ended(stage)
  const phases = phasesOf(known, stage)
  return {
    jobs,
    tasks,
    ...(end ? { end } : {}),
    version: 1 + extraAttempts(stage),
    steps: phases.map(({ step }) => step),
    units: phases.flatMap(({ units }) => units),
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
      const steps = params.other ? (['nmr', 'other'] as const) : (['nmr'] as const)
      return done
        ? steps.map(step => conformerJob(known.run, params, molecule, { id, geometry: done.geometry }, step))
        : []
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
  const isOver = survivors.every(member => shieldingJobs(params, member).every(isSettled))
  if (!isOver || !isReferenceSettled(stage)) return undefined
  if (survivors.some(member => shieldingsOf(params, member))) return { outcome: 'completed', reason: null }
  return { outcome: 'failed', reason: `none of ${survivors.length} shielding jobs completed` }
}

function isReferenceSettled({ params, tmsOpt, tmsNmr }: Stage): boolean {
  if (!params.tms || isSettled(tmsNmr)) return true
  return isSettled(tmsOpt) && optimised(tmsOpt) === null
}
