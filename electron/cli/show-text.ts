import type { Shielding } from '../../shared/model/job.ts'
import { NOT_CALIBRATED } from '../../shared/nmr/references.ts'
import { energyText, notFinal } from '../../shared/show/energy.ts'
import type { JobDocument } from '../../shared/show/job.ts'
import { stateNow } from '../../shared/show/mark.ts'
import type { RunDocument } from '../../shared/show/run.ts'
import type { RunStatus } from '../../shared/show/status.ts'
import type { ShownConformer, ShownShift } from '../../shared/workflows/index.ts'
import { campaignLines } from './campaign-text.ts'
import { editLines } from './edit-text.ts'
import { drivenNote, type StatusDocument, stepsText } from './status-text.ts'
import { columns, oneLine } from './terminal.ts'

type Shown = RunDocument & Omit<StatusDocument, 'runs' | 'troubles'> & { readonly waits_for: string | null }

/** `show RUN` for a person: what was computed how, the populations, the shifts, and what to be careful about. */
export function runText(run: Shown, status: RunStatus): string {
  const conformers = (run.conformers ?? []) as unknown as readonly ShownConformer[]
  const shifts = (run.shifts ?? []) as unknown as readonly ShownShift[]
  const warnings = (run.warnings ?? []) as readonly string[]
  return [
    `${run.run}  ${run.name}  ${run.waits_for === null ? stateNow(run.state_text, status) : `waits ${run.waits_for}`}${run.reason && run.reason !== run.state ? `: ${run.reason}` : ''}`,
    stepsText(status),
    ...drivenNote({ ...run, runs: [status] }),
    ...levelLines(run),
    ...(conformers.length > 0 ? ['', conformerTable(conformers), ...droppedLines(run)] : []),
    ...(shifts.length > 0 ? ['', ...shiftLines(run, shifts)] : []),
    ...(run.workflow === 'campaign' ? campaignLines(run) : []),
    ...jobLines(run),
    ...(warnings.length > 0 ? ['', ...warnings.map(warning => `! ${warning}`)] : []),
  ].join('\n')
}

function levelLines(run: RunDocument): readonly string[] {
  if (typeof run.level !== 'string') return []
  const solvent = run.solvent_model === 'none' ? 'without solvent model' : `${run.solvent_model} ${run.solvent}`
  return ['', `level    ${run.level}, ${solvent}`, `weights  ${run.temperature_K} K, ${run.weights_from}`]
}

/** The most populated first, with the sum of the populations so far; those without one after them. */
function conformerTable(conformers: readonly ShownConformer[]): string {
  let sum = 0
  const rows = conformers
    .toSorted((a, b) => (b.weight ?? -1) - (a.weight ?? -1))
    .map(({ key, state, energy_hartree, relative_kcal_mol, weight, degeneracy, reason, check }) => {
      sum += weight ?? 0
      return [
        key,
        state.replace('_', ' '),
        fixed(energy_hartree, 6),
        fixed(relative_kcal_mol, 2),
        percent(weight),
        weight === null ? DASH : percent(sum),
        degeneracy ?? DASH,
        reason ?? (check ? `to check: ${check}` : ''),
      ]
    })
  return columns(['conformer', 'state', 'E / Eh', 'dE / kcal/mol', 'population', 'sum', 'g', ''], rows)
}

function droppedLines(run: RunDocument): readonly string[] {
  const dropped = (run.dropped ?? []) as unknown as readonly { readonly reason: string; readonly count: number }[]
  return dropped.map(({ reason, count }) => `${count} more left out: ${reason}`)
}

/** Low field first, as a spectrum is read. */
function shiftLines(run: RunDocument, shifts: readonly ShownShift[]): readonly string[] {
  const nuclei = [...new Set(shifts.map(({ nucleus }) => nucleus))]
  const hasIntervals = shifts.some(({ interval_ppm }) => interval_ppm !== null)
  const rows = nuclei.flatMap(wanted =>
    shifts
      .filter(({ nucleus }) => nucleus === wanted)
      .toSorted((a, b) => (a.sigma_ppm ?? 0) - (b.sigma_ppm ?? 0))
      .map(({ nucleus, atoms, sigma_ppm, delta_ppm, interval_ppm, reference, comparable, why }) => [
        nucleus,
        atoms.join(','),
        fixed(delta_ppm, 2),
        errorText(reference),
        ...(hasIntervals ? [interval_ppm?.map(ppm => ppm.toFixed(2)).join(' to ') ?? DASH] : []),
        fixed(sigma_ppm, 2),
        comparable ? '' : `not comparable${why ? `: ${why}` : ''}`,
      ]),
  )
  // Of one conformer alone no energy can be off.
  const interval = hasIntervals ? ['if E is 1 kcal/mol off'] : []
  const head = ['nucleus', 'atoms', 'delta / ppm', 'expected', ...interval, 'sigma / ppm', '']
  const sources = new Set(
    shifts.map(({ nucleus, reference }) => {
      const { kind, source, calibrated } = reference
      return `${nucleus} reference: ${source ?? kind}${calibrated || kind === 'none' ? '' : `; ${NOT_CALIBRATED}`}`
    }),
  )
  const provisional = run.provisional === true ? ['PROVISIONAL: conformers are missing, see below'] : []
  return [...provisional, columns(head, rows), ...sources]
}

