import type { Json } from '../../ids.ts'
import { completedResult, lastAttempt } from '../../model/job.ts'
import type { FactorFile } from '../../nmr/factors.ts'
import { accuracyOf, residuals, shiftBy } from '../../nmr/statistics.ts'
import type { Known } from '../workflow.ts'
import { campaignSummary, currentJobs, failuresOf, isReused, secondsOf } from './show.ts'
import { fittedOf, otherSolvent, pointsOf, type ShownFactor, seriesOf, shownFactors, unfittedOf } from './statistics.ts'
import { type CampaignTask, optimisedGeometry, paramsOf, tasksOf } from './tasks.ts'

/** How many of the last failures status.json lists. */
const LAST_FAILURES = 10

/** What status.json holds beside what the engine alone knows. */
export interface CampaignStanding {
  /** A RunState (shared/show/status.ts). */
  readonly state: string
  readonly remaining_s: number | null
  readonly now: string
}

/** The keys that tools rely on; null where something is not known. */
export function statusFile(known: Known, { state, remaining_s, now }: CampaignStanding) {
  const tasks = tasksOf(known)
  const { total, completed, failed, mean_s, failed_molecules, max_failures } = campaignSummary(known)
  const [current] = currentJobs(tasks)
  const task = current && tasks.find(({ job, opt }) => job === current || opt === current)
  const phase = current ? lastAttempt(current).phase : null
  return {
    run_id: known.run.id,
    started_at: known.run.started,
    updated_at: now,
    state,
    total_tasks: total,
    completed,
    failed,
    current_task:
      task && phase?.is === 'running'
        ? {
            molecule_id: task.molecule.id,
            functional: current === task.job ? task.level.label : (paramsOf(known).geometry?.label ?? null),
            solvent: task.solvent.name,
            started_at: phase.started,
          }
        : null,
    failures: failuresOf(tasks)
      .slice(0, LAST_FAILURES)
      .map(({ molecule, level, solvent, text, at }) => ({
        molecule_id: molecule,
        functional: level === 'optimisation' ? (paramsOf(known).geometry?.label ?? level) : level,
        solvent,
        error: text,
        timestamp: at,
      })),
    estimated_remaining_hours: remaining_s === null ? null : Number((remaining_s / 3600).toFixed(4)),
    avg_calc_time_seconds: mean_s === null ? null : Number(mean_s.toFixed(3)),
    failed_molecules,
    max_failures,
    progress: known.run.progress,
    plan_version: known.run.plan_version,
    reason: known.run.phase.reason ?? null,
  }
}

/** One finished calculation, for its folder and for progress.jsonl. */
export interface FinishedTask {
  /** Of this attempt and how it ended, once for ever: one that was lost, or refused, may turn out to have completed. */
  readonly id: string
  readonly task: CampaignTask
  /** Relative to the campaign's folder. */
  readonly folder: string
  /** A line of progress.jsonl, without its time. */
  readonly line: { readonly [key: string]: Json }
}

/** All calculations that have an outcome. */
export function finishedTasks(known: Known): readonly FinishedTask[] {
  return tasksOf(known).flatMap(task => {
    const { outcome, by, job, molecule, level, solvent } = task
    if (outcome === null || !by) return []
    const attempt = lastAttempt(by)
    const line = {
      event: `task_${outcome}`,
      molecule_id: molecule.id,
      functional: level.label,
      solvent: solvent.name,
      attempt: attempt.n,
      seconds: job ? secondsOf(job) : null,
      reused: isReused(job),
      error: outcome === 'completed' ? null : (attempt.reason ?? outcome),
      job: by.id,
    }
    const of = `${task.key}#${attempt.label}`
    return [{ id: outcome === 'completed' ? of : `${of}:${outcome}`, task, folder: task.key, line }]
  })
}

/** shifts.json of a completed calculation; `inputSha256` names the input that it is the result of. */
export function shiftsFile(known: Known, task: CampaignTask, inputSha256: string): Json {
  const { molecule, level, solvent, job } = task
  const result = completedResult(job)
  const points = pointsOf(task)
  return {
    molecule_id: molecule.id,
    name: molecule.name,
    functional: level.label,
    solvent: solvent.name,
    geometry: paramsOf(known).geometry?.label ?? 'as given',
    geometry_sha256: (paramsOf(known).geometry ? optimisedGeometry(task.opt) : molecule.geometry)?.sha256 ?? null,
    input_sha256: inputSha256,
    program: paramsOf(known).program,
    program_version: result?.version ?? null,
    dielectric: result?.dielectric ?? null,
    energy_hartree: result?.energy_hartree ?? null,
    reused: isReused(job),
    job: job?.id ?? null,
    shieldings: (result?.shieldings ?? []) as unknown as Json,
    environments: points.map(({ nucleus, name, atoms, delta_ppm, sigma_ppm }) => ({
      nucleus,
      name,
      atoms,
      delta_exp_ppm: delta_ppm,
      sigma_ppm,
    })),
  }
}

type Cell = string | number | null

