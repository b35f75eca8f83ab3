import type { ContentRef, Json } from '../../ids.ts'
import { completedResult, contradictionOf, type Job, lastAttempt } from '../../model/job.ts'
import { classesOf } from '../../nmr/atom-classes.ts'
import { boltzmannWeights, populations } from '../../nmr/boltzmann.ts'
import { NOT_CALIBRATED } from '../../nmr/references.ts'
import { KCAL_PER_HARTREE } from '../../units.ts'
import type { Known } from '../workflow.ts'
import type { NmrParams } from './params.ts'
import { agreementsOf, type Counted, type ShownAgreement, type ShownShift, shiftsOf } from './shifts.ts'
import {
  isSettled,
  type Member,
  optimised,
  type Stage,
  shielded,
  shieldingJobs,
  shieldingsOf,
  stageOf,
} from './stage.ts'

/** The state of a conformer, in the word that documents have. */
export type ConformerState =
  | 'pending'
  | 'optimizing'
  | 'optimized'
  | 'nmr_running'
  | 'nmr_complete'
  | 'failed'
  | 'filtered'
  | 'cancelled'
  | 'lost'
  | 'timeout'

export type ShownConformer = {
  readonly key: string
  readonly state: ConformerState
  readonly energy_hartree: number | null
  /** Above the lowest; of the force field where nothing else is computed. */
  readonly relative_kcal_mol: number | null
  /** Boltzmann weight among those that count, 0..1; null before it is known, and for those that do not count. */
  readonly weight: number | null
  readonly degeneracy: number
  readonly reason: string | null
  /** What it came to so far is contradicted by a witness: what to check. Null for one that does not count. */
  readonly check: string | null
  readonly ff_energy_kcal: number | null
  /** The best geometry that is known. */
  readonly geometry: { readonly sha256: string; readonly bytes: number }
}

/** What `show RUN` says of an nmr run. */
export type ShownNmr = {
  readonly input: string
  readonly program: NmrParams['program']
  readonly preset: string
  readonly level: string
  readonly solvent: string
  readonly solvent_model: string
  readonly dispersion: string
  readonly temperature_K: number
  readonly weights_from: string
  readonly charge: number
  readonly elements: readonly string[]
  readonly conformers: readonly ShownConformer[]
  readonly populations: ReturnType<typeof populationTable>
  readonly counts: ReturnType<typeof countsOf>
  /** What was made and not kept. */
  readonly dropped: readonly { readonly reason: string; readonly count: number }[]
  readonly shifts: readonly ShownShift[]
  /** Which atoms one signal stands for: as the molecule's symmetry has it, or as a person grouped them. */
  readonly classes_from: 'symmetry' | 'person'
  /** Where the measured shifts are from, in a person's words; null where there are none. */
  readonly experiment_source: string | null
  /** Calculated against measured, for each nucleus that has both; signals that cannot be compared are left out. */
  readonly agreement: readonly ShownAgreement[]
  /** Failed conformers hold so much of the population that the spectrum may change. */
  readonly provisional: boolean
  readonly warnings: readonly string[]
}

/** Beyond this share of the force-field population, failed conformers make the spectrum provisional. */
const PROVISIONAL = 0.1

export function showNmr(known: Known): { readonly [key: string]: Json } {
  const stage = stageOf(known)
  const { params, ensemble } = stage
  const counted = countedOf(stage)
  const shares = forceFieldShares(stage)
  const conformers = stage.members.map(member => conformerOf(stage, member, counted))
  const failed = conformers.filter(({ state }) => ['failed', 'timeout', 'cancelled', 'lost'].includes(state))
  const failedShare = shares && failed.reduce((sum, { key }) => sum + (shares.get(key) ?? 0), 0)
  // An unknown share may be a large one.
  const provisional = failed.length > 0 && (failedShare === null || failedShare > PROVISIONAL)
  const shifts = finalShifts(known, stage, counted)
  const shown: ShownNmr = {
    input: params.input,
    program: params.program,
    preset: params.preset,
    level: params.level,
    solvent: params.solvent_label,
    solvent_model: params.solvent_model,
    dispersion: params.dispersion,
    temperature_K: params.temperature_K,
    weights_from: params.weights_from,
    charge: params.charge,
    elements: ensemble?.molecule.elements ?? [],
    conformers,
    populations: populationTable(stage, counted),
    counts: countsOf(stage, conformers),
    dropped: ensemble?.dropped ?? [],
    shifts,
    classes_from: known.run.analysis?.classes ? 'person' : 'symmetry',
    experiment_source: known.run.analysis?.experiment?.source ?? null,
    agreement: agreementsOf(shifts),
    provisional,
    warnings: [
      ...params.warnings,
      ...(ensemble?.warnings ?? []),
      ...failureWarnings(failed, stage.members.length, failedShare, provisional),
      ...referenceWarnings(stage),
      ...calibrationWarnings(shifts, params),
      ...staleWarnings(stage),
    ],
  }
  return shown as unknown as { readonly [key: string]: Json }
}

