import { describe, expect, it } from 'vitest'
import { type OutputReading, programs } from '../../../../shared/programs/index.ts'
import { readText } from '../nwchem/read.ts'
import {
  convergence,
  cycle,
  errorEnd,
  finalEnergy,
  frequencies,
  geometry,
  head,
  mulliken,
  normalEnd,
  notConverged,
  optimisation,
  scf,
  shieldings,
  WATER,
} from './texts.ts'

function read(text: string, stderr = ''): OutputReading {
  const reader = readText(programs.orca.reader(null), text, 'orca.out')
  if (stderr !== '') readText(reader, stderr, 'stderr.txt')
  return reader.reading()
}

describe.each(['4.2.1', '5.0.4', '6.0.1', '6.1.0'])('ORCA %s', version => {
  it('an optimisation that converged, with every figure', () => {
    const { result, figures, geometry, kind, ...reading } = read(optimisation(3, true, version))
    expect(reading).toMatchObject({ outcome: 'completed', category: null })
    expect(reading.evidence[0]?.text).toBe('****ORCA TERMINATED NORMALLY****')
    expect(kind).toBe('opt')
    expect(result).toMatchObject({
      version,
      energy_hartree: -76.4,
      converged: true,
      terminated_normally: true,
      scf_cycles: 3,
      opt_cycles: 3,
      max_gradient: 0.0033333333,
      wall_s: 3723.456,
    })
    expect(figures.cycles).toEqual([
      { energy_hartree: -76.3, gradient: 0.01, target: 0.0003 },
      { energy_hartree: -76.301, gradient: 0.005, target: 0.0003 },
      { energy_hartree: -76.302, gradient: 0.0033333333, target: 0.0003 },
    ])
    expect(figures).toMatchObject({ mulliken: [-0.6, 0.3, 0.3], dipole_debye: 2.1351 })
    expect(geometry).toEqual(WATER)
  })

  it('an optimisation that ended normally without having converged', () => {
    const { outcome, category, evidence, result } = read(optimisation(3, false, version))
    expect({ outcome, category }).toEqual({ outcome: 'failed', category: 'opt-not-converged' })
    expect(evidence[0]?.text).toContain('did not converge but reached the maximum')
    expect(result).toMatchObject({ converged: false, terminated_normally: true, energy_hartree: -76.302 })
  })
})

const start = head() + geometry()

describe('what did not converge, though ORCA ended normally', () => {
  it.each([
    [
      'the SCF',
      start + scf(125, -76, false) + finalEnergy(-76, ' (Wavefunction not fully converged!)'),
      'scf-not-converged',
    ],
    [
      'the SCF, said at the energy only',
      start + finalEnergy(-76, '   (SCF not fully converged!)'),
      'scf-not-converged',
    ],
    [
      'coupled cluster',
      `${start}${scf(9, -76)}The CCSD iterations have NOT converged\n${finalEnergy(-76)}`,
      'post-scf-not-converged',
    ],
    [
      'an optimisation that stops after a cycle',
      start + cycle(1) + scf(9, -76) + finalEnergy(-76) + convergence(0.1, false),
      'opt-not-converged',
    ],
    ['an SCF that ran away', start + scf(9, -2e7) + finalEnergy(-2e7), 'scf-blow-up'],
    ['an SCF without a number', `${start}FINAL SINGLE POINT ENERGY                   nan\n`, 'scf-blow-up'],
  ])('%s', (_, text, category) => {
    expect(read(text + normalEnd)).toMatchObject({ outcome: 'failed', category })
  })
})

