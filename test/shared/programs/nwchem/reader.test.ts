import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type NwchemCalculation, type OutputReading, programs } from '../../../../shared/programs/index.ts'
import { fixture } from './fixtures.ts'
import { readText } from './read.ts'

const { nwchem } = programs

function read(name: string, input: NwchemCalculation | null = fixture(name).input): OutputReading {
  const { output, stderr } = fixture(name)
  const reader = nwchem.reader(input)
  readText(reader, output)
  readText(reader, stderr, 'stderr.txt')
  return reader.reading()
}

interface Wanted {
  readonly outcome: OutputReading['outcome']
  readonly category: string | null
  /** Part of the first line of evidence. */
  readonly evidence: string
  readonly energy: number | null
  readonly scf: number | null
  readonly opt: number | null
  readonly converged: boolean | null
}

const wanted: Record<string, Wanted> = {
  'methanol-production': done(-115.718325886614, 7, 4),
  'water-both-levels': done(-75.322774897932, 6, 4),
  'water-energy': done(-76.419014172627, 6, null),
  'water-frequencies': done(-75.312521714029, 5, null),
  // Numerical: the energy is that of the geometry given, not of the last displacement.
  'water-frequencies-in-solvent': done(-75.317693212799, 5, null),
  'water-shielding': done(-75.319015911113, 5, null),
  'ccsd-t-energy': done(-75.01252910730189, 5, null),
  'mp2-energy': done(-74.998568775068, 5, null),
  'ghost-and-bohr': done(-98.927600100406, 5, null),
  'shielding-of-some-atoms': done(-114.169801253201, 7, null),
  'solvent-taken-for-water': done(-75.319076145844, 5, null),
  'title-of-traps': done(-75.32277489791, 3, 4),
  'scf-converged-at-second-try': done(-75.31252173112, 3, null),
  'optimisation-converged-at-second-try': done(-75.322774897916, 3, 3),
  'water-optimisation-not-converged': not('opt-not-converged', 'Failed to converge in max', -75.322620764357, 5, 2),
  'optimisation-not-converged-ignored': not('opt-not-converged', 'Failed to converge in max', -75.322620764398, 2, 2),
  'scf-not-converged': not('scf-not-converged', 'Calculation failed to converge', -75.312503377397, 3, null),
  'scf-not-converged-in-optimisation': not(
    'scf-not-converged',
    'Calculation failed to converge',
    -74.962191606399,
    2,
    null,
  ),
  'response-few-iterations': not('response-not-converged', 'lkain: not converged', -76.406808437244, 6, null),
  'shielding-with-meta-gga': {
    ...failed('crash-unknown', 'xm06: d2 not coded'),
    energy: -75.305301293778,
    scf: 5,
    converged: true,
  },
  'basis-without-element': failed('missing-basis', 'bas_tag_lib: no such basis available'),
  'no-such-basis': failed('missing-basis', 'bas_tag_lib: failed opening basis file'),
  'odd-electrons': failed('multiplicity', 'Odd number of electrons'),
  'odd-electrons-on-two-ranks': failed('multiplicity', 'Odd number of electrons'),
  'internals-of-2-butyne': failed('internals', 'geom_binvr: #indep variables incorrect'),
  'wrong-multiplicity': failed('multiplicity', 'no. of electrons and multiplicity not compatible'),
  'wrong-open-shells': failed('multiplicity', 'closed-shell electrons is not even'),
  'unknown-directive': failed('bad-input', 'input_parse: unknown directive bassis'),
  'unknown-functional': failed('bad-input', 'xc_input: invalid format'),
  'deck-cut': failed('bad-input', 'bas_input_body: premature EOF'),
  'solvent-name-too-long': failed('bad-input', 'cosmo_input: solvent'),
  empty: failed('bad-input', 'Total times'),
  'unknown-element': failed('geometry', 'center is neither atom nor bq'),
  'memory-too-small': failed('out-of-memory', 'xc_setquad: out of memory'),
  'memory-not-there': failed('out-of-memory', 'nwchem.F: ma_init failed'),
  'ccsd-few-iterations': not('post-scf-not-converged', 'ccsd(t) energy failed', -76.11794592476112, 5, null),
  'tce-few-iterations': not('post-scf-not-converged', 'maxiter exceeded', -75.983974473598, 5, null),
  'excitations-few-iterations': not('response-not-converged', 'exceeded maxiter', -76.384951575973, 6, null),
  'missing-vectors': failed('missing-file', 'movecs_converged: error opening file'),
  killed: {
    outcome: 'truncated',
    category: 'killed',
    evidence: 'Max. records in memory',
    energy: -115.712165245673,
    scf: 5,
    opt: 1,
    converged: null,
  },
}