/** Selected and not failed since; of the force field alone where no program runs. Lowest first. */
function countedOf({ params, members, survivors }: Stage): readonly Counted[] {
  const levels =
    params.program === 'none'
      ? byForceField(members)
      : survivors.flatMap(member => {
          const { conformer, first, degeneracy } = member
          const done = optimised(first)
          const isOver = shieldingJobs(params, member).some(job => isSettled(job) && !shielded(job))
          if (!done || isOver) return []
          return [{ id: conformer.id, energy_kcal: done.energy_hartree * KCAL_PER_HARTREE, degeneracy }]
        })
  const weights = boltzmannWeights(levels, params.temperature_K)
  return levels.map((level, i) => ({ ...level, weight: weights[i] ?? 0 })).sort((a, b) => a.energy_kcal - b.energy_kcal)
}

/** Empty where one of them has no energy: weights among the others would be a guess. */
function byForceField(members: readonly Member[]) {
  const levels = members.flatMap(({ conformer: { id, ff_energy_kcal, degeneracy } }) =>
    ff_energy_kcal === null ? [] : [{ id, energy_kcal: ff_energy_kcal, degeneracy }],
  )
  return levels.length === members.length ? levels : []
}

function conformerOf(stage: Stage, member: Member, counted: readonly Counted[]): ShownConformer {
  const { conformer, first } = member
  const result = completedResult(first)
  const done = optimised(first)
  const { state, reason } = stateOf(stage, member)
  const lowest = counted[0]?.energy_kcal ?? lowestOptimised(stage)
  const mine =
    stage.params.program === 'none' ? conformer.ff_energy_kcal : done ? done.energy_hartree * KCAL_PER_HARTREE : null
  const counts = counted.find(({ id }) => id === conformer.id)
  const { sha256, bytes }: ContentRef = done?.geometry ?? conformer.geometry
  return {
    key: conformer.id,
    state,
    energy_hartree: result?.energy_hartree ?? null,
    relative_kcal_mol: mine === null || lowest === null ? null : mine - lowest,
    weight: counts?.weight ?? null,
    degeneracy: counts?.degeneracy ?? conformer.degeneracy,
    reason,
    check: ['optimized', 'nmr_running', 'nmr_complete'].includes(state) ? checkOf(stage, member) : null,
    ff_energy_kcal: conformer.ff_energy_kcal,
    geometry: { sha256, bytes },
  }
}

function checkOf({ params }: Stage, member: Member): string | null {
  const { first } = member
  const before = first ? contradictionOf(first) : null
  if (params.one_job) return before
  const own = shieldingJobs(params, member).flatMap(job => (job && contradictionOf(job)) ?? [])
  return own[0] ?? (before === null ? null : `of its optimisation: ${before}`)
}

function lowestOptimised({ members }: Stage): number | null {
  const energies = members.flatMap(({ first }) => optimised(first)?.energy_hartree ?? [])
  return energies.length > 0 ? Math.min(...energies) * KCAL_PER_HARTREE : null
}

function stateOf(
  { params, selected }: Stage,
  member: Member,
): { readonly state: ConformerState; readonly reason: string | null } {
  const { conformer, first } = member
  if (params.program === 'none') {
    if (conformer.ff_energy_kcal !== null) return { state: 'optimized', reason: null }
    return { state: 'failed', reason: 'not optimised, it is as it was made: the force field does not know it' }
  }
  if (!first) return { state: 'pending', reason: null }
  const opt = lastAttempt(first)
  if (opt.outcome === null) return { state: isAlive(first) ? 'optimizing' : 'pending', reason: null }
  if (opt.outcome !== 'completed') return { state: opt.outcome, reason: opt.reason }
  if (!optimised(first)) return { state: 'failed', reason: 'the output holds no optimised geometry and energy' }
  const filtered = selected?.filtered.find(({ id }) => id === conformer.id)
  if (filtered) return { state: 'filtered', reason: filtered.reason }
  if (params.one_job) {
    return shielded(first)
      ? { state: 'nmr_complete', reason: null }
      : { state: 'failed', reason: 'the output holds no shieldings' }
  }
  const jobs = shieldingJobs(params, member).flatMap(job => job ?? [])
  if (jobs.length === 0) return { state: 'optimized', reason: null }
  for (const { outcome, reason } of jobs.map(lastAttempt)) {
    if (outcome !== null && outcome !== 'completed')
      return { state: outcome, reason: reason && `shieldings: ${reason}` }
  }
  if (!shieldingJobs(params, member).every(isSettled)) {
    const begun = jobs.some(job => isAlive(job))
    return { state: begun ? 'nmr_running' : 'optimized', reason: null }
  }
  return shieldingsOf(params, member)
    ? { state: 'nmr_complete', reason: null }
    : { state: 'failed', reason: 'the output holds no shieldings' }
}

