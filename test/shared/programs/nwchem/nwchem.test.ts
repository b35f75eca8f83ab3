import { describe, expect, it } from 'vitest'
import type { JobResult } from '../../../../shared/model/job.ts'
import { type NwchemCalculation, programs } from '../../../../shared/programs/index.ts'
import { FaultError, type Result } from '../../../../shared/result.ts'
import { fixture, geometries } from './fixtures.ts'

const { nwchem } = programs
const resources = { ranks: 1, memory_mb: 1000, seconds: 600 }
const input: NwchemCalculation = {
  kind: 'calculation',
  task: 'opt+nmr',
  geometry: { sha256: 'f'.repeat(64), bytes: 200 },
  atoms: 6,
  title: 'methanol',
  charge: 0,
  multiplicity: 1,
  xc: 'B3LYP',
  basis: '6-31G*',
  shielding: { xc: 'B3LYP', basis: '6-311+G(2d,p)' },
  solvent: 'cdcl3',
  max_cycles: 50,
  autoz: true,
}

function deck(
  change: Partial<NwchemCalculation> = {},
  more: Partial<typeof resources> = {},
  xyz = geometries.methanol,
) {
  const [file, ...others] = nwchem.files({ ...input, ...change }, { ...resources, ...more }, () => xyz)
  expect(others).toEqual([])
  return file && 'text' in file ? file.text : ''
}

function fieldOf(result: Result<void>): string | undefined {
  return result.ok ? undefined : result.fault.field
}

describe('decks', () => {
  it.each([
    'methanol-production',
    'water-both-levels',
    'water-energy',
    'water-frequencies',
    'water-frequencies-in-solvent',
    'water-optimisation-not-converged',
    'water-shielding',
  ] as const)('are those that NWChem ran: %s', name => {
    const fix = fixture(name)
    const xyz = name.startsWith('methanol') ? geometries.methanol : geometries.water
    expect(nwchem.files(fix.input, resources, () => xyz)).toEqual([{ name: 'larmor.nw', text: fix.deck }])
  })

  it('optimise in Cartesian coordinates when asked', () => {
    expect(deck({ autoz: false })).toContain('geometry units angstrom noautosym noautoz\n')
  })

  it('have the charge, the multiplicity and the number of cycles', () => {
    const text = deck({ task: 'opt', charge: -1, multiplicity: 2, max_cycles: 7 })
    expect(text).toContain('\ncharge -1\n')
    expect(text).toContain('\n  mult 2\n')
    expect(text).toContain('\n  maxiter 7\n')
  })

  describe('with a cavity of UFF radii', () => {
    const [cosmo, plain] = [
      'cosmo\n  do_gasphase False\n  solvent chcl3\n  radius 2.1181\n         1.9250\n         1.5873\n         1.5873\nend\n',
      'cosmo\n  do_gasphase False\n  solvent chcl3\nend\n',
    ]
    const formaldehyde = '4\nx\nC 0 0 0\nO 0 0 1.2\nH 0.94 0 -0.6\nH -0.94 0 -0.6\n'
    const of = (change: Partial<NwchemCalculation>) => deck({ atoms: 4, ...change }, {}, formaldehyde)
    const uff = { xc: 'B3LYP', basis: '6-311+G(2d,p)', cavity: 'UFF' } as const

    it('each atom has its radius, in their order', () => {
      expect(of({ task: 'nmr', shielding: uff })).toContain(`end\n${cosmo}basis`)
      expect(of({ task: 'opt', cavity: 'UFF' })).toContain(`end\n${cosmo}basis`)
    })

    it('shieldings alone have it, where the optimisation has none', () => {
      const text = of({ shielding: uff })
      expect(text).toContain(`end\n${plain}basis`)
      // A second block would keep the radii of the first.
      expect(text).toContain(`task dft optimize\nunset dft:*\nunset cosmo:*\n${cosmo}basis`)
      expect(of({ cavity: 'UFF' })).toContain(`task dft optimize\nunset dft:*\nunset cosmo:*\n${plain}basis`)
      expect(of({ cavity: 'UFF', shielding: uff }).match(/^cosmo$/gm)).toHaveLength(1)
    })

    it('is refused in the gas phase, and by any other name', () => {
      const check = (change: object) => nwchem.check({ ...input, ...change } as never, resources)
      expect(fieldOf(check({ shielding: uff, solvent: 'gas' }))).toBe('solvent')
      expect(fieldOf(check({ shielding: { ...uff, cavity: 'Bondi' } }))).toBe('shielding')
      expect(fieldOf(check({ cavity: 'Bondi' }))).toBe('cavity')
      expect(check({ shielding: uff }).ok).toBe(true)
    })
  })

  it('keep the order of the atoms, and mind no case or line end', () => {
    const text = deck({ atoms: 3 }, {}, '3\r\nx\r\nh 0 0 0\r\nCL 1 0 0\r\nH  0 1e-1 0\r\n')
    expect(text.match(/^ {2}(H|Cl) .*$/gm)).toEqual([
      '  H      0.00000000     0.00000000     0.00000000',
      '  Cl     1.00000000     0.00000000     0.00000000',
      '  H      0.00000000     0.10000000     0.00000000',
    ])
  })

  it('cannot be broken by a title', () => {
    const text = deck({ title: '"\ntask shell "rm -rf /" # ; \\ end\u0000ü'.repeat(9) })
    const title = text.split('\n').find(line => line.startsWith('title'))
    expect(title).toMatch(/^title "[A-Za-z0-9 /-]{1,70}"$/)
    expect(text.match(/^task/gm)).toHaveLength(2)
  })

  it('say the memory of a rank, and how it comes about', () => {
    const text = deck({}, { ranks: 4, memory_mb: 4001 })
    expect(text).toContain('\nmemory total 900 mb\n')
    expect(text).toContain('# Memory: 4001 MB for the job / 4 ranks - 100 MB for NWChem itself = 900 MB a rank.')
  })

  it.each([
    ['an empty geometry', ''],
    ['one that is cut', geometries.methanol.slice(0, 120)],
    ['an element that is none', geometries.methanol.replace('O ', 'Qq')],
    ['a position that is none', geometries.methanol.replace('0.663600', 'nan')],
    ['another number of atoms', geometries.water],
  ])('are not written for %s', (_, xyz) => {
    expect(() => deck({}, {}, xyz)).toThrow(FaultError)
  })
})

