import { chance } from '../../chance.ts'
import { hash32 } from '../../ids.ts'
import { completedResult } from '../../model/job.ts'
import { comparisonsOf, type Factor, factorOf } from '../../nmr/factors.ts'
import { accuracyOf, type Comparison, leaveOneMoleculeOut, residuals } from '../../nmr/statistics.ts'
import { solventText } from '../../show/names.ts'
import type { Known } from '../workflow.ts'
import type { CampaignLevel, CampaignSolvent } from './params.ts'
import { type CampaignTask, paramsOf, tasksOf } from './tasks.ts'

/** The environments of one nucleus at one level in one solvent, computed beside measured. */
export interface Series {
  readonly level: CampaignLevel
  readonly solvent: CampaignSolvent
  readonly nucleus: string
  readonly points: readonly (Comparison & { readonly atoms: readonly number[] })[]
}

/** One line of the table that a campaign ends with. */
export type ShownStatistic = {
  readonly level: string
  readonly solvent: string
  readonly nucleus: string
  readonly n: number
  readonly molecules: number
  readonly rmsd_ppm: number
  readonly mae_ppm: number
  readonly max_ppm: number
  readonly worst: { readonly molecule: string; readonly environment: string }
  readonly r2: number
  /** sigma = slope * delta + intercept. */
  readonly slope: number
  readonly intercept: number
  /** RMSD with each molecule predicted by a fit without it; null where there are too few. */
  readonly rmsd_left_out_ppm: number | null
  /** What must be said of it; null where there is nothing. */
  readonly note: string | null
}

/** Every series for which something was computed; what is not comparable is left out. */
export function seriesOf(known: Known): readonly Series[] {
  const { levels, solvents } = paramsOf(known)
  const completed = tasksOf(known).filter(({ outcome }) => outcome === 'completed')
  return levels.flatMap(level =>
    solvents.flatMap(solvent => {
      const tasks = completed.filter(task => task.level.id === level.id && task.solvent.id === solvent.id)
      const points = tasks.flatMap(pointsOf)
      const nuclei = [...new Set(points.map(({ nucleus }) => nucleus))].toSorted((a, b) => (a < b ? 1 : -1))
      return nuclei.map(nucleus => ({
        level,
        solvent,
        nucleus,
        points: points.filter(each => each.nucleus === nucleus),
      }))
    }),
  )
}

/** The environments of a completed calculation. */
export function pointsOf({ molecule, job }: CampaignTask) {
  const sigma = new Map(completedResult(job)?.shieldings?.map(({ atom, sigma_ppm }) => [atom, sigma_ppm]))
  return molecule.environments
    .filter(({ left_out }) => left_out === null)
    .flatMap(environment =>
      comparisonsOf(molecule.id, [environment], atom => sigma.get(atom)).map(point => ({
        ...point,
        atoms: environment.atoms,
      })),
    )
}

export function statisticsOf(known: Known): readonly ShownStatistic[] {
  return seriesOf(known).flatMap(({ level, solvent, nucleus, points }) => {
    const accuracy = accuracyOf(points)
    if (!accuracy) return []
    const { line, worst, ...figures } = accuracy
    return [
      {
        level: level.label,
        solvent: solvent.name,
        nucleus,
        ...figures,
        worst: { molecule: worst.molecule, environment: worst.name },
        ...line,
        rmsd_left_out_ppm: leaveOneMoleculeOut(points),
        note: noteOf(known, level, solvent),
      },
    ]
  })
}

/** What was computed and bears no line, since so few environments, or all at one shift, do not. */
export type ShownUnfitted = {
  readonly level: string
  readonly solvent: string
  readonly nucleus: string
  readonly n: number
  readonly molecules: number
}

export function unfittedOf(known: Known): readonly ShownUnfitted[] {
  return seriesOf(known).flatMap(({ level, solvent, nucleus, points }) =>
    accuracyOf(points)
      ? []
      : [
          {
            level: level.label,
            solvent: solvent.name,
            nucleus,
            n: points.length,
            molecules: new Set(points.map(({ molecule }) => molecule)).size,
          },
        ],
  )
}

/** The factor of a series. */
export type FittedSeries = Series & { readonly factor: Factor }

/** What was fitted to each series, with the same intervals whenever it is asked for: takes some milliseconds each. */
export function fittedOf(known: Known): readonly FittedSeries[] {
  return seriesOf(known).flatMap(series => {
    const factor = factorOf(series.nucleus, series.points, chance(hash32(known.run.id)))
    return factor ? [{ ...series, factor }] : []
  })
}

/** The line of a series as the literature writes it, sigma = slope * delta + intercept, with 95 % intervals. */
export type ShownFactor = Factor['sigma_on_delta'] & {
  readonly level: string
  readonly solvent: string
  readonly nucleus: string
}

export function shownFactors(known: Known): readonly ShownFactor[] {
  return fittedOf(known).map(({ level, solvent, nucleus, factor }) => ({
    level: level.label,
    solvent: solvent.name,
    nucleus,
    ...factor.sigma_on_delta,
  }))
}

/** A series as it is drawn: each environment's measured shift and how far the computed one is from it. */
export interface Regression {
  readonly level: string
  readonly solvent: string
  readonly nucleus: string
  readonly points: readonly {
    readonly molecule: string
    readonly name: string
    readonly delta_ppm: number
    readonly deviation_ppm: number
  }[]
}

export function regressionsOf(known: Known): readonly Regression[] {
  return seriesOf(known).flatMap(({ level, solvent, nucleus, points }) => {
    const line = accuracyOf(points)?.line
    if (!line) return []
    const off = residuals(points, line)
    return [
      {
        level: level.label,
        solvent: solvent.name,
        nucleus,
        points: points.map(({ molecule, name, delta_ppm }, i) => ({
          molecule,
          name,
          delta_ppm,
          deviation_ppm: off[i] ?? 0,
        })),
      },
    ]
  })
}

function noteOf(known: Known, level: CampaignLevel, solvent: CampaignSolvent): string | null {
  const notes = [level.note, otherSolvent(known, solvent)].filter(note => note !== null)
  return notes.length > 0 ? notes.join('; ') : null
}

/** That the level is of another solvent than the experiment; null where it is the same. */
export function otherSolvent(known: Known, solvent: CampaignSolvent): string | null {
  const measured = paramsOf(known).set.solvent
  if (measured === solvent.id) return null
  const computed = solventText(solvent.id)
  return `computed in ${computed}, measured in ${solventText(measured)}: its line is not offered as a factor for ${computed}`
}
