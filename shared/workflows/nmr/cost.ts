import { chance } from '../../chance.ts'
import type { RunId } from '../../ids.ts'
import type { RememberedTime, Spread } from '../../model/times.ts'
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
  /** Seconds from the first one's begin to the last one's end, with so many jobs side by side; waiting is not in it. */
  readonly lasts: Spread
  /** Jobs that follow each other for one conformer: each waits in the queue. */
  readonly steps: number
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
 * of them. What is remembered of the reference compound is found again, and costs nothing. `side`: how many jobs compute side
 * by side there.
 */
export function nmrCostOf(runs: readonly NmrParams[], times: readonly RememberedTime[], side = 1): NmrCost | null {
  const [first] = runs
  if (!first || first.program === 'none') return null
  const all = runs.flatMap((params, i) =>
    Array.from({ length: mostConformers(params) }, (_, n) => oneOf(params, i, n)).flat(),
  )
  const jobs = [...all, ...referenceOf(first).filter(job => !isKnown(job, times))]
  const done = comparable(times, jobs)
  if (!meansSomething(done, jobs)) return null
  const spreadOf = (waiting: readonly Waiting[], slots: number): Spread =>
    forecast({ done, waiting, slots, random: chance(1), draws: DRAWS }) ?? { low_s: 0, median_s: 0, high_s: 0 }
  const { ranks } = first.resources
  const cores = ({ low_s, high_s }: Spread): Range => [ranks * low_s, ranks * high_s]
  const conformers = runs.reduce((sum, params) => sum + mostConformers(params), 0)
  const together = spreadOf(jobs, 1)
  const slots = Math.min(side, jobs.length)
  const { low_s, median_s, high_s } = slots > 1 ? spreadOf(jobs, slots) : together
  return {
    one: cores(spreadOf(oneOf(first, 0), 1)),
    all: cores(together),
    lasts: { low_s, median_s, high_s },
    steps: stepsOf(first).length,
    conformers,
    runs: runs.length,
    from: done.length,
  }
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

function stepsOf(params: NmrParams): readonly NmrStep[] {
  return [
    ...(params.pre ? (['pre'] as const) : []),
    ...(params.one_job ? (['opt+nmr'] as const) : (['opt', 'nmr'] as const)),
    ...(params.other ? (['other'] as const) : []),
  ]
}

/** The jobs of the n-th conformer of the i-th run, one after the other. */
function oneOf(params: NmrParams, i: number, n = 0): readonly Waiting[] {
  const key = (step: NmrStep | undefined) => (step === undefined ? null : `run ${i} ${n}/${step}`)
  return stepsOf(params).map((step, at, steps) => ({
    ...waitingOf(params, `run ${i}`, params.structure.elements ?? [], step),
    key: key(step) ?? '',
    after: key(steps[at - 1]),
  }))
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