/** Every environment, computed beside measured: what the regression plots are drawn from. */
export function pointRows(known: Known): readonly (readonly Cell[])[] {
  const names = new Map(paramsOf(known).molecules.map(({ id, name }) => [id, name]))
  const head = [
    'molecule',
    'name',
    'level',
    'solvent',
    'nucleus',
    'atoms',
    'delta_exp_ppm',
    'sigma_ppm',
    'delta_calc_ppm',
    'deviation_ppm',
  ]
  const rows = seriesOf(known).flatMap(({ level, solvent, nucleus, points }) => {
    const line = accuracyOf(points)?.line ?? null
    const off = line ? residuals(points, line) : []
    return points.map(({ molecule, atoms, delta_ppm, sigma_ppm }, i) => [
      molecule,
      names.get(molecule) ?? '',
      level.label,
      solvent.name,
      nucleus,
      atoms.join(' '),
      delta_ppm,
      digits(sigma_ppm, 4),
      line ? digits(shiftBy(line, sigma_ppm), 4) : null,
      line ? digits(off[i] ?? 0, 4) : null,
    ])
  })
  return [head, ...rows]
}

/** The table that a campaign ends with. */
export function statisticsRows(known: Known): readonly (readonly Cell[])[] {
  const head = [
    'level',
    'solvent',
    'nucleus',
    'n',
    'molecules',
    'rmsd_ppm',
    'mae_ppm',
    'max_ppm',
    'worst_molecule',
    'worst_environment',
    'r2',
    'slope',
    'intercept',
    'rmsd_left_out_ppm',
    'slope_low_95',
    'slope_high_95',
    'intercept_low_95',
    'intercept_high_95',
    'note',
  ]
  const factors = shownFactors(known)
  const rows = campaignSummary(known).statistics.map(each => [
    each.level,
    each.solvent,
    each.nucleus,
    each.n,
    each.molecules,
    digits(each.rmsd_ppm, 4),
    digits(each.mae_ppm, 4),
    digits(each.max_ppm, 4),
    each.worst.molecule,
    each.worst.environment,
    digits(each.r2, 6),
    digits(each.slope, 6),
    digits(each.intercept, 5),
    each.rmsd_left_out_ppm === null ? null : digits(each.rmsd_left_out_ppm, 4),
    ...intervalsOf(factors.find(factor => isOf(factor, each))),
    [each.note ?? [], leftOutOf(known, each.nucleus)].flat().join('; ') || null,
  ])
  const unfitted = unfittedOf(known).map(({ level, solvent, nucleus, n, molecules }) => {
    const cells = [level, solvent, nucleus, n, molecules]
    const note = ['no line can be fitted', ...leftOutOf(known, nucleus)].join('; ')
    return [...cells, ...head.slice(cells.length + 1).map(() => null), note]
  })
  return [head, ...rows, ...unfitted]
}

/** `left out: Methanol H6, exchanges`: the signals of a nucleus that count nowhere, and why. */
function leftOutOf(known: Known, nucleus: string): readonly string[] {
  return paramsOf(known).molecules.flatMap(({ name, environments }) =>
    environments.flatMap(({ left_out, atoms, ...of }) =>
      left_out === null || of.nucleus !== nucleus
        ? []
        : [`left out: ${name} ${nucleus.replace(/^\d+/, '')}${atoms.join(',')}, ${left_out}`],
    ),
  )
}

type OfSeries = Pick<ShownFactor, 'level' | 'solvent' | 'nucleus'>

function isOf(factor: OfSeries, of: OfSeries): boolean {
  return factor.level === of.level && factor.solvent === of.solvent && factor.nucleus === of.nucleus
}

/** Empty where there are too few molecules for an interval. */
function intervalsOf(factor: ShownFactor | undefined): readonly Cell[] {
  return [...(factor?.slope_95 ?? [null, null]), ...(factor?.intercept_95 ?? [null, null])]
}

/**
 * The factor file of each level, as `nmr --reference FILE` takes it. A level in another solvent than the experiment gives
 * none: its line would be taken for that solvent's.
 */
export function factorFiles(known: Known): readonly { readonly name: string; readonly file: FactorFile }[] {
  const { levels, solvents, set, program, geometry } = paramsOf(known)
  const fitted = fittedOf(known)
  const versions = new Set(tasksOf(known).flatMap(({ job }) => completedResult(job)?.version ?? []))
  return levels.flatMap(level =>
    solvents.flatMap(solvent => {
      if (otherSolvent(known, solvent) !== null) return []
      const own = fitted.filter(each => each.level === level && each.solvent === solvent)
      const factors = own.map(({ factor }) => factor)
      if (factors.length === 0) return []
      const molecules = [...new Set(own.flatMap(({ points }) => points.map(({ molecule }) => molecule)))]
      const note = level.note === null ? '' : `; ${level.note}`
      const file: FactorFile = {
        program,
        program_version: [...versions].join(', ') || null,
        level: level.label,
        geometry: geometry?.label ?? 'as given',
        solvent: solvent.id,
        source: `fit of the campaign ${known.run.id} on ${molecules.length} molecules of ${set.source}${note}`,
        molecules,
        corrections: set.corrections,
        factors,
      }
      return [{ name: `factors-${level.id}_${solvent.name}.json`, file }]
    }),
  )
}

function digits(value: number, count: number): number {
  return Number(value.toFixed(count))
}
