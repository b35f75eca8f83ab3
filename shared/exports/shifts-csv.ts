import { NOT_CALIBRATED } from '../nmr/references.ts'
import type { RunDocument } from '../show/run.ts'
import type { ShownShift, SingleResult } from '../workflows/index.ts'

const COLUMNS = [
  'nucleus',
  'atoms',
  'sigma_ppm',
  'delta_ppm',
  'reference',
  'reference_source',
  'expected_error_ppm',
  'comparable',
  'experiment_ppm',
  'spread_ppm',
  'calibration',
  // How far delta moves while the energy of one conformer is 1 kcal/mol off; spread: over the conformers alone.
  'if_1_kcal_off_low_ppm',
  'if_1_kcal_off_high_ppm',
]
const JOB_COLUMNS = [
  'job',
  'key',
  'phase',
  'outcome',
  'reason',
  'program',
  'category',
  'energy_hartree',
  'converged',
  'shieldings_ppm',
]

/** The shift table as CSV (RFC 4180): atoms 1-based and separated by blanks; a run that is none of shifts gives its jobs. */
export function shiftsCsv(document: RunDocument): string {
  const shifts = document.shifts as unknown as readonly ShownShift[] | undefined
  if (!shifts)
    return table(
      JOB_COLUMNS,
      document.jobs.map(job => [
        job.job,
        job.key,
        job.phase,
        job.outcome,
        job.reason,
        job.program,
        job.category,
        job.energy_hartree,
        job.converged,
        shieldingsText(document, job.key),
      ]),
    )
  return table(
    COLUMNS,
    shifts.map(
      ({ nucleus, atoms, sigma_ppm, delta_ppm, reference, comparable, experiment_ppm, spread_ppm, interval_ppm }) => [
        nucleus,
        atoms.join(' '),
        rounded(sigma_ppm),
        rounded(delta_ppm),
        reference.kind,
        reference.source,
        reference.expected_error_ppm,
        comparable,
        experiment_ppm,
        rounded(spread_ppm),
        calibrationText(reference),
        rounded(interval_ppm?.[0] ?? null),
        rounded(interval_ppm?.[1] ?? null),
      ],
    ),
  )
}

/** All atoms in one cell: `O1 327.61; H2 31.43`. */
function shieldingsText(document: RunDocument, key: string): string | null {
  const results = (document.results ?? []) as unknown as readonly SingleResult[]
  const shieldings = results.find(result => result.key === key)?.shieldings
  return shieldings?.map(({ atom, element, sigma_ppm }) => `${element}${atom} ${sigma_ppm}`).join('; ') ?? null
}

/** An empty cell alone would be read as no error. */
function calibrationText({ kind, calibrated }: ShownShift['reference']): string | null {
  if (kind === 'none') return null
  return calibrated ? 'calibrated at this level' : NOT_CALIBRATED
}

/** To 0.0001 ppm: what programs print; averaging makes more digits, which mean nothing. */
function rounded(ppm: number | null): number | null {
  return ppm === null ? null : Number(ppm.toFixed(4))
}

type Cell = string | number | boolean | null

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return csvOf([head, ...rows])
}

/** Rows as CSV (RFC 4180). */
export function csvOf(rows: readonly (readonly Cell[])[]): string {
  return rows.map(row => `${row.map(cell).join(',')}\r\n`).join('')
}

/** A text that a spreadsheet would take for a formula is kept as text. */
function cell(value: Cell): string {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  const text = /^[=+@\t\r]|^-(?![\d.])/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