function done(energy: number, scf: number, opt: number | null): Wanted {
  return { outcome: 'completed', category: null, evidence: 'Total times', energy, scf, opt, converged: true }
}
function failed(category: string, evidence: string): Wanted {
  return { outcome: 'failed', category, evidence, energy: null, scf: null, opt: null, converged: null }
}
function not(category: string, evidence: string, energy: number, scf: number, opt: number | null): Wanted {
  return { outcome: 'failed', category, evidence, energy, scf, opt, converged: false }
}

describe('every output of NWChem', () => {
  it.each(Object.entries(wanted))('%s', (name, want) => {
    const { outcome, category, reason, evidence, result } = read(name)
    expect({ outcome, category }).toEqual({ outcome: want.outcome, category: want.category })
    expect(evidence[0]?.text).toContain(want.evidence)
    expect(result.energy_hartree).toBe(want.energy)
    expect(result.scf_cycles).toBe(want.scf)
    expect(result.opt_cycles).toBe(want.opt)
    expect(result.converged).toBe(want.converged)
    expect(result.version).toBe(name === 'memory-not-there' ? null : '7.0.2')
    if (outcome !== 'completed') expect(reason).toMatch(/^[A-Za-z].{10,}/)
    const lines = fixture(name).output.split('\n')
    for (const { file, line, text } of evidence) {
      if (file === 'nwchem.out') expect(lines[(line ?? 0) - 1]?.trim().slice(0, 200)).toBe(text)
    }
  })
})

describe('figures', () => {
  it('gives the energy at the level of the optimisation, in one job as in two', () => {
    expect(read('methanol-production', null).result.energy_hartree).toBe(-115.774038263946)
    expect(read('methanol-production').result.energy_hartree).toBe(-115.718325886614)
  })

  it('reads methanol at the production level', () => {
    const { result, geometry } = read('methanol-production')
    expect(result.shieldings).toEqual([
      { atom: 1, element: 'C', sigma_ppm: 128.2254 },
      { atom: 2, element: 'O', sigma_ppm: 324.9233 },
      { atom: 3, element: 'H', sigma_ppm: 28.3558 },
      { atom: 4, element: 'H', sigma_ppm: 28.0682 },
      { atom: 5, element: 'H', sigma_ppm: 28.0683 },
      { atom: 6, element: 'H', sigma_ppm: 31.2355 },
    ])
    expect(result.dielectric).toBe(4.7113)
    expect(result.basis_functions).toBe(78)
    expect(result.max_gradient).toBe(0.00012)
    expect(result.wall_s).toBe(70.3)
    // The last table, not the first: that is the input.
    expect(geometry?.[0]).toEqual(['C', -0.04920196, 0.6592646, 2e-8])
    expect(geometry?.map(([element]) => element).join('')).toBe('COHHHH')
  })

  it('gives angstrom whatever the deck’s unit, and leaves ghosts out', () => {
    const { geometry, result } = read('ghost-and-bohr')
    expect(geometry?.map(([element]) => element)).toEqual(['H', 'F'])
    expect(geometry?.[1]?.[3]).toBeCloseTo(0.174 * 0.529177, 6)
    expect(result.shieldings?.map(({ atom, element }) => [atom, element])).toEqual([
      [1, 'H'],
      [2, 'F'],
    ])
  })

  it('gives no shieldings where NWChem numbers chosen atoms anew, and says so', () => {
    const { result, reason } = read('shielding-of-some-atoms')
    expect(result.shieldings).toBeNull()
    expect(reason).toContain('2 chosen atoms')
  })

  it('takes no dielectric for the gas phase', () => expect(read('water-both-levels').result.dielectric).toBeNull())

  it('shows a running job by its cycles', () => {
    const { now } = read('killed')
    expect(now).toEqual({ scf_cycle: null, opt_cycle: 1 })
    const reader = nwchem.reader(null)
    const { output } = fixture('killed')
    readText(reader, output.slice(0, output.indexOf(' d= 0,ls=0.0,diis     4')))
    expect(reader.reading().now).toEqual({ scf_cycle: 3, opt_cycle: null })
  })
})