describe('check', () => {
  it('accepts what the decks are made of', () => expect(nwchem.check(input, resources)).toEqual({ ok: true }))

  it.each<[string, object, string]>([
    ['an unknown solvent', { solvent: 'cdcl4' }, 'solvent'],
    ['an unknown functional', { xc: 'B4LYP' }, 'xc'],
    ['wB97X-D, which NWChem does not have', { xc: 'wB97X-D' }, 'xc'],
    ['an unknown basis set', { basis: '7-31G' }, 'basis'],
    ['an unknown basis set of the shieldings', { shielding: { xc: 'B3LYP', basis: 'x' } }, 'basis'],
    ['a functional without shieldings', { shielding: { xc: 'M06-L', basis: '6-31G*' } }, 'xc'],
    ['shieldings of an open shell', { multiplicity: 2 }, 'mult'],
    ['a broken charge', { charge: 0.5 }, 'charge'],
    ['no multiplicity', { multiplicity: 0 }, 'mult'],
    ['no atoms', { atoms: 0 }, 'geometry'],
    ['no geometry', { geometry: null }, 'geometry'],
    ['no cycles', { max_cycles: 0 }, 'max_cycles'],
    ['an unknown task', { task: 'md' }, 'task'],
    ['a level without a basis set', { shielding: { xc: 'B3LYP' } }, 'shielding'],
    ['neither deck nor calculation', { kind: 'other' }, 'input'],
  ])('refuses %s', (_, change, field) => {
    const result = nwchem.check({ ...input, ...change }, resources)
    expect(fieldOf(result)).toBe(field)
    expect(result.ok || result.fault.code).toBe('bad-input')
  })

  it('points to ORCA for wB97X-D', () => {
    const result = nwchem.check({ ...input, xc: 'wB97X-D' }, resources)
    expect(result.ok || result.fault.hint).toContain('ORCA')
  })

  it('allows an optimisation of an open shell, and one with a functional without shieldings', () => {
    const change = { task: 'opt', multiplicity: 2, xc: 'M06-2X', shielding: null } as const
    expect(nwchem.check({ ...input, ...change }, resources).ok).toBe(true)
  })

  it.each([
    [299, 1, 'memory'],
    [300, 1, undefined],
    [599, 2, 'memory'],
    [600, 2, undefined],
    [1000, 0, 'ranks'],
  ])('%d MB for %d ranks: %s', (memory_mb, ranks, field) => {
    expect(fieldOf(nwchem.check(input, { ...resources, memory_mb, ranks }))).toBe(field)
  })

  it('refuses a deck that is not among its files, or that the output would overwrite', () => {
    const file = (name: string) => ({ name, sha256: '0', bytes: 1 })
    expect(fieldOf(nwchem.check({ kind: 'deck', files: [file('a.nw')], main: 'b.nw' }, resources))).toBe('main')
    expect(fieldOf(nwchem.check({ kind: 'deck', files: [file('nwchem.out')], main: 'nwchem.out' }, resources))).toBe(
      'files',
    )
    expect(nwchem.check({ kind: 'deck', files: [file('a.nw')], main: 'a.nw' }, resources).ok).toBe(true)
  })
})

