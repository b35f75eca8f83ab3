import type { Json } from '../../ids.ts'
import { fnv1a } from '../../ids.ts'
import { completedResult, type Job, type JobResult, lastAttempt, type Outcome } from '../../model/job.ts'
import type { TaskSpec } from '../../model/task.ts'
import type { Conformer, EnsembleResult, SelectInput, SelectResult } from '../../nmr/ensemble.ts'
import type { MoleculeInfo } from '../../nmr/molecule-info.ts'
import type { Known } from '../workflow.ts'
import { jobKey, otherTask, TMS } from './jobs.ts'
import type { NmrParams } from './params.ts'
import { type PreStage, preStage } from './pre.ts'

/** A conformer with its jobs, as far as they exist. */
export interface Member {
  readonly conformer: Conformer
  /** The optimisation, or the one job for both. */
  readonly first: Job | undefined
  /** The shieldings; with one job for both the same job. */
  readonly second: Job | undefined
  /** The shieldings at the other level, where a nucleus has its own. */
  readonly third: Job | undefined
}

/** How far an nmr run is, as plan and show both see it. */
export interface Stage {
  readonly params: NmrParams
  readonly ensembleTask: TaskSpec
  readonly ensembleFailed: string | null
  /** Null where xtb is not asked for, and until there are conformers. */
  readonly pre: PreStage | null
  /** Null until the conformers are known. */
  readonly ensemble: EnsembleResult | null
  readonly members: readonly Member[]
  /** Null until every optimisation has settled and at least one completed. */
  readonly selectTask: TaskSpec | null
  readonly selectFailed: string | null
  readonly selected: SelectResult | null
  /** Of those that were selected. */
  readonly survivors: readonly (Member & { readonly degeneracy: number })[]
  readonly tmsOpt: Job | undefined
  readonly tmsNmr: Job | undefined
}

export function stageOf(known: Known): Stage {
  const params = known.run.params as unknown as NmrParams
  const ensembleTask = ensembleTaskOf(params)
  const task = known.task(ensembleTask.key)?.state
  const made = task?.is === 'done' ? (task.result as unknown as EnsembleResult) : null
  const pre = made && params.pre ? preStage(known, params, made) : null
  const ensemble = pre ? pre.ensemble : made
  const members = (ensemble?.conformers ?? []).map((conformer): Member => {
    const both = params.one_job ? known.job(jobKey(conformer.id, 'opt+nmr')) : undefined
    return {
      conformer,
      first: params.one_job ? both : known.job(jobKey(conformer.id, 'opt')),
      second: params.one_job ? both : known.job(jobKey(conformer.id, 'nmr')),
      third: params.other ? known.job(jobKey(conformer.id, otherTask(params.other))) : undefined,
    }
  })
  const selectTask = ensemble && params.program !== 'none' ? selectTaskOf(params, ensemble, members) : null
  const select = selectTask ? known.task(selectTask.key)?.state : undefined
  const selected = select?.is === 'done' ? (select.result as unknown as SelectResult) : null
  return {
    params,
    ensembleTask,
    ensembleFailed: task?.is === 'failed' ? task.reason : (pre?.failed ?? null),
    pre,
    ensemble,
    members,
    selectTask,
    selectFailed: select?.is === 'failed' ? select.reason : null,
    selected,
    survivors: (selected?.kept ?? []).flatMap(({ id, degeneracy }) => {
      const member = members.find(({ conformer }) => conformer.id === id)
      return member ? [{ ...member, degeneracy }] : []
    }),
    tmsOpt: known.job(jobKey(TMS, 'opt')),
    tmsNmr: known.job(jobKey(TMS, 'nmr')),
  }
}

/** The molecule of an nmr run; null until its conformers are known, and for every other run. */
export function moleculeOf(known: Known): MoleculeInfo | null {
  return known.run.workflow === 'nmr' ? (stageOf(known).ensemble?.molecule ?? null) : null
}

function ensembleTaskOf({ structure, ensemble, charge, ...params }: NmrParams): TaskSpec {
  const { format, content } = structure
  if (ensemble === 'given')
    return { key: 'ensemble', kind: 'ensemble', input: { structure: { format, content }, charge } }
  const { max_conformers, ff_window_kcal: window_kcal, seed } = params
  const input = { structure: { format, content }, charge, max_conformers, window_kcal, seed }
  return { key: 'conformers', kind: 'conformers', input }
}

/** Its key names what it compares: after a rerun that changed an optimisation it is another task. */
function selectTaskOf(params: NmrParams, ensemble: EnsembleResult, members: readonly Member[]): TaskSpec | null {
  if (!members.every(({ first }) => isSettled(first))) return null
  const conformers = members.flatMap(({ conformer, first }) => {
    const done = optimised(first)
    return done ? [{ id: conformer.id, start: conformer.geometry, ...done }] : []
  })
  if (conformers.length === 0) return null
  const input: SelectInput = { molecule: ensemble.molecule, conformers, window_kcal: params.dft_window_kcal }
  return { key: `select-${fnv1a(JSON.stringify(input))}`, kind: 'select', input: input as unknown as Json }
}

/** What an optimisation must have given to be of use. */
export function optimised(
  job: Job | undefined,
): Pick<SelectInput['conformers'][number], 'geometry' | 'energy_hartree'> | null {
  const result = completedResult(job)
  if (!result?.geometry || result.energy_hartree === null) return null
  const { sha256, bytes } = result.geometry
  return { geometry: { sha256, bytes }, energy_hartree: result.energy_hartree }
}

/** The shieldings that a job gave; null where it did not complete. */
export function shielded(job: Job | undefined): JobResult['shieldings'] {
  return completedResult(job)?.shieldings ?? null
}

/** The jobs that a conformer's shieldings come from. */
export function shieldingJobs({ other }: NmrParams, { second, third }: Member): readonly (Job | undefined)[] {
  return other ? [second, third] : [second]
}

/** The shieldings of a conformer, each nucleus' from its level; null until all jobs gave theirs. */
export function shieldingsOf({ other }: NmrParams, { second, third }: Member): JobResult['shieldings'] {
  const own = shielded(second)
  if (!other) return own
  const others = shielded(third)
  const isOther = ({ element }: { readonly element: string }) => other.elements.includes(element)
  return own && others && [...own.filter(each => !isOther(each)), ...others.filter(isOther)]
}

/** Whether the job's outcome is known, whatever it is. */
export function isSettled(job: Job | undefined): boolean {
  return outcomeOf(job) !== null
}

function outcomeOf(job: Job | undefined): Outcome | null {
  return job ? lastAttempt(job).outcome : null
}
