import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type OutputReader, programs } from '../../../shared/programs/index.ts'
import { readText } from './nwchem/read.ts'

/** Outputs of many versions with figures read by others; not part of the repository. */
const folder = process.env.LARMOR_TRUTH_DATA
interface Truth {
  readonly file: string
  readonly program: string
  readonly version: string
  readonly kind: string
  readonly outcome: 'success' | 'failed' | 'truncated'
  readonly terminated_normally: boolean
  readonly failure_accepted: readonly string[] | null
  readonly final_energy: number | null
  readonly last_scf_cycles: number | null
  readonly opt_cycles: number | null
  readonly opt_converged: boolean | null
  readonly max_gradient_last: number | null
  readonly mulliken: readonly (readonly [string, number])[] | null
  readonly nmr: readonly { readonly index: number; readonly element: string; readonly iso: number }[] | null
  readonly natom: number | null
  readonly n_vibfreqs: number | null
  readonly n_imaginary: number | null
}

function truths(root: string): readonly Truth[] {
  const all = JSON.parse(readFileSync(join(root, 'outputs/truth.json'), 'utf8')) as { files: readonly Truth[] }
  return all.files.filter(each => Object.hasOwn(programs, each.program))
}

function readerOf(program: string): OutputReader {
  return programs[program as keyof typeof programs].reader(null)
}

if (folder === undefined) {
  it.skip('reads the outputs of other people (set LARMOR_TRUTH_DATA to the folder that holds outputs/truth.json)', () => {})
} else {
  describe('outputs of other people', () => {
    it('finds them', () => expect(truths(folder).length).toBeGreaterThan(50))

    it.each(truths(folder).map(truth => [truth.file, truth] as const))('%s', (file, truth) => {
      const path = join(folder, 'outputs', file)
      const reader = readerOf(truth.program)
      readText(reader, readFileSync(path, 'utf8'), 'a.out')
      const reading = reader.reading()
      const { result, figures } = reading

      expect(reading.outcome).toBe(truth.outcome === 'success' ? 'completed' : truth.outcome)
      if (truth.outcome === 'failed') {
        expect(truth.failure_accepted).toContain(reading.category)
        expect(reading.evidence.length).toBeGreaterThan(0)
      } else expect(reading.category).toBeNull()
      expect(result.terminated_normally === true).toBe(truth.terminated_normally)
      if (truth.version !== null) expect(result.version).toBe(truth.version)
      if (truth.final_energy !== null) expect(result.energy_hartree).toBeCloseTo(truth.final_energy, 8)
      if (truth.last_scf_cycles !== null) expect(result.scf_cycles).toBe(truth.last_scf_cycles)
      if (truth.opt_cycles !== null) expect(result.opt_cycles).toBe(truth.opt_cycles)
      if (truth.opt_converged === true) expect(result.converged).toBe(true)
      if (truth.opt_converged === false) expect(result.converged).not.toBe(true)
      if (truth.max_gradient_last !== null) expect(result.max_gradient).toBeCloseTo(truth.max_gradient_last, 9)
      if (truth.natom !== null && reading.geometry) expect(reading.geometry).toHaveLength(truth.natom)
      if (truth.mulliken !== null) expect(figures.mulliken).toEqual(truth.mulliken.map(([, charge]) => charge))
      if (truth.n_vibfreqs !== null) expect(figures.frequencies).toHaveLength(truth.n_vibfreqs)
      if (truth.n_imaginary !== null) expect(figures.imaginary).toBe(truth.n_imaginary)
      if (truth.nmr === null) expect(result.shieldings).toBeNull()
      else {
        expect(result.shieldings).toEqual(
          truth.nmr.map(({ index, element, iso }) => ({ atom: index + 1, element, sigma_ppm: iso })),
        )
      }
      // Each cycle of an optimisation that ended has its energy; the last gradient is the one given.
      if (truth.outcome === 'success' && truth.opt_cycles !== null) {
        expect(figures.cycles).toHaveLength(truth.opt_cycles)
        expect(figures.cycles.every(({ energy_hartree }) => energy_hartree !== null)).toBe(true)
      }
    })

    it('hears stderr where the output is silent, and only there', () => {
      const beside = truths(folder).filter(truth => {
        const path = join(folder, 'outputs', truth.file)
        return readdirSync(join(path, '..')).includes(
          `${path
            .split('/')
            .at(-1)
            ?.replace(/\.out$/, '')}.stderr`,
        )
      })
      expect(beside.length).toBeGreaterThan(12)
      for (const truth of beside) {
        const path = join(folder, 'outputs', truth.file)
        const reader = readerOf(truth.program)
        readText(reader, readFileSync(path, 'utf8'), 'a.out')
        const alone = reader.reading()
        readText(reader, readFileSync(path.replace(/\.out$/, '.stderr'), 'utf8'), 'stderr.txt')
        expect(reader.reading().outcome, truth.file).toBe(alone.outcome)
        if (alone.outcome !== 'truncated') expect(reader.reading().category, truth.file).toBe(alone.category)
      }
    })
  })
}
