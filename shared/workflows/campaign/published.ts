import { completedResult, lastAttempt } from '../../model/job.ts'
import { programs } from '../../programs/index.ts'
import { shortName, solventText, superscript } from '../../show/names.ts'
import { fixed } from '../../show/number.ts'
import { accuracyDecimals, lineDecimals } from '../../show/significant.ts'
import type { Known } from '../workflow.ts'
import type { CampaignParams } from './params.ts'
import { checkOf } from './show.ts'
import { fittedOf, type ShownStatistic, statisticsOf, unfittedOf } from './statistics.ts'
import { type CampaignTask, paramsOf, tasksOf } from './tasks.ts'

/** A table as it is printed: every cell a text, and below it all that must be said so that others can judge it. */
export interface PublishedTable {
  readonly title: string
  readonly columns: readonly { readonly head: string; readonly align: 'left' | 'right' }[]
  readonly rows: readonly (readonly string[])[]
  readonly notes: readonly string[]
}

const COLUMNS = [
  ['Level', 'left'],
  ['Solvent', 'left'],
  ['Nucleus', 'left'],
  ['n', 'right'],
  ['Molecules', 'right'],
  ['RMSD', 'right'],
  ['MAE', 'right'],
  ['Max. dev.', 'right'],
  ['of', 'left'],
  ['R²', 'right'],
  ['Slope', 'right'],
  ['Intercept', 'right'],
  ['RMSD, left out', 'right'],
] as const

/**
 * The table that a campaign ends with, as a publication wants it: accuracy and line of each level, with n, what is not in
 * it and why, versions and inputs. Digits by what so few molecules bear.
 */
export function publishedTable(known: Known): PublishedTable {
  const params = paramsOf(known)
  const fitted = fittedOf(known)
  const intervals = (of: ShownStatistic) =>
    fitted.find(
      ({ level, solvent, nucleus }) =>
        level.label === of.level && solvent.name === of.solvent && nucleus === of.nucleus,
    )?.factor.sigma_on_delta ?? { slope_95: null, intercept_95: null }
  const nameOf = namesOf(params)
  const statistics = statisticsOf(known)
  return {
    title: `Accuracy of computed shifts against ${params.set.id}, ${params.molecules.length} molecules`,
    columns: COLUMNS.map(([head, align]) => ({ head, align })),
    rows: statistics.map(each => {
      const { ppm, r2 } = accuracyDecimals(each)
      const [slope, intercept] = lineDecimals(intervals(each))
      return [
        each.level,
        solventText(each.solvent),
        superscript(each.nucleus),
        String(each.n),
        String(each.molecules),
        fixed(each.rmsd_ppm, ppm),
        fixed(each.mae_ppm, ppm),
        fixed(each.max_ppm, Math.min(2, ppm)),
        `${nameOf(each.worst.molecule)} ${each.worst.environment}`,
        fixed(each.r2, r2),
        fixed(each.slope, slope),
        fixed(each.intercept, intercept),
        fixed(each.rmsd_left_out_ppm, ppm),
      ]
    }),
    notes: [
      'n: environments, each signal once. RMSD, MAE and largest deviation (its environment beside it): computed minus measured shift in ppm, by the line σ = slope · δ + intercept (ppm) fitted to the same n. RMSD, left out: each molecule by a line fitted without it.',
      ...computedNotes(known, statistics),
      ...setNotes(params),
      ...leftOutNotes(params),
      ...tooFewNotes(known),
      ...missingNotes(tasksOf(known), nameOf),
      `Inputs and outputs: campaign ${known.run.id}, started ${known.run.started.slice(0, 10)}.`,
    ],
  }
}