describe('what stops ORCA', () => {
  it.each([
    ['scf-not-converged', scf(125, -76, false) + errorEnd('SCF')],
    [
      'out-of-memory',
      ` Error  (ORCA_SCF): Not enough memory available!\n       ====>        Please increase MaxCore to more than:          289 MB\n\n[file orca_scf/orca_scf.cpp, line 2720, Process 0]: Error (ORCA_SCF): ... aborting the run\n${errorEnd('SCF')}`,
    ],
    [
      'too-many-cores',
      `Error (ORCA_MDCI): Number of processes (16) in parallel calculation exceeds number of pairs (10)\n${errorEnd('MDCI')}`,
    ],
    [
      'missing-basis',
      '[file orca_main/maininp2.cpp, line 2348]:    The basis set was either not assigned or not available for this element - Aborting the run\n',
    ],
    [
      'missing-basis',
      '               ** There are no CABS   basis functions on atom number   2 (Br) **\n[file orca_main/maininp2.cpp, line 2348]:    ... aborting the run\n',
    ],
    [
      'multiplicity',
      'Error : multiplicity (2) is even and number of electrons (152) is even -> impossible\n[file orca_main/main.cpp, line 99]: ... aborting the run\n',
    ],
    [
      'bad-input',
      '                                 INPUT ERROR\n            UNRECOGNIZED OR DUPLICATED KEYWORD(S) IN SIMPLE INPUT LINE\n             XTB1   \n[file orca_main/maininp4.cpp, line 8728]: \n',
    ],
    [
      'geometry',
      '   Zero distance encountered between atoms 1 and 2 - check your input\n[file orca_tools/x.cpp, line 1]: aborting\n',
    ],
    ['internals', `${cycle(4)}Error (ORCA_GSTEP): The lambda equations have not converged\n${errorEnd('GSTEP')}`],
    ['missing-file', `Error (ORCA_GUESS): Cannot open input file old.gbw\n${errorEnd('GUESS')}`],
    ['disk', `Error: No space left on device\n${errorEnd('SCF')}`],
    ['post-scf-not-converged', `The Coupled-Cluster iterations have NOT converged\n${errorEnd('MDCI')}`],
    [
      'post-scf-not-converged',
      `               --- The CCSD iterations have NOT converged ---\n\n\n${finalEnergy(-76, '   (Wavefunction not fully converged!)')}\n   ----------\n              ERROR\n     This wavefunction IS NOT FULLY CONVERGED! \n     Aborting the run ...\n\n`,
    ],
    ['response-not-converged', `${scf(9, -76)}   THE CP-SCF CALCULATION IS UNCONVERGED\n${errorEnd('SCFRESP')}`],
    ['response-not-converged', `${scf(9, -76)}   DIAGONALIZATION NOT CONVERGED\n${errorEnd('CIS')}`],
    [
      'scf-not-converged',
      `                    *           SCF NOT CONVERGED AFTER 125 CYCLES      *\n  This wavefunction IS NOT CONVERGED!\nError  (ORCA_LEANSCF): ... aborting the run\n\n${errorEnd('LEANSCF')}`,
    ],
    ['bad-input', 'ERROR: found a coordinate definition block without END\n[file orca_main/maininp4.cpp, line 9]: \n'],
    [
      'opt-not-converged',
      `${scf(9, -76)}NEB optimization has not converged within the maximum number of iterations\n                             ****ORCA TERMINATED NORMALLY****\n`,
    ],
    ['out-of-memory', `OUT OF MEMORY ERROR!\n${errorEnd('MDCI')}`],
    ['crash-unknown', errorEnd('GTOInt')],
  ])('%s', (category, text) => {
    const reading = read(start + text)
    expect(reading).toMatchObject({ outcome: 'failed', category })
    expect(reading.evidence.length).toBeGreaterThan(0)
    expect(text).toContain(reading.evidence[0]?.text)
  })

  it('memory: the process that asks for most is the first piece of evidence', () => {
    const asks = [120.5, 6735.6, 80].map(
      (mb, i) => `Process ${i}:    Please increase MaxCore - by at least ( ${mb} MB)\n`,
    )
    expect(read(start + asks.join('') + errorEnd('MDCI')).evidence[0]?.text).toContain('6735.6 MB')
  })
})

it('reads an optimisation of ORCA 2, whose cycles have another energy and fewer decimals', () => {
  const step = (n: number, energy: string, gradient: string) =>
    `${cycle(n)}${geometry()}Current Energy                          ....  ${energy} Eh\n          MAX gradient        ${gradient}            0.00030000      NO\n`
  const text = `${head({ version: '2.6' }).replace(' -  RELEASE  -', ' - Revision 00 -')}${step(1, '-384.658792711', '0.02515898')}${step(2, '-384.666644552', '0.00015989')}
                    ***        THE OPTIMIZATION HAS CONVERGED     ***
FINAL SINGLE POINT ENERGY     -384.666614760
`
  const { outcome, result, figures } = read(text + normalEnd)
  expect(outcome).toBe('completed')
  expect(result).toMatchObject({
    version: '2.6',
    energy_hartree: -384.66661476,
    max_gradient: 0.00015989,
    opt_cycles: 2,
  })
  expect(figures.cycles).toEqual([
    { energy_hartree: -384.658792711, gradient: 0.02515898, target: 0.0003 },
    { energy_hartree: -384.666644552, gradient: 0.00015989, target: 0.0003 },
  ])
})

describe('what is no failure', () => {
  const done = scf(9, -76) + finalEnergy(-76) + normalEnd
  it.each([
    [
      'words of errors in the echoed input',
      head({
        input: [
          '# SCF NOT CONVERGED AFTER 99 CYCLES',
          '! HF',
          '# ORCA finished by error termination in SCF',
          '# ****ORCA TERMINATED NORMALLY****',
        ],
      }) +
        geometry() +
        done,
    ],
    [
      'harmless words',
      `${start}   Startup error  0.1\n DIIS error 0.01\n   ABORTING THE RUN?  no, SOSCF goes on\nError larger than 1e-3: 0\n${done}`,
    ],
    ['advice about memory that went well', `${start}Please increase MaxCore to speed this up: 100 MB\n${done}`],
    [
      'an SCF that did not converge in an earlier cycle',
      start +
        cycle(1) +
        scf(125, -76, false) +
        cycle(2) +
        scf(9, -76) +
        finalEnergy(-76) +
        convergence(0.0001, true) +
        normalEnd,
    ],
    [
      'coupled cluster that converged at the second try',
      `${start}The Coupled-Cluster iterations have NOT converged\nThe Coupled-Cluster iterations have converged\n${done}`,
    ],
    [
      'a scan with several optimisations',
      head() +
        [1, 2].map(() => cycle(1) + geometry() + scf(9, -76) + finalEnergy(-76) + convergence(0.0001, true)).join('') +
        normalEnd,
    ],
    [
      'three jobs with one end',
      start + scf(9, -76) + finalEnergy(-76) + geometry() + scf(8, -77) + finalEnergy(-77) + geometry() + done,
    ],
    ['a second run after one that was cut', start + scf(9, -76) + start + done],
  ])('%s', (_, text) => expect(read(text)).toMatchObject({ outcome: 'completed', category: null }))
})

