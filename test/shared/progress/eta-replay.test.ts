import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { delta50 } from '../../../shared/nmr/delta50.ts'
import { basisFunctions } from '../../../shared/progress/basis-size.ts'
import type { Duration } from '../../../shared/progress/time-model.ts'
import { inOrder } from '../../../shared/workflows/campaign/order.ts'
import { replay } from './replay.ts'

interface Measured {
  readonly jobs: readonly {
    readonly molecule: string
    readonly level: string
    readonly solvent: string
    readonly task: string
    readonly cpu_s: number
  }[]
}
const measured = JSON.parse(
  readFileSync(new URL('../../fixtures/times/durations.json', import.meta.url), 'utf8'),
) as Measured

const molecules = new Map(delta50.molecules.map(molecule => [molecule.id, molecule]))
const jobs = measured.jobs.map(({ molecule, level, solvent, task, cpu_s }): Duration => {
  const [functional, basis = ''] = level.split('//')[0]?.split('/') ?? []
  return {
    molecule,
    functions: basisFunctions(molecules.get(molecule)?.elements ?? [], basis),
    terms: [`task:${task}`, `level:${functional}/${basis}`, `solvent:${solvent}`],
    seconds: cpu_s,
  }
})

/** As a campaign takes them: molecule by molecule, each with all that is computed of it. */
function sequence(order: 'file' | 'interleaved'): readonly Duration[] {
  const sorted = inOrder(delta50.molecules, order, ({ elements }) => basisFunctions(elements, '6-311+G(2d,p)'))
  return sorted.flatMap(({ id }) => jobs.filter(each => each.molecule === id))
}

test.each(['interleaved', 'file'] as const)(
  'the forecast of 200 measured jobs, %s',
  order => {
    expect(jobs).toHaveLength(200)
    const { error, covered, rollingError } = replay(sequence(order), 1000)
    console.log(
      `${order}: off by ${(100 * error).toFixed(1)} % (rolling mean ${(100 * rollingError).toFixed(1)} %), the 80 % range held ${(100 * covered).toFixed(0)} %`,
    )
    expect(error).toBeLessThanOrEqual(0.2)
    expect(error).toBeLessThan(rollingError / 2)
    expect(covered).toBeGreaterThanOrEqual(0.7)
    expect(covered).toBeLessThanOrEqual(0.9)
  },
  300_000,
)

/**
 * The 2 in forecast.ts was chosen on all of these durations. That the errors do not hang on it is seen by halves of the
 * molecules: with 0 to 4 in its place they change by at most 0.2 %. A half has too few forecasts, all of one path, to hold
 * the share of 70 to 90 % to: it swings between 65 and 100 %. An exponent of its own for each task and level (standard
 * deviation 0.4) was tried: off by 6.9 % interleaved and 13.3 % in file order in place of 8.6 % and 16.1 %, but the range
 * then held 93 % of interleaved forecasts: too wide to be called 80 %. Weighing what looking back shows by how much was
 * done then left 93 % and gave 67 % in file order. Both were left out rather than tuned to fit. The spread of a level's term
 * (1.5, time-model.ts) is what is known of levels; 0.7, that of the other terms, gave 16.1 % in file order and 1 gave 15.4 %, in
 * place of 14.9 %, with the same 70 % held; interleaved all give 8.6 %. In file order the other half stays above 20 %.
 */
test.each([
  ['one half', [1, 2], 'interleaved'],
  ['one half', [1, 2], 'file'],
  ['the other half', [3, 0], 'interleaved'],
  ['the other half', [3, 0], 'file'],
] as const)(
  'the forecast of %s of the molecules (numbers %j modulo 4), %s',
  (_, rests, order) => {
    const numbers = new Map(delta50.molecules.map(({ id, number }) => [id, number]))
    const half = sequence(order).filter(({ molecule }) => rests.some(rest => rest === (numbers.get(molecule) ?? 0) % 4))
    const { error, covered, rollingError } = replay(half, 1000)
    console.log(
      `${half.length} jobs, ${order}: off by ${(100 * error).toFixed(1)} %, held ${(100 * covered).toFixed(0)} %`,
    )
    expect(error).toBeLessThanOrEqual(0.25)
    expect(error).toBeLessThan(rollingError / 2)
    expect(covered).toBeGreaterThanOrEqual(0.6)
  },
  300_000,
)