function errorText({ kind, expected_error_ppm }: ShownShift['reference']): string {
  if (expected_error_ppm !== null) return `±${expected_error_ppm}`
  return kind === 'none' ? DASH : 'not calibrated'
}

/** Of a campaign, whose matrix stands above, only where it failed: hundreds of lines would hide it. */
function jobLines(run: RunDocument): readonly string[] {
  if (run.jobs.length === 0 || (run.workflow === 'campaign' && run.state !== 'failed')) return []
  const isNamed = run.jobs.some(({ key, name }) => name !== key)
  const hasEnergies = run.jobs.some(({ energy_hartree }) => energy_hartree !== null)
  const rows = run.jobs.map(({ job, name, phase, outcome, reason, energy_hartree, converged }) => [
    job,
    ...(isNamed ? [name] : []),
    outcome ?? phase,
    ...(hasEnergies ? [fixed(energy_hartree, 6)] : []),
    [energy_hartree === null ? null : notFinal(converged, outcome === 'completed'), reason === outcome ? null : reason]
      .filter(Boolean)
      .join('; '),
  ])
  const head = ['job', ...(isNamed ? ['name'] : []), 'state', ...(hasEnergies ? ['E / Eh'] : []), '']
  return ['', columns(head, rows)]
}

/** `show JOB` for a person. */
export function jobText(
  job: JobDocument & { readonly name: string; readonly engine: string; readonly folder: string | null },
): string {
  const attempts = job.attempts.map(({ attempt, phase, outcome, started, ended, queue_id, exit, signal, ...known }) => [
    attempt,
    outcome ?? phase,
    timeText(started),
    timeText(ended),
    queue_id ?? DASH,
    exit ?? DASH,
    signal ?? '',
    noteOf({ phase, ...known }),
  ])
  const state = job.outcome ?? job.attempts.at(-1)?.phase
  const { energy_hartree = null, converged = null, wall_s } = job.metrics
  const energy = energyText({ energy_hartree, converged }, job.outcome === 'completed')
  return [
    `${job.job}  ${job.name === job.key ? '' : `${job.name}  `}${job.program} on ${job.machine}  ${state}${job.reason && job.reason !== state ? `: ${job.reason}` : ''}`,
    ...(job.category ? [`category ${job.category}`] : []),
    ...(job.warning ? [`! ${job.warning}`] : []),
    columns(['attempt', 'state', 'started', 'ended', 'queue id', 'exit', 'signal', ''], attempts),
    ...(job.folder !== null
      ? [`files  ${job.folder}`]
      : job.outcome === null
        ? ['files  come to this computer once it has ended']
        : []),
    ...(energy === null ? [] : [`energy ${energy}`]),
    ...(typeof wall_s === 'number' ? [`wall time ${wall_s} s`] : []),
    ...shieldingLines(job.metrics.shieldings ?? []),
    ...job.evidence.map(
      ({ source, file, line, text }) => `${source}${file ? ` ${file}` : ''}${line ? `:${line}` : ''}: ${oneLine(text)}`,
    ),
    ...editLines(job.edit, job.folder, job),
    ...job.remedies.flatMap(({ id, title, tried, diff }) => [
      `remedy ${id}: ${title}${tried ? '' : ' (untried)'}`,
      ...[diff?.input, diff?.resources].filter(text => text).map(text => indented(text as string)),
    ]),
  ].join('\n')
}

function shieldingLines(shieldings: readonly Shielding[]): readonly string[] {
  if (shieldings.length === 0) return []
  const rows = shieldings.map(({ atom, element, sigma_ppm }) => [atom, element, fixed(sigma_ppm, 4)])
  return [columns(['atom', '', 'sigma / ppm'], rows)]
}

/** To the second, UTC as everywhere. */
function timeText(at: string | null): string {
  return at === null ? DASH : at.replace(/\.\d+Z$/, 'Z')
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '    ')
}

function noteOf({
  phase,
  doubt,
  waiting,
  reused,
  dir,
  cleaned,
  kept,
}: Pick<
  JobDocument['attempts'][number],
  'phase' | 'doubt' | 'waiting' | 'reused' | 'dir' | 'cleaned' | 'kept'
>): string {
  if (doubt) return `not known whether it ${phase === 'submitting' ? 'was submitted' : 'has ended, and how'}: ${doubt}`
  if (waiting) return waiting
  if (reused) return 'taken from an earlier calculation'
  if (kept.length > 0)
    return `${dir} stays: ${someOf(kept)} not fetched; copy them yourself, remove them there, then larmor clean`
  return cleaned ? 'its folder there was removed' : (dir ?? '')
}

function someOf(names: readonly string[]): string {
  return `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`
}

const DASH = '–'

function fixed(value: number | null, digits: number): string {
  return value === null ? DASH : value.toFixed(digits)
}

function percent(weight: number | null): string {
  return weight === null ? DASH : `${(weight * 100).toFixed(1)} %`
}
