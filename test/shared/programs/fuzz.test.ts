import { describe, expect, it } from 'vitest'
import { type OutputReading, programs, recognisingReader } from '../../../shared/programs/index.ts'
import { fixture as nwchem } from './nwchem/fixtures.ts'
import { readText } from './nwchem/read.ts'
import { frequencies, head, optimisation, shieldings } from './orca/texts.ts'
import { fixture as xtb } from './xtb/fixtures.ts'

/** Another number, other cases: `LARMOR_SWEEP_SEED`. */
const seed = Number(process.env.LARMOR_SWEEP_SEED ?? 20261126)
const CASES = 25

/** Mulberry32: a small generator of numbers in [0, 1) that a seed fixes. */
function chance(start: number): () => number {
  let state = start >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const outputs = {
  orca: [
    optimisation(4),
    optimisation(3, false),
    optimisation(2).replace('*****ORCA', `${shieldings([[0, 'O', 320]])}${frequencies([-5, 100])}*****ORCA`),
    `${head()}${optimisation(1)}`,
  ],
  nwchem: ['water-both-levels', 'water-frequencies', 'scf-not-converged', 'title-of-traps'].map(
    name => nwchem(name).output,
  ),
  xtb: ['ethanol-both', 'gfn1-frequencies', 'one-cycle', 'clash'].map(name => xtb(name).output),
} as const

/** The line with which each program ends: before it nothing is complete. */
const ENDS = { orca: '****ORCA TERMINATED NORMALLY****', nwchem: ' Total times  cpu:', xtb: ' * finished run on ' }

type Id = keyof typeof outputs

function readings(id: Id, text: string): readonly OutputReading[] {
  const own = readText(programs[id].reader(null), text, 'a.out').reading()
  const recognising = recognisingReader(programs)
  const lines = text.split('\n')
  if (lines.at(-1)?.trim() === '') lines.pop()
  for (let i = 0; i < lines.length; i += 100) recognising.lines(lines.slice(i, i + 100), 'a.out')
  return [own, recognising.recognised().reading]
}

function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : []
}

/** What holds of every reading, whatever was read. */
function check({ outcome, category, evidence, result, figures, geometry }: OutputReading): void {
  expect(['completed', 'failed', 'truncated', 'unknown']).toContain(outcome)
  if (outcome === 'completed') expect(category).toBeNull()
  if (outcome === 'failed') expect(category).not.toBeNull()
  for (const { text, line } of evidence) {
    expect(text.length).toBeLessThanOrEqual(200)
    expect(line).toBeGreaterThan(0)
  }
  expect(numbersIn({ result, figures, geometry }).every(Number.isFinite)).toBe(true)
}

describe.each(Object.keys(outputs) as Id[])(`%s (seed ${seed})`, id => {
  it('has whole outputs, which are completed, and whose end line is there to be cut off', () => {
    const whole = outputs[id].filter(text => readings(id, text).every(({ outcome }) => outcome === 'completed'))
    expect(whole.length).toBeGreaterThan(1)
    for (const text of whole) expect(text.lastIndexOf(ENDS[id])).toBeGreaterThan(text.length / 2)
  })

  it.each(outputs[id].map((text, i) => [i, text] as const))(
    'output %i',
    (i, text) => {
      const random = chance(seed + i)
      const at = (length: number) => Math.floor(random() * length)
      const end = text.lastIndexOf(ENDS[id])
      for (let n = 0; n < CASES; n++) {
        for (const reading of readings(id, text.slice(0, at(text.length)))) check(reading)
        if (end > 0) {
          for (const reading of readings(id, text.slice(0, at(end)))) expect(reading.outcome).not.toBe('completed')
        }

        const bytes = Buffer.from(text)
        for (let flips = 0; flips < 1 + bytes.length / 2000; flips++) {
          const where = at(bytes.length)
          bytes[where] = (bytes[where] as number) ^ (1 << at(8))
        }
        for (const reading of readings(id, bytes.toString('utf8'))) check(reading)

        const lines = text.split('\n')
        for (let swaps = 0; swaps < lines.length; swaps++) {
          const [a, b] = [at(lines.length), at(lines.length)]
          ;[lines[a], lines[b]] = [lines[b] as string, lines[a] as string]
        }
        for (const reading of readings(id, lines.join('\n'))) check(reading)
        if (end > 0) {
          const without = lines.filter(line => !line.includes(ENDS[id].trim()))
          for (const reading of readings(id, without.join('\n'))) expect(reading.outcome).not.toBe('completed')
        }
      }
    },
    120_000,
  )
})
