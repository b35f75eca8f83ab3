import type { JobDocument } from '../../shared/show/job.ts'
import type { RunDocument } from '../../shared/show/run.ts'
import type { RunStatus } from '../../shared/show/status.ts'
import { columns } from './terminal.ts'

/** `status` for a person: a table, and whether anything drives the runs. */
export function statusText({
  engine,
  as_of,
  runs,
}: {
  engine: string
  as_of: string | null
  runs: readonly RunStatus[]
}): string {
  if (runs.length === 0) return 'No runs yet. A first one: larmor nmr "CC(O)CC" --solvent CDCl3 --preset draft'
  const rows = runs.map(run => [
    run.run,
    run.name,
    run.state,
    `${Math.round(run.progress * 100)} %`,
    run.steps.map(stepText).join(' · '),
    run.machine,
  ])
  const open = runs.some(({ state }) => state === 'running' || state === 'planned')
  const note = engine === 'none' && open ? ['', nobodyDrives(as_of)] : []
  return [columns(['run', 'name', 'state', 'done', 'steps', 'machine'], rows), ...note].join('\n')
}

function nobodyDrives(as_of: string | null): string {
  return `No engine lives: submitted jobs go on, the next phase waits. As of ${as_of ?? 'never'}. To go on: larmor engine start`
}

function stepText({ label, done, failed, total }: RunStatus['steps'][number]): string {
  return `${label} ${done}/${total}${failed > 0 ? `, ${failed} failed` : ''}`
}

interface ConformerRow {
  readonly key: string
  readonly state: string
  readonly energy_hartree: number | null
  readonly relative_kcal_mol: number | null
  readonly weight: number | null
  readonly degeneracy: number | null
  readonly reason: string | null
}
interface ShiftRow {
  readonly nucleus: string
  readonly atoms: readonly number[]
  readonly sigma_ppm: number | null
  readonly delta_ppm: number | null
  readonly reference: {
    readonly kind: string
    readonly source: string | null
    readonly expected_error_ppm: number | null
  }
  readonly comparable: boolean
}

/** `show RUN` for a person. */
export function runText(
  run: RunDocument & { readonly engine: string; readonly as_of: string | null },
  status: RunStatus,
): string {
  const conformers = (run.conformers ?? []) as unknown as readonly ConformerRow[]
  const shifts = (run.shifts ?? []) as unknown as readonly ShiftRow[]
  const warnings = (run.warnings ?? []) as readonly string[]
  const open = status.state === 'running' || status.state === 'planned'
  return [
    `${run.run}  ${run.name}  ${run.state}${run.reason ? `: ${run.reason}` : ''}`,
    ...(open && run.engine === 'none' ? [nobodyDrives(run.as_of)] : []),
    status.steps.map(stepText).join(' · '),
    ...levelLines(run),
    ...(conformers.length > 0 ? ['', conformerTable(conformers)] : []),
    ...(shifts.length > 0 ? ['', shiftTable(shifts), ...references(shifts)] : []),
    ...(conformers.length === 0 && run.jobs.length > 0 ? ['', jobTable(run)] : []),
    ...(warnings.length > 0 ? ['', ...warnings.map(warning => `! ${warning}`)] : []),
  ].join('\n')
}

function levelLines(run: RunDocument): readonly string[] {
  if (typeof run.level !== 'string') return []
  return [`level ${run.level}, solvent ${run.solvent}, ${run.temperature_K} K, weights from ${run.weights_from}`]
}

function conformerTable(conformers: readonly ConformerRow[]): string {
  const rows = conformers.map(({ key, state, energy_hartree, relative_kcal_mol, weight, degeneracy, reason }) => [
    key,
    state,
    energy_hartree === null ? '–' : energy_hartree.toFixed(6),
    relative_kcal_mol === null ? '–' : relative_kcal_mol.toFixed(2),
    weight === null ? '–' : `${(weight * 100).toFixed(1)} %`,
    degeneracy ?? '–',
    reason ?? '',
  ])
  return columns(['conformer', 'state', 'E / Eh', 'dE / kcal/mol', 'population', 'g', ''], rows)
}

function shiftTable(shifts: readonly ShiftRow[]): string {
  const rows = shifts.map(({ nucleus, atoms, sigma_ppm, delta_ppm, reference, comparable }) => [
    nucleus,
    atoms.join(','),
    sigma_ppm === null ? '–' : sigma_ppm.toFixed(2),
    delta_ppm === null ? '–' : delta_ppm.toFixed(2),
    reference.expected_error_ppm === null ? '' : `±${reference.expected_error_ppm}`,
    reference.kind,
    comparable ? '' : 'not comparable',
  ])
  return columns(['nucleus', 'atoms', 'sigma / ppm', 'delta / ppm', 'expected', 'reference', ''], rows)
}

function references(shifts: readonly ShiftRow[]): readonly string[] {
  const sources = new Set(
    shifts.flatMap(({ nucleus, reference }) => (reference.source ? [`${nucleus}: ${reference.source}`] : [])),
  )
  return [...sources].map(source => `reference ${source}`)
}

function jobTable(run: RunDocument): string {
  const rows = run.jobs.map(({ job, phase, outcome, reason }) => [job, outcome ?? phase, reason ?? ''])
  return columns(['job', 'state', 'reason'], rows)
}

/** `show JOB` for a person. */
export function jobText(job: JobDocument & { readonly engine: string }): string {
  const attempts = job.attempts.map(({ attempt, phase, outcome, queue_id, exit, signal, dir, doubt }) => [
    attempt,
    outcome ?? phase,
    queue_id ?? '–',
    exit ?? '–',
    signal ?? '',
    doubt ? `not known whether it was submitted: ${doubt}` : (dir ?? ''),
  ])
  return [
    `${job.job}  ${job.program} on ${job.machine}  ${job.outcome ?? job.attempts.at(-1)?.phase}${job.reason ? `: ${job.reason}` : ''}`,
    columns(['attempt', 'state', 'queue id', 'exit', 'signal', ''], attempts),
    ...job.evidence.map(
      ({ source, file, line, text }) => `${source}${file ? ` ${file}` : ''}${line ? `:${line}` : ''}: ${text}`,
    ),
  ].join('\n')
}
