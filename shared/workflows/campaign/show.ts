import type { Json } from '../../ids.ts'
import { contradictionOf, type Job, lastAttempt } from '../../model/job.ts'
import type { Known } from '../workflow.ts'
import { taskCount } from './params.ts'
import { type ShownFactor, shownFactors, statisticsOf, unfittedOf } from './statistics.ts'
import { type CampaignTask, failedMolecules, isFailure, optimisedGeometry, paramsOf, tasksOf } from './tasks.ts'

/** How far one calculation of the matrix is. */
export type CampaignTaskState =
  | 'pending'
  | 'optimizing'
  | 'waiting'
  | 'running'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'unknown'

/** How many of the last calculations a mean is taken over. */
const LAST = 10

/** What `status` and `show` add for a campaign. */
export function campaignSummary(known: Known) {
  const params = paramsOf(known)
  const tasks = tasksOf(known)
  return {
    total: taskCount(params),
    completed: tasks.filter(({ outcome }) => outcome === 'completed').length,
    /** Of these: a witness contradicts. What is left is verified. */
    to_check: tasks.filter(task => checkOf(task) !== null).length,
    failed: tasks.filter(({ outcome }) => isFailure(outcome)).length,
    reused: tasks.filter(({ job }) => isReused(job)).length,
    failed_molecules: failedMolecules(tasks).length,
    max_failures: params.max_failures,
    current: currentJobs(tasks).map(({ id }) => id),
    failures: failuresOf(tasks),
    mean_s: meanSeconds(tasks),
    statistics: statisticsOf(known),
    unfitted: unfittedOf(known),
  }
}

/** A calculation of the matrix, as `show` has it. */
export type ShownTask = {
  readonly molecule: string
  readonly name: string
  readonly level: string
  readonly solvent: string
  readonly state: CampaignTaskState
  readonly job: string | null
  readonly seconds: number | null
  readonly ended: string | null
  readonly reused: boolean
  readonly reason: string | null
  /** It completed, and a witness says otherwise: what to check. */
  readonly check: string | null
}

/** `show RUN` of a campaign. */
export type ShownCampaign = ReturnType<typeof campaignSummary> & {
  readonly tasks: readonly ShownTask[]
  /** What was fitted; empty until the end. */
  readonly factors: readonly ShownFactor[]
  readonly warnings: readonly string[]
}

export function showCampaign(known: Known): { readonly [key: string]: Json } {
  const params = paramsOf(known)
  const tasks = tasksOf(known)
  return {
    ...(campaignSummary(known) as unknown as { readonly [key: string]: Json }),
    set: params.set as unknown as Json,
    levels: params.levels.map(({ label }) => label),
    solvents: params.solvents.map(({ name }) => name),
    geometry: params.geometry?.label ?? 'as given',
    order: params.order,
    tasks: tasks.map(task => ({
      molecule: task.molecule.id,
      name: task.molecule.name,
      level: task.level.label,
      solvent: task.solvent.name,
      state: stateOf(task),
      job: task.by?.id ?? null,
      seconds: task.job ? secondsOf(task.job) : null,
      ended: task.outcome !== null && task.by ? endOf(task.by) : null,
      reused: isReused(task.job),
      reason: task.by ? lastAttempt(task.by).reason : null,
      check: checkOf(task),
    })),
    factors: known.run.phase.is === 'ended' ? shownFactors(known) : [],
    warnings: [...params.warnings, ...staleWarnings(tasks, params.geometry !== null)],
  }
}

function stateOf({ outcome, job, opt }: CampaignTask): CampaignTaskState {
  if (outcome === 'lost') return 'unknown'
  if (outcome !== null) return outcome === 'timeout' ? 'failed' : outcome
  const phase = job ? lastAttempt(job).phase.is : null
  if (phase === null) return opt && lastAttempt(opt).phase.is === 'running' ? 'optimizing' : 'pending'
  return phase === 'planned' ? 'pending' : phase === 'running' || isRead(phase) ? 'running' : 'waiting'
}

