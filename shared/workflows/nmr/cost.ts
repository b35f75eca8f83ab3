import { chance } from '../../chance.ts'
import type { RunId } from '../../ids.ts'
import type { RememberedTime } from '../../model/times.ts'
import { comparable, meansSomething } from '../../progress/eta.ts'
import { forecast, LEAST_DONE, type Waiting } from '../../progress/forecast.ts'
import { type NmrStep, nmrWork, TMS } from './jobs.ts'
import type { NmrParams } from './params.ts'

/** What runs of conformers will take, by what such calculations took on the machine; ranges that hold 80 of 100. */
export type NmrCost = {
  /** Core seconds of one conformer of the first run. */
  readonly one: Range
  /** Of all conformers that there can be in all runs, and of the reference compound where it is to be computed. */
  readonly all: Range
  readonly conformers: number
  readonly runs: number
  /** Finished calculations it was learnt from. */
  readonly from: number
}

type Range = readonly [low: number, high: number]

/** Enough for two digits: it is made anew with every change of a form. */
const DRAWS = 60

/**
 * Null where nothing is known: fewer than five calculations of these levels are remembered of the machine, or none of one
 * of them. What is remembered of the reference compound is found again, and costs nothing.
 */
export function nmrCostOf(runs: readonly NmrParams[], times: readonly RememberedTime[]): NmrCost | null {
  const [first] = runs
  if (!first || first.program === 'none') return null
  const all = runs.flatMap((params, i) => Array.from({ length: mostConformers(params) }, () => oneOf(params, i)).flat())
  const jobs = [...all, ...referenceOf(first).filter(job => !isKnown(job, times))]
  const done = comparable(times, jobs)
  if (!meansSomething(done, jobs)) return null
  const rangeOf = (waiting: readonly Waiting[]): Range => {
    const said = forecast({ done, waiting, slots: 1, random: chance(1), draws: DRAWS })
    const { ranks } = first.resources
    return said ? [ranks * said.low_s, ranks * said.high_s] : [0, 0]
  }
  const conformers = runs.reduce((sum, params) => sum + mostConformers(params), 0)
  return { one: rangeOf(oneOf(first, 0)), all: rangeOf(jobs), conformers, runs: runs.length, from: done.length }
}

/** In a sentence, for a person. */
export function nmrCostText(cost: NmrCost | null): string {
  if (!cost) return `Cost unknown: fewer than ${LEAST_DONE} calculations of these levels have ended there.`
  const { one, all, runs, conformers, from } = cost
  const each = `${coreTimeText(one)} for a conformer${runs > 1 ? ' of the first' : ''}`
  const most =
    conformers > 1 || all[1] > one[1]
      ? `, ${coreTimeText(all)} for all if there are ${conformers}, the most that are kept`
      : ''
  return `${each}${most}; 80 % ranges from ${from} finished calculations.`
}

/** `12–40 core min`: a range, never one number. */
export function coreTimeText(range: Range): string {
  return timeRangeText(range, 'core ')
}

/** `12–40 min`, of seconds. */
export function timeRangeText([low, high]: Range, of = ''): string {
  const unit = high < 120 ? ([1, 's'] as const) : high < 7200 ? ([60, 'min'] as const) : ([3600, 'h'] as const)
  const figure = (seconds: number) => {
    const value = seconds / unit[0]
    return value < 10 ? value.toFixed(1) : String(Math.round(value))
  }
  return `${figure(low)}–${figure(high)} ${of}${unit[1]}`
}

function mostConformers({ ensemble, structure, max_conformers }: NmrParams): number {
  return ensemble === 'given' ? structure.frames : max_conformers
}

/** The jobs of one conformer of the i-th run. */
function oneOf(params: NmrParams, i: number): readonly Waiting[] {
  const steps: readonly NmrStep[] = [
    ...(params.pre ? (['pre'] as const) : []),
    ...(params.one_job ? (['opt+nmr'] as const) : (['opt', 'nmr'] as const)),
  ]
  return steps.map(step => waitingOf(params, `run ${i}`, params.structure.elements ?? [], step))
}

/** All runs of a form are of one level, and so of one reference. */
function referenceOf(params: NmrParams): readonly Waiting[] {
  return params.tms ? (['opt', 'nmr'] as const).map(step => waitingOf(params, TMS, null, step)) : []
}

function waitingOf(params: NmrParams, of: string, elements: readonly string[] | null, step: NmrStep): Waiting {
  return { key: `${of}/${step}`, ...nmrWork({ id: of as RunId }, params, elements, step), elapsed_s: null, after: null }
}

function isKnown({ molecule, terms }: Waiting, times: readonly RememberedTime[]): boolean {
  return times.some(each => each.molecule === molecule && each.terms.join() === terms.join())
}
