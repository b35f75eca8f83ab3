import { describe, expect, it } from 'vitest'
import { type OutputReading, programs } from '../../../../shared/programs/index.ts'
import { readText } from '../nwchem/read.ts'
import { fixture, fixtures } from './fixtures.ts'

function read(name: string): OutputReading {
  const { output, stderr } = fixture(name)
  return readText(readText(programs.xtb.reader(null), output, 'xtb.out'), stderr, 'stderr.txt').reading()
}

type Wanted = readonly [
  outcome: string,
  category: string | null,
  kind: string | null,
  energy: number | null,
  scf: number | null,
  opt: number | null,
]

const wanted: Readonly<Record<string, Wanted>> = {
  'ethanol-optimisation': ['completed', null, 'opt', -11.398189800885, 3, 5],
  'ethanol-both': ['completed', null, 'freq', -11.391867427608, 3, 6],
  'gfn1-frequencies': ['completed', null, 'freq', -12.161035082958, 3, 5],
  'force-field': ['completed', null, 'opt', -1.219159616724, null, 6],
  'one-cycle': ['failed', 'opt-not-converged', 'opt', -11.391635299208, 7, 1],
  'few-iterations': ['failed', 'scf-not-converged', 'sp', null, 2, null],
  'unknown-option': ['completed', null, 'sp', -11.390038397311, 9, null],
  'unknown-solvent': ['failed', 'bad-input', 'sp', null, null, null],
  'no-structure': ['failed', 'missing-file', null, null, null, null],
  'unknown-element': ['failed', 'geometry', null, null, null, null],
  clash: ['failed', 'geometry', 'opt', null, null, null],
  'parameters-missing': ['failed', 'missing-file', 'sp', null, null, null],
  crash: ['failed', 'crash-unknown', 'freq', -6.828283311665, 9, null],
  saddle: ['completed', null, 'freq', -4.416505949027, 3, 3],
  // Of one atom nothing is optimised, and nothing says that it has converged.
  'one-atom': ['completed', null, 'opt', -1.743126632946, 3, null],
  'wrong-charge': ['failed', 'multiplicity', 'sp', null, null, null],
  'no-such-task': ['failed', 'bad-input', null, null, null, null],
  energy: ['completed', null, 'sp', -10.8511306678, 12, null],
}

it('every fixture is read here', () => expect(Object.keys(wanted).toSorted()).toEqual(fixtures.toSorted()))

it.each(Object.entries(wanted))('%s', (name, [outcome, category, kind, energy_hartree, scf_cycles, opt_cycles]) => {
  const reading = read(name)
  expect(reading).toMatchObject({ outcome, category, kind, result: { energy_hartree, scf_cycles, opt_cycles } })
  expect(reading.evidence.length).toBeGreaterThan(0)
  // xtb says on stderr alone whether it ended normally; not one of these is judged by it.
  const { output } = fixture(name)
  if (name !== 'crash') expect(readText(programs.xtb.reader(null), output, 'xtb.out').reading().outcome).toBe(outcome)
})

describe('figures', () => {
  it('of an optimisation', () => {
    const { result, figures, geometry } = read('ethanol-optimisation')
    expect(result).toMatchObject({
      version: '6.5.1',
      converged: true,
      terminated_normally: true,
      wall_s: expect.any(Number),
    })
    expect(result.dielectric).toBeCloseTo(4.81, 2)
    expect(figures.cycles).toHaveLength(5)
    expect(new Set(figures.cycles.map(({ target }) => target))).toEqual(new Set([0.001]))
    expect(geometry).toHaveLength(9)
    expect(geometry?.[2]?.[0]).toBe('O')
    expect(figures.cycles).toHaveLength(5)
    expect(figures.cycles.at(-1)?.energy_hartree).toBeCloseTo(-11.3981898, 6)
    expect(figures).toMatchObject({ ranks: 1, cpu_s: expect.any(Number), dipole_debye: expect.any(Number) })
    expect(figures.mulliken).toHaveLength(9)
    expect(figures.mulliken?.[2]).toBeLessThan(-0.3)
  })
  it('of frequencies', () => {
    const { figures } = read('saddle')
    expect(figures.imaginary).toBe(1)
    expect(figures.frequencies).toHaveLength(12)
    expect(figures.frequencies?.[6]).toBe(-974.8)
    expect(read('gfn1-frequencies').figures.mulliken?.slice(0, 3)).toEqual([-0.09085, 0.20884, -0.56977])
  })
  it('of structures that xtb prints in other formats', () => {
    const { output } = fixture('ethanol-optimisation')
    const structure = /={16}\n final structure:\n={16}\n[\s\S]*?\n\n/
    const coord =
      '================\n final structure:\n================\n$coord\n   1.88972612   0.0   0.0      c\n   0.0   0.0   1.88972612      h\n$end\n\n'
    const mol = `================\n final structure:\n================\n\n  xtb     07272214053D\nxtb: 6.5.1\n  2  1  0     0  0            999 V2000\n    1.2769   -0.0581   -0.1002 C   0  0  0\n   -0.1342   -0.6020    0.0867 H   0  0  0\n  1  2  1  0  0  0  0\nM  END\n\n`
    const of = (text: string) =>
      readText(programs.xtb.reader(null), output.replace(structure, text), 'a').reading().geometry
    expect(of(coord)?.map(([element, x]) => [element, Math.round(x * 1e4) / 1e4])).toEqual([
      ['C', 1],
      ['H', 0],
    ])
    expect(of(mol)).toEqual([
      ['C', 1.2769, -0.0581, -0.1002],
      ['H', -0.1342, -0.602, 0.0867],
    ])
  })
})

it('an option that xtb did not know is told', () => {
  const { reason, evidence } = read('unknown-option')
  expect(reason).toContain('did not know')
  expect(evidence[1]?.text).toContain('--nosuchflag')
})

it('a run that was cut is never complete', () => {
  const { output } = fixture('ethanol-both')
  const end = output.indexOf(' * finished run on')
  for (let length = 0; length < end; length += 997) {
    const { outcome } = readText(programs.xtb.reader(null), output.slice(0, length), 'a').reading()
    expect(['truncated', 'unknown']).toContain(outcome)
  }
})

it('says on stderr that it was ended from outside, and nothing of it in its output', () => {
  const cut = readText(programs.xtb.reader(null), fixture('ethanol-both').output.slice(0, 9000), 'xtb.out')
  expect(cut.reading()).toMatchObject({ outcome: 'truncated', category: null })
  // Of a real run that got SIGTERM: the spelling is xtb's.
  const said =
    'ERROR STOP \n\nError termination. Backtrace:\nrecieved SIGTERM, terminating...\nexternal termination of xtb\n'
  expect(readText(cut, said, 'stderr.txt').reading()).toMatchObject({ outcome: 'truncated', category: 'killed' })
})
