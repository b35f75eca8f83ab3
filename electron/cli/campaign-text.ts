import type { RunDocument } from '../../shared/show/run.ts'
import { accuracyDecimals, lineDecimals } from '../../shared/show/significant.ts'
import type { ShownCampaign } from '../../shared/workflows/index.ts'
import { columns } from './terminal.ts'

type Shown = RunDocument & ShownCampaign & { readonly geometry: string }

/** `show RUN` of a campaign for a person: how far the matrix is, what failed, how accurate each level is. */
export function campaignLines(run: RunDocument): readonly string[] {
  const { tasks, failures, statistics, unfitted, factors, ...shown } = run as unknown as Shown
  const levels = [...new Set(tasks.map(({ level, solvent }) => `${level} in ${solvent}`))]
  const rows = levels.map(name => {
    const own = tasks.filter(({ level, solvent }) => `${level} in ${solvent}` === name)
    const count = (...states: readonly string[]) => own.filter(({ state }) => states.includes(state)).length
    // As in status.json: what is lost did not end well either.
    return [name, `${count('completed')}/${own.length}`, count('running'), count('failed', 'unknown')]
  })
  const counted = statistics.map(each => {
    const { ppm, r2 } = accuracyDecimals(each)
    return [
      each.level,
      each.solvent,
      each.nucleus,
      each.n,
      each.molecules,
      each.rmsd_ppm.toFixed(ppm),
      each.mae_ppm.toFixed(ppm),
      each.max_ppm.toFixed(Math.min(2, ppm)),
      `${each.worst.molecule} ${each.worst.environment}`,
      each.r2.toFixed(r2),
    ]
  })
  const notes = new Set(statistics.flatMap(({ note }) => note ?? []))
  return [
    '',
    `failed molecules ${shown.failed_molecules} of ${shown.max_failures} that may; geometries ${shown.geometry}; ${shown.reused} taken from earlier calculations${shown.to_check > 0 ? `; ${shown.to_check} of the completed to check` : ''}`,
    columns(['level', 'completed', 'running', 'failed'], rows),
    ...(failures.length > 0
      ? [
          '',
          columns(
            ['failed', 'level', 'solvent', 'category', ''],
            failures.map(({ molecule, level, solvent, category, text }) => [
              molecule,
              level,
              solvent,
              category ?? '',
              text,
            ]),
          ),
        ]
      : []),
    ...(statistics.length > 0
      ? [
          '',
          columns(
            ['level', 'solvent', 'nucleus', 'n', 'molecules', 'RMSD / ppm', 'MAE', 'max', 'worst', 'R2'],
            counted,
          ),
          ...notes,
        ]
      : []),
    ...(unfitted.length > 0
      ? [
          '',
          `no line can be fitted: ${unfitted.map(({ level, solvent, nucleus, n }) => `${nucleus} at ${level} in ${solvent} (n = ${n})`).join('; ')}`,
        ]
      : []),
    ...(factors.length > 0
      ? [
          '',
          columns(
            ['sigma = slope delta + intercept', 'solvent', 'nucleus', 'slope', '95 %', 'intercept', '95 %'],
            factors.map(({ level, solvent, nucleus, slope, intercept, slope_95, intercept_95 }) => {
              const [m, b] = lineDecimals({ slope_95, intercept_95 })
              return [
                level,
                solvent,
                nucleus,
                slope.toFixed(m),
                slope_95 ? `${slope_95[0].toFixed(m)} to ${slope_95[1].toFixed(m)}` : 'too few molecules',
                intercept.toFixed(b),
                intercept_95 ? `${intercept_95[0].toFixed(b)} to ${intercept_95[1].toFixed(b)}` : '',
              ]
            }),
          ),
        ]
      : []),
  ]
}