/** Running, or over with its output not read yet. */
function isAlive(job: Job): boolean {
  return ['running', 'ended', 'fetched', 'parsed'].includes(lastAttempt(job).phase.is)
}

/** The share of each conformer by force-field energy, 298.15 K; by degeneracy alone where there is no energy. */
/** Null where the force field has no energies. */
function forceFieldShares({ members, params }: Stage): ReadonlyMap<string, number> | null {
  const levels = byForceField(members)
  if (levels.length === 0) return null
  const weights = boltzmannWeights(levels, params.temperature_K)
  return new Map(levels.map(({ id }, i) => [id, weights[i] ?? 0]))
}

function populationTable({ params }: Stage, counted: readonly Counted[]): Json {
  return populations(counted, params.temperature_K).map(({ index, ...row }) => ({
    key: counted[index]?.id ?? '',
    ...row,
  }))
}

/** Parts that completed, of how many, and how many failed: a failed one never raises what is done. */
function countsOf(
  { members, survivors, selected, params }: Stage,
  conformers: readonly ShownConformer[],
): { readonly [key: string]: Json } {
  const phase = (jobs: readonly (Job | undefined)[], isDone: (job: Job | undefined) => boolean) => {
    const done = jobs.filter(isDone).length
    return { done, failed: jobs.filter(job => isSettled(job) && !isDone(job)).length, total: jobs.length }
  }
  const having = (state: ConformerState) => conformers.filter(conformer => conformer.state === state).length
  return {
    conformers: members.length,
    filtered: having('filtered'),
    ...(params.program === 'none'
      ? {}
      : {
          optimisation: phase(
            members.map(({ first }) => first),
            job => optimised(job) !== null,
          ),
          shieldings: selected
            ? phase(
                survivors.flatMap(member => shieldingJobs(params, member)),
                job => shielded(job) !== null,
              )
            : null,
        }),
  }
}

/** Once every selected conformer has settled; before that there is no average to show. */
function finalShifts({ run }: Known, stage: Stage, counted: readonly Counted[]): readonly ShownShift[] {
  const { params, ensemble, survivors } = stage
  const isOver = survivors.every(member => shieldingJobs(params, member).every(isSettled))
  if (!ensemble || survivors.length === 0 || !isOver) return []
  const classes = classesOf(ensemble.molecule, run.analysis?.classes ?? null)
  return shiftsOf(stage, classes, counted, run.analysis?.experiment ?? null)
}

function failureWarnings(
  failed: readonly ShownConformer[],
  all: number,
  share: number | null,
  provisional: boolean,
): readonly string[] {
  if (failed.length === 0) return []
  const names = failed.map(({ key, state, reason }) => `${key} ${state}${reason ? ` (${reason})` : ''}`).join('; ')
  const weight = share === null ? 'of unknown weight' : `${(100 * share).toFixed(0)} % of the force-field population`
  const said = `${failed.length} of ${all} conformers did not complete, ${weight}: ${names}`
  return [provisional ? `provisional: ${said}` : said]
}

function referenceWarnings({ params, tmsOpt, tmsNmr }: Stage): readonly string[] {
  if (!params.tms) return []
  const failed = [tmsOpt, tmsNmr].find(job => job && isSettled(job) && !completedResult(job))
  if (!failed) return []
  const { outcome, reason } = lastAttempt(failed)
  return [`the reference TMS is ${outcome}${reason ? ` (${reason})` : ''}: shieldings only; resubmit ${failed.id}`]
}

/** Shifts of which nobody has measured how far they are off. */
function calibrationWarnings(shifts: readonly ShownShift[], { level, solvent_label }: NmrParams): readonly string[] {
  const unknown = shifts.filter(({ delta_ppm, reference }) => delta_ppm !== null && !reference.calibrated)
  const nuclei = [...new Set(unknown.map(({ nucleus }) => nucleus))]
  if (nuclei.length === 0) return []
  return [
    `${NOT_CALIBRATED} (${level} in ${solvent_label}): how far its shifts of ${nuclei.join(' and ')} are off was not measured`,
  ]
}

/** Shieldings of a geometry that a rerun of the optimisation has replaced since. */
function staleWarnings({ params, survivors }: Stage): readonly string[] {
  if (params.one_job) return []
  return survivors.flatMap(member =>
    shieldingJobs(params, member).flatMap(job => {
      if (!job) return []
      const input = lastAttempt(job).input as { readonly geometry?: ContentRef }
      const now = optimised(member.first)?.geometry.sha256
      if (now === undefined || input.geometry?.sha256 === now) return []
      return [`stale: the shieldings of ${member.conformer.id} are of an earlier optimisation; resubmit ${job.id}`]
    }),
  )
}