describe('a calculation is completed only with all that was asked for', () => {
  const production = fixture('methanol-production').input as NwchemCalculation
  const energy = fixture('water-energy').input as NwchemCalculation

  it('refuses an output in another solvent', () => {
    const { outcome, category, evidence, reason } = read('solvent-taken-for-water', { ...energy, solvent: 'cdcl3' })
    expect(reason).toBe('NWChem computed in a dielectric constant of 78.4, where CDCl3 has 4.7113')
    expect({ outcome, category }).toEqual({ outcome: 'failed', category: 'bad-input' })
    expect(evidence[0]?.text).toBe('dielec:       78.4000')
  })

  it.each<[string, string, NwchemCalculation, RegExp]>([
    ['no sign of the solvent', 'water-both-levels', { ...energy, solvent: 'cdcl3' }, /solvent/],
    ['no shieldings', 'water-energy', { ...energy, task: 'nmr' }, /shieldings of all atoms \(0 of 3\)/],
    ['no optimisation', 'water-energy', { ...energy, task: 'opt' }, /optimisation/],
    ['no frequencies', 'water-energy', { ...energy, task: 'freq' }, /frequencies/],
    ['other atoms', 'methanol-production', { ...production, atoms: 7 }, /6 atoms where 7/],
  ])('%s', (_, name, input, words) => {
    const { outcome, reason } = read(name, input)
    expect(outcome).toBe('failed')
    expect(reason).toMatch(words)
  })

  it('takes a solvent in the gas phase for a failure, too', () =>
    expect(read('water-energy', { ...energy, solvent: 'gas' }).category).toBe('bad-input'))
})

it('calls an energy that no molecule can have a failure, though the end is normal', () => {
  const { output } = fixture('water-energy')
  for (const energy of ['-20000000.123456789012', '      ********************', '                     NaN']) {
    const reader = readText(nwchem.reader(null), output.replace(/(Total DFT energy =).*/, `$1 ${energy}`))
    expect(reader.reading()).toMatchObject({ outcome: 'failed', category: 'scf-blow-up' })
  }
})

describe('several runs in one file', () => {
  const good = fixture('water-energy').output
  const bad = fixture('scf-not-converged').output
  it.each([
    ['a success after a failure', bad + good, 'completed'],
    ['a failure after a success', good + bad, 'failed'],
    ['a cut after a success', good + good.slice(0, -200), 'truncated'],
  ])('%s', (_, text, outcome) => expect(readText(nwchem.reader(null), text).reading().outcome).toBe(outcome))
})