/** With what, in which model of the solvent, and on which geometries. */
function computedNotes(known: Known, statistics: readonly ShownStatistic[]): readonly string[] {
  const { program, geometry, solvents } = paramsOf(known)
  const results = tasksOf(known).flatMap(({ solvent, job }) => {
    const result = completedResult(job)
    return result ? [{ solvent, result }] : []
  })
  const versions = [...new Set(results.flatMap(({ result }) => result.version ?? []))]
  const continua = solvents.map(({ id, name }) => {
    if (name === 'gas') return 'gas phase'
    const eps = results.find(each => each.solvent.id === id && each.result.dielectric !== null)?.result.dielectric
    return `${name}${eps === undefined || eps === null ? '' : ` (ε = ${eps})`} for ${solventText(id)}`
  })
  const model = program === 'orca' ? 'CPCM' : 'COSMO'
  const where = geometry === null ? 'as given' : `${geometry.label}, optimised in each solvent`
  return [
    `Computed with ${programs[program].label} ${versions.join(', ') || '(version not known)'}: GIAO shieldings; geometries ${where}; ${model}: ${continua.join(', ')}.`,
    ...new Set(statistics.flatMap(({ note }) => (note === null ? [] : note.split('; ').map(text => `${text}.`)))),
  ]
}

function setNotes({ set, molecules }: CampaignParams): readonly string[] {
  return [
    `Measured in ${solventText(set.solvent)}: ${set.source}.`,
    ...(set.corrections.length > 0
      ? [`Corrected: ${set.corrections.map(text => text.replace(/\.$/, '')).join('; ')}.`]
      : []),
    `Molecules: ${molecules.map(({ name }) => name).join(', ')}.`,
  ]
}

/** What was measured and is not compared, by reason. */
function leftOutNotes({ molecules }: CampaignParams): readonly string[] {
  const byReason = new Map<string, string[]>()
  for (const { name, environments } of molecules) {
    for (const { left_out, nucleus, atoms } of environments) {
      if (left_out === null) continue
      byReason.set(left_out, [
        ...(byReason.get(left_out) ?? []),
        `${name} ${nucleus.replace(/^\d+/, '')}${atoms.join(',')}`,
      ])
    }
  }
  return [...byReason].map(([reason, all]) => `Left out, ${reason}: ${all.join('; ')}.`)
}

function tooFewNotes(known: Known): readonly string[] {
  const all = unfittedOf(known).map(
    ({ level, solvent, nucleus, n }) => `${superscript(nucleus)} by ${level} in ${solventText(solvent)} (n = ${n})`,
  )
  return all.length === 0 ? [] : [`Not in the table, for no line can be fitted: ${all.join('; ')}.`]
}

/** What the figures do not hold yet, or never will, and what in them is to be checked. */
function missingNotes(tasks: readonly CampaignTask[], nameOf: (id: string) => string): readonly string[] {
  const said = ({ molecule, level, solvent }: CampaignTask) =>
    `${nameOf(molecule.id)} ${level.label} in ${solventText(solvent.id)}`
  const list = (text: string, of: readonly CampaignTask[], why: (task: CampaignTask) => string | null) =>
    of.length === 0
      ? []
      : [
          `${text}: ${of
            .map(task => {
              const reason = why(task)
              return reason === null ? said(task) : `${said(task)} (${reason})`
            })
            .join('; ')}.`,
        ]
  const reason = ({ by }: CampaignTask) => (by ? lastAttempt(by).reason : null)
  const ended = tasks.filter(({ outcome }) => outcome !== null)
  const without = ended.filter(({ outcome }) => outcome !== 'completed')
  const open = tasks.length - ended.length
  return [
    ...list('Not in the table', without, reason),
    ...(open > 0 ? [`Provisional: ${open} of ${tasks.length} calculations are not done yet.`] : []),
    ...list(
      'In the table, and to be checked',
      ended.filter(task => checkOf(task) !== null),
      checkOf,
    ),
  ]
}

function namesOf({ molecules }: CampaignParams): (id: string) => string {
  const names = new Map(molecules.map(({ id, name }) => [id, name]))
  return id => shortName(names.get(id) ?? id)
}
