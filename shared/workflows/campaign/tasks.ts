import type { ContentRef } from '../../ids.ts'
import { completedResult, type Job, lastAttempt, type Outcome } from '../../model/job.ts'
import type { Known } from '../workflow.ts'
import type { CampaignLevel, CampaignMolecule, CampaignParams, CampaignSolvent } from './params.ts'

/** One calculation of the campaign: a molecule at a level in a solvent. */
export interface CampaignTask {
  readonly molecule: CampaignMolecule
  readonly level: CampaignLevel
  readonly solvent: CampaignSolvent
  readonly key: string
  /** The optimisation that all levels share; undefined where geometries are given, or before it is planned. */
  readonly opt: Job | undefined
  readonly job: Job | undefined
  /** How it ended: its own outcome, or that of the optimisation without which it cannot be. */
  readonly outcome: Outcome | null
  /** The job that decided the outcome, or that is to be watched now. */
  readonly by: Job | undefined
}

export function paramsOf(known: Known): CampaignParams {
  return known.run.params as unknown as CampaignParams
}

export function optKey(molecule: CampaignMolecule, solvent: CampaignSolvent): string {
  return `${molecule.id}/opt_${solvent.name}`
}

function taskKey(molecule: CampaignMolecule, level: CampaignLevel, solvent: CampaignSolvent): string {
  return `${molecule.id}/${level.id}_${solvent.name}`
}

/** All calculations, in the order in which they are computed: molecule by molecule. */
export function tasksOf(known: Known): readonly CampaignTask[] {
  const params = paramsOf(known)
  return params.molecules.flatMap(molecule =>
    params.solvents.flatMap(solvent => {
      const opt = params.geometry ? known.job(optKey(molecule, solvent)) : undefined
      const optOutcome = opt ? lastAttempt(opt).outcome : null
      const isDead = optOutcome !== null && optimisedGeometry(opt) === null
      return params.levels.map((level): CampaignTask => {
        const key = taskKey(molecule, level, solvent)
        const job = known.job(key)
        const own = job ? lastAttempt(job).outcome : null
        const outcome = own ?? (isDead ? (optOutcome === 'completed' ? 'failed' : optOutcome) : null)
        return { molecule, level, solvent, key, opt, job, outcome, by: own === null && isDead ? opt : (job ?? opt) }
      })
    }),
  )
}

export function optimisedGeometry(opt: Job | undefined): ContentRef | null {
  return completedResult(opt)?.geometry ?? null
}

/** The geometry that the shieldings are computed on; null while it is not known. */
export function geometryOf(params: CampaignParams, task: CampaignTask): ContentRef | null {
  return params.geometry ? optimisedGeometry(task.opt) : task.molecule.geometry
}

/** Molecules of which something did not end well and is not being tried again. What a person cancelled has not failed. */
export function failedMolecules(tasks: readonly CampaignTask[]): readonly CampaignMolecule[] {
  return [...new Set(tasks.filter(({ outcome }) => isFailure(outcome)).map(({ molecule }) => molecule))]
}

/**
 * Those that ever failed, also where another attempt has completed since: by them it is known whether the failures are
 * new, so none of them is ever forgotten. One that the run tried again by itself had not failed yet.
 */
export function everFailed(tasks: readonly CampaignTask[]): ReadonlySet<CampaignMolecule> {
  const failed = tasks.filter(({ outcome, opt, job }) => isFailure(outcome) || [opt, job].some(hasFailed))
  return new Set(failed.map(({ molecule }) => molecule))
}

function hasFailed(job: Job | undefined): boolean {
  const attempts = job?.attempts ?? []
  if (attempts.some(({ was_lost }) => was_lost)) return true
  return attempts.slice(0, -1).some(({ outcome }, i) => isFailure(outcome) && attempts[i + 1]?.by !== 'policy')
}

export function isFailure(outcome: Outcome | null): boolean {
  return outcome === 'failed' || outcome === 'timeout' || outcome === 'lost'
}