describe('the line that runs it', () => {
  it.each([
    ['nwchem', 1, 'nwchem larmor.nw'],
    ['nwchem', 4, 'mpirun -np 4 --bind-to none nwchem larmor.nw'],
    ['/opt/nwchem/bin/nwchem', 2, 'mpirun -np 2 --bind-to none /opt/nwchem/bin/nwchem larmor.nw'],
    ['apptainer exec nw.sif nwchem', 1, 'apptainer exec nw.sif nwchem larmor.nw'],
    ['srun -n {ranks} nwchem', 8, 'srun -n 8 nwchem larmor.nw'],
    ['/usr/bin/mpiexec -n {ranks} nwchem', 1, '/usr/bin/mpiexec -n 1 nwchem larmor.nw'],
    ['"/opt/my programs/nwchem"', 1, "'/opt/my programs/nwchem' larmor.nw"],
    ['nwchem; rm -rf x', 1, "'nwchem;' rm -rf x larmor.nw"],
  ])('%s, %d', (executable, ranks, line) => {
    expect(nwchem.command(input, { ...resources, ranks }, executable).sh).toBe(line)
  })

  it('names a person’s own deck', () => {
    const own = { kind: 'deck', files: [{ name: 'my deck.nw', sha256: '0', bytes: 1 }], main: 'my deck.nw' }
    expect(nwchem.command(own, resources, 'nwchem').sh).toBe("nwchem 'my deck.nw'")
  })
})

describe('the identity of a calculation', () => {
  const identity = (change: Partial<NwchemCalculation> = {}, xyz = geometries.methanol) =>
    JSON.stringify(nwchem.calculation({ ...input, ...change }, () => xyz))

  it.each<[string, string]>([
    ['the title', identity({ title: 'other' })],
    ['spelling', identity({ xc: 'b3lyp', basis: '6-31g(d)', solvent: 'chloroform' })],
    ['how the geometry is written', identity({}, geometries.methanol.replaceAll('000\n', '0000 \n'))],
  ])('is the same whatever %s', (_, other) => expect(other).toBe(identity()))

  it.each<[string, string]>([
    ['the solvent', identity({ solvent: 'gas' })],
    ['the level', identity({ shielding: null })],
    ['the task', identity({ task: 'opt' })],
    ['the charge', identity({ charge: 1 })],
    ['the geometry', identity({}, geometries.methanol.replace('0.663600', '0.663601'))],
  ])('changes with %s', (_, other) => expect(other).not.toBe(identity()))

  it('leaves out of a person’s deck what does not change its result', () => {
    const own = { kind: 'deck', files: [{ name: 'a.nw', sha256: '0', bytes: 1 }], main: 'a.nw' }
    const plain = nwchem.calculation(own, () => 'start x\ncharge 0\ntask dft energy\n')
    expect(
      nwchem.calculation(own, () => '# c\ntitle "t"\nSTART y\nmemory 1 gb\n  charge   0\ntask dft energy'),
    ).toEqual(plain)
    expect(nwchem.calculation(own, () => 'start x\ncharge 1\ntask dft energy\n')).not.toEqual(plain)
    expect(nwchem.calculation(own, () => 'restart x\ntask dft energy\n')).toBeNull()
    expect(nwchem.calculation(own, () => 'start x\ndft; vectors input /home/a.movecs; end\n')).toBeNull()
    expect(nwchem.calculation(own, () => 'start x\ngeometry; load ../a.xyz; end\n')).toBeNull()
    expect(nwchem.calculation(own, () => 'start x\ngeometry; load ./../a.xyz; end\n')).toBeNull()
    expect(nwchem.calculation(own, () => 'start x\ngeometry; load ./a.xyz; end\n')).not.toBeNull()
  })
})

describe('restart', () => {
  const last = { geometry: { sha256: 'e'.repeat(64), bytes: 210 } } as JobResult
  it('goes on from the last geometry of an optimisation', () => {
    expect(nwchem.restart(input, last)).toEqual({ ...input, geometry: last.geometry })
  })
  it.each([
    ['nothing was read', input, null],
    ['there is no geometry', input, { ...last, geometry: null }],
    ['nothing was optimised', { ...input, task: 'nmr' }, last],
  ] as const)('is the same input where %s', (_, from, result) => expect(nwchem.restart(from, result)).toEqual(from))
})

it('asks for the contents that its files are made of', () => {
  expect(nwchem.contents(input)).toEqual([input.geometry])
})
