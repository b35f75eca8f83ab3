import { type Job, timesTriedAgain } from '../../model/job.ts'
import type { JobWork } from '../../progress/time-model.ts'
import { expectedSeconds, type Unit } from '../../progress/unit.ts'
import type { Known, PlanStep } from '../workflow.ts'
import { jobKey, type NmrStep, nmrWork, otherTask } from './jobs.ts'
import { isSettled, optimised, type Stage, shielded, shieldingJobs } from './stage.ts'

/** A phase of the run: what takes time in it, and its line in `status`. Averaging takes none, and is none. */
export interface Phase {
  readonly label: string
  readonly units: readonly Unit[]
  readonly step: PlanStep
}

/** Seconds of the tasks, as a rule: making conformers, comparing optimised ones. */
const TASK_S = { conformers: 10, selection: 1 }

/**
 * All phases, in their order. Until the conformers are known their number is the most there can be, and nothing is said
 * of the time that is left; what is filtered out is no work any more, so the whole only shrinks.
 */
export function phasesOf(known: Known, stage: Stage): readonly Phase[] {
  const conformers = conformerPhase(stage)
  if (stage.params.program === 'none') return [conformers]
  const { params } = stage
  return [
    conformers,
    ...(params.pre ? [prePhase(known, stage)] : []),
    ...(params.one_job ? [bothPhase(known, stage)] : [optPhase(known, stage), shieldingPhase(known, stage)]),
    ...(params.tms ? [referencePhase(known, stage)] : []),
  ]
}

function conformerPhase({ ensemble, ensembleTask, ensembleFailed, pre }: Stage): Phase {
  const found = ensemble ? { found: ensemble.conformers.length } : {}
  const unit = taskUnit(ensembleTask.key, TASK_S.conformers)
  const isMade = ensemble !== null || pre !== null
  const settled = isMade || ensembleFailed !== null ? 1 : 0
  return {
    label: 'conformers',
    units: [unit],
    step: { label: 'conformers', weight: unit.seconds, done: isMade ? 1 : 0, settled, total: 1, ...found },
  }
}

function prePhase(known: Known, stage: Stage): Phase {
  const keys = stage.pre?.jobs.map(({ key }) => key)
  const units = unitsOf(known, stage, 'pre', keys)
  const jobs = stage.pre?.known ?? []
  return {
    ...phase('xtb', units, jobs, units.length, job => optimised(job) !== null),
    units: [...units, taskUnit(stage.pre?.task?.key ?? 'rank', TASK_S.selection)],
  }
}

function bothPhase(known: Known, stage: Stage): Phase {
  const units = unitsOf(known, stage, 'opt+nmr', keysOf(stage, 'opt+nmr'))
  const jobs = stage.members.map(each => each.first)
  const isDone = (job: Job | undefined) => optimised(job) !== null && shielded(job) !== null
  return {
    ...phase('optimisation and shieldings', units, jobs, units.length, isDone),
    units: [...units, taskUnit(stage.selectTask?.key ?? 'select', TASK_S.selection)],
  }
}

function optPhase(known: Known, stage: Stage): Phase {
  const units = unitsOf(known, stage, 'opt', keysOf(stage, 'opt'))
  const jobs = stage.members.map(each => each.first)
  return {
    ...phase('optimisation', units, jobs, units.length, job => optimised(job) !== null),
    units: [...units, taskUnit(stage.selectTask?.key ?? 'select', TASK_S.selection)],
  }
}

/** After a failed optimisation there will be none. */
function shieldingPhase(known: Known, stage: Stage): Phase {
  const { params, members, selected, survivors } = stage
  const going = selected ? survivors : members
  const unitsAt = (step: 'nmr' | 'other') => {
    const task = step === 'other' && params.other ? otherTask(params.other) : 'nmr'
    return unitsOf(
      known,
      stage,
      step,
      stage.ensemble ? going.map(({ conformer }) => jobKey(conformer.id, task)) : undefined,
    ).map((unit, i) => {
      const { conformer, first, second, third } = going[i] ?? {}
      const after = stage.ensemble && conformer ? jobKey(conformer.id, 'opt') : null
      const job = step === 'other' ? third : second
      return { ...unit, after, dead: job === undefined && isSettled(first) && optimised(first) === null }
    })
  }
  const units = [...unitsAt('nmr'), ...(params.other ? unitsAt('other') : [])]
  const jobs = survivors.flatMap(each => shieldingJobs(params, each))
  const total = units.filter(({ dead }) => !dead).length
  return { ...phase('shieldings', units, jobs, total, job => shielded(job) !== null), units }
}

function referencePhase(known: Known, stage: Stage): Phase {
  const { tmsOpt, tmsNmr } = stage
  const [opt, nmr] = (['opt', 'nmr'] as const).map(task => {
    const work = nmrWork(known.run, stage.params, null, task)
    return jobUnit(known, `reference-tms/${task}`, work)
  }) as [Unit, Unit]
  const dead = tmsNmr === undefined && isSettled(tmsOpt) && optimised(tmsOpt) === null
  const units = [opt, { ...nmr, after: opt.key, dead }]
  const done = [optimised(tmsOpt), shielded(tmsNmr)].filter(each => each !== null).length
  const settled = dead ? 2 : [tmsOpt, tmsNmr].filter(isSettled).length
  return { label: 'reference', units, step: { label: 'reference', weight: sum(units), done, settled, total: 2 } }
}

/** A unit for each key; before the keys are known, for each that there can be, whose size counts but is not relied on. */
function unitsOf(known: Known, stage: Stage, task: NmrStep, keys: readonly string[] | undefined): readonly Unit[] {
  const { params, ensemble, pre } = stage
  const elements = ensemble?.molecule.elements ?? pre?.elements ?? params.structure.elements
  const work = nmrWork(known.run, params, elements ?? [], task)
  if (keys) return keys.map(key => jobUnit(known, key, work))
  const most = params.ensemble === 'given' ? params.structure.frames : params.max_conformers
  return Array.from({ length: most }, (_, i) => ({ ...jobUnit(known, `${task} ${i + 1}`, work), work: null }))
}

function keysOf({ ensemble, members }: Stage, task: NmrStep): readonly string[] | undefined {
  return ensemble ? members.map(({ conformer: { id } }) => `${id}/${task}`) : undefined
}

function jobUnit({ run }: Known, key: string, work: JobWork): Unit {
  return { is: 'job', key, work, seconds: expectedSeconds(run, work), after: null, dead: false }
}

function taskUnit(key: string, seconds: number): Unit {
  return { is: 'task', key, work: null, seconds, after: null, dead: false }
}

function phase(
  label: string,
  units: readonly Unit[],
  jobs: readonly (Job | undefined)[],
  total: number,
  isDone: (job: Job | undefined) => boolean,
): Phase {
  const step = {
    label,
    weight: sum(units),
    done: jobs.filter(isDone).length,
    settled: jobs.filter(isSettled).length,
    total,
  }
  return { label, units, step }
}

function sum(units: readonly Unit[]): number {
  return units.reduce((seconds, unit) => seconds + unit.seconds, 0)
}

/** Each new attempt is work that the plan did not know of. */
export function extraAttempts({ members, pre, tmsOpt, tmsNmr }: Stage): number {
  const jobs = new Set([
    ...(pre?.known ?? []),
    ...members.flatMap(({ first, second, third }) => [first, second, third]),
    tmsOpt,
    tmsNmr,
  ])
  return [...jobs].reduce((extra, job) => extra + (job ? timesTriedAgain(job) : 0), 0)
}