describe('an output that stops', () => {
  const cut = start + cycle(1) + scf(9, -76)
  it('is truncated, with its last line', () => {
    expect(read(cut)).toMatchObject({ outcome: 'truncated', category: null })
    expect(read(cut).result).toMatchObject({ terminated_normally: null, converged: null })
  })
  it('whose scheduler says why in it, too', () => {
    const said = 'slurmstepd: error: *** JOB 12 ON node CANCELLED AT 2026-01-01T00:00:00 DUE TO TIME LIMIT ***\n'
    expect(read(cut + said)).toMatchObject({ outcome: 'truncated', category: 'time-limit' })
  })
  it('whose stderr says why', () => {
    expect(read(cut, 'slurmstepd: error: Detected 1 oom-kill event(s) in StepId=1.0.\n')).toMatchObject({
      outcome: 'failed',
      category: 'out-of-memory',
    })
    expect(
      read(cut, 'mpirun noticed that process rank 0 with PID 1 on node n exited on signal 9 (Killed).\n'),
    ).toMatchObject({ outcome: 'truncated', category: 'killed' })
  })
  it('after a warning about memory long before is no failure of memory', () => {
    const advice = 'Please increase MaxCore to more than: 100 MB\n'
    expect(read(start + advice + 'more\n'.repeat(60))).toMatchObject({ outcome: 'truncated', category: null })
  })
  it('of a second run counts, not the first one’s end', () => {
    expect(read(optimisation() + cut)).toMatchObject({ outcome: 'truncated' })
  })
})

describe('tables', () => {
  it('shieldings, 1-based', () => {
    const { result, kind } = read(
      start +
        shieldings([
          [0, 'O', 320.5],
          [2, 'H', 30.123],
        ]) +
        normalEnd,
    )
    expect(kind).toBe('nmr')
    expect(result.shieldings).toEqual([
      { atom: 1, element: 'O', sigma_ppm: 320.5 },
      { atom: 3, element: 'H', sigma_ppm: 30.123 },
    ])
  })
  it('frequencies without the zeros, imaginary ones counted', () => {
    const { figures } = read(start + frequencies([0, 0, 0, 0, 0, 0, -470.41, 43.87, 1600]) + normalEnd)
    expect(figures).toMatchObject({ frequencies: [-470.41, 43.87, 1600], imaginary: 1 })
  })
  it('charges of open shells', () => {
    expect(
      read(
        start +
          mulliken(
            [
              ['O', -0.5],
              ['H', 0.5],
            ],
            true,
          ),
      ).figures.mulliken,
    ).toEqual([-0.5, 0.5])
  })
  it('ghosts, point charges and dummies are no atoms', () => {
    expect(
      read(
        head() +
          geometry([
            ['O', 0, 0, 0],
            ['H :', 1, 0, 0],
            ['Q', 2, 0, 0],
            ['DA', 3, 0, 0],
          ] as never),
      ).geometry,
    ).toEqual([['O', 0, 0, 0]])
  })
  it.each([
    ['geometry', (r: OutputReading) => r.geometry, geometry()],
    [
      'charges',
      (r: OutputReading) => r.figures.mulliken,
      mulliken([
        ['O', -0.5],
        ['H', 0.5],
      ]),
    ],
    ['shieldings', (r: OutputReading) => r.result.shieldings, shieldings([[0, 'O', 320.5]])],
    ['frequencies', (r: OutputReading) => r.figures.frequencies, frequencies([1, 2, 3])],
  ])('a table of %s that is cut counts for nothing', (_, of, text) => {
    const whole = of(read(head() + text))
    expect(whole).not.toBeNull()
    for (let length = 0; length < text.length; length += 7) {
      const found = of(read(head() + text.slice(0, length)))
      if (found !== null) expect(found).toEqual(whole)
    }
  })
  it('an energy that is cut counts for nothing', () => {
    expect(read(`${start}FINAL SINGLE POINT ENERGY       -76.4012`).result.energy_hartree).toBeNull()
  })
})

it('the message about the maximum of cycles stands before the end of the last of several jobs, too', () => {
  expect(read(optimisation(2, false) + optimisation(2, true))).toMatchObject({ outcome: 'completed' })
  expect(read(optimisation(2, true) + optimisation(2, false))).toMatchObject({ outcome: 'failed' })
  expect(notConverged).toContain('maximum number of')
})