/** What to look at in a calculation that completed, itself or the optimisation that it stands on; null where nothing is. */
export function checkOf({ outcome, job, opt }: CampaignTask): string | null {
  if (outcome !== 'completed' || !job) return null
  const before = opt ? contradictionOf(opt) : null
  return contradictionOf(job) ?? (before === null ? null : `of its optimisation: ${before}`)
}

function isRead(phase: string): boolean {
  return phase === 'ended' || phase === 'fetched' || phase === 'parsed'
}

export function isReused(job: Job | undefined): boolean {
  const phase = job ? lastAttempt(job).phase : null
  return phase?.is === 'parsed' && phase.reused !== null
}

/** Jobs that compute now, the one that began last first. */
export function currentJobs(tasks: readonly CampaignTask[]): readonly Job[] {
  const jobs = new Set(tasks.flatMap(({ opt, job }) => [opt, job]))
  const begun = (job: Job) => {
    const { phase } = lastAttempt(job)
    return phase.is === 'running' ? phase.started : ''
  }
  return [...jobs]
    .filter((job): job is Job => job !== undefined && lastAttempt(job).phase.is === 'running')
    .filter(job => lastAttempt(job).outcome === null)
    .sort((a, b) => (begun(a) < begun(b) ? 1 : -1))
}

/** Each job that failed, once, the last one first. */
export function failuresOf(tasks: readonly CampaignTask[]) {
  const failed = new Map<string, { readonly task: CampaignTask; readonly job: Job }>()
  for (const task of tasks) if (isFailure(task.outcome) && task.by) failed.set(task.by.id, { task, job: task.by })
  return [...failed.values()]
    .map(({ task, job }) => {
      const { category, reason, outcome, phase } = lastAttempt(job)
      return {
        job: job.id,
        molecule: task.molecule.id,
        level: job === task.job ? task.level.label : 'optimisation',
        solvent: task.solvent.name,
        category,
        text: reason ?? outcome ?? 'failed',
        at: 'ended' in phase ? phase.ended : null,
      }
    })
    .sort((a, b) => ((a.at ?? '') < (b.at ?? '') ? 1 : -1))
}

function endOf(job: Job): string | null {
  const { phase } = lastAttempt(job)
  return 'ended' in phase ? phase.ended : null
}

/** Seconds of computing of a job that ran; null for one that did not, or whose clock was set back meanwhile. */
export function secondsOf(job: Job): number | null {
  const { phase } = lastAttempt(job)
  if (!('ended' in phase && 'started' in phase) || phase.started === null) return null
  const seconds = (Date.parse(phase.ended) - Date.parse(phase.started)) / 1000
  return seconds >= 0 ? seconds : null
}

/** The mean of the last ten calculations that completed and really ran; null before the first. */
function meanSeconds(tasks: readonly CampaignTask[]): number | null {
  const ran = tasks
    .flatMap(({ outcome, job }) => (outcome === 'completed' && job ? [job] : []))
    .flatMap(job => {
      const seconds = secondsOf(job)
      const { phase } = lastAttempt(job)
      return seconds === null || !('ended' in phase) ? [] : [{ seconds, ended: phase.ended }]
    })
    .sort((a, b) => (a.ended < b.ended ? 1 : -1))
    .slice(0, LAST)
  return ran.length === 0 ? null : ran.reduce((sum, { seconds }) => sum + seconds, 0) / ran.length
}

/** Shieldings of a geometry that a rerun of the optimisation has replaced since. */
function staleWarnings(tasks: readonly CampaignTask[], optimised: boolean): readonly string[] {
  if (!optimised) return []
  return tasks.flatMap(({ job, opt }) => {
    const input = job && (lastAttempt(job).input as { readonly geometry?: { readonly sha256: string } })
    const now = optimisedGeometry(opt)?.sha256
    if (!job || now === undefined || input?.geometry?.sha256 === now) return []
    return [`stale: ${job.id} is of an earlier optimisation; resubmit it`]
  })
}