describe('an output cut anywhere', () => {
  it.each(Object.keys(wanted))('%s: after no line but the last is it completed', name => {
    const { output, input } = fixture(name)
    const lines = output.trimEnd().split('\n')
    const reader = nwchem.reader(input)
    lines.forEach((line, i) => {
      expect(reader.reading().outcome, `before line ${i + 1}`).not.toBe('completed')
      reader.line(line, 'nwchem.out')
    })
  })

  it('is never completed, and shows no number that was cut', () => {
    const names = ['water-shielding', 'water-both-levels', 'mp2-energy', 'ccsd-t-energy']
    const texts = names.map(name => ({ ...fixture(name), numbers: new Set(fixture(name).output.match(/-?\d+\.\d+/g)) }))
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.double({ min: 0, max: 0.999, noNaN: true }), (text, part) => {
        const { output, input, numbers } = text
        const cut = output.slice(0, Math.floor(part * output.trimEnd().length))
        const { outcome, result, geometry } = readText(nwchem.reader(input), cut).reading()
        expect(outcome).not.toBe('completed')
        expect(outcome).not.toBe('failed')
        const shown = [result.dielectric, result.energy_hartree, ...(result.shieldings ?? []).map(s => s.sigma_ppm)]
        for (const number of shown) {
          if (number !== null) expect([...numbers].some(whole => Number(whole) === number)).toBe(true)
        }
        expect(geometry === null || geometry.length === 3).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('is unknown when it is no output of NWChem at all', () => {
    expect(nwchem.reader(null).reading()).toMatchObject({ outcome: 'unknown', category: null, evidence: [] })
    fc.assert(
      fc.property(fc.array(fc.string()), lines => {
        const reader = nwchem.reader(null)
        for (const line of lines) reader.line(line, 'nwchem.out')
        expect(reader.reading().outcome).toBe('unknown')
      }),
    )
  })

  it('never throws on lines of outputs in any order', () => {
    const lines = Object.keys(wanted).flatMap(name => fixture(name).output.split('\n'))
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...lines), { maxLength: 400 }), some => {
        const reader = nwchem.reader(fixture('water-shielding').input)
        for (const line of some) reader.line(line, 'nwchem.out')
        reader.reading()
      }),
      { numRuns: 200 },
    )
  })
})

it('hears stderr only where the output proves nothing', () => {
  const { output } = fixture('water-energy')
  const reader = readText(nwchem.reader(null), output)
  readText(reader, fixture('memory-not-there').stderr, 'stderr.txt')
  expect(reader.reading().outcome).toBe('completed')

  const silent = readText(nwchem.reader(null), fixture('memory-not-there').stderr, 'stderr.txt')
  expect(silent.reading()).toMatchObject({ outcome: 'failed', category: 'out-of-memory' })
})

describe('energies of methods that Larmor does not write', () => {
  const done =
    ' Task  times  cpu:        8.0s     wall:        8.2s\n Total times  cpu:        8.0s     wall:        8.2s\n'
  it.each([
    ['plane waves', ' Total PSPW energy   :  -0.2812783590E+01\n', -2.81278359],
    ['plane waves of a crystal', ' Total BAND energy   :  -0.3136414040E+02\n', -31.3641404],
    [
      'coupled cluster of the tensor contraction engine',
      '         Total SCF energy =    -74.963023129081\n CCSDT total energy / hartree       =       -75.012529107301887\n',
      -75.012529107301887,
    ],
    [
      'SCS-MP2 alone, as RI-MP2 prints it',
      '         Total SCF energy =   -526.816780174266\n          Total SCS-MP2 energy          -820.480391968660\n',
      -820.48039196866,
    ],
    [
      'SCS-MP2 below MP2',
      '         Total SCF energy =    -74.963023129081\n          Total MP2 energy           -74.998568775068\n          Total SCS-MP2 energy               -75.003918717275\n',
      -74.998568775068,
    ],
    ['spin-orbit DFT', '      Total SO-DFT energy =    -2649.123456789012\n', -2649.123456789012],
  ])('%s', (_, text, energy) => {
    const head = '             Northwest Computational Chemistry Package (NWChem) 7.0.2\n'
    const { outcome, result } = readText(programs.nwchem.reader(null), head + text + done).reading()
    expect({ outcome, energy: result.energy_hartree }).toEqual({ outcome: 'completed', energy })
    // One digit less is a number that was cut: it, or its rest, is none.
    const cut = readText(programs.nwchem.reader(null), head + text.trimEnd().slice(0, -1)).reading()
    const others = [...text.matchAll(/-\d+\.\d{12,}/g)].slice(0, -1).map(Number)
    expect([null, ...others]).toContain(cut.result.energy_hartree)
  })
})

it('an optimisation tells below what its gradient is to fall', () => {
  const { cycles } = read('water-optimisation-not-converged').figures
  expect(cycles.length).toBeGreaterThan(1)
  expect(new Set(cycles.map(({ target }) => target))).toEqual(new Set([0.00045]))
})
