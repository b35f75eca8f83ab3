import { expect, test } from 'vitest'
import { nwchem } from '../../../../shared/programs/nwchem/nwchem.ts'
import { type NwchemRepairs, repairedDeck } from '../../../../shared/programs/nwchem/repaired-deck.ts'

const DECK = `start x
memory total 20 mb
geometry units bohr noautosym # two atoms
  H 0 0 0
  h 0.0 0.0 1.4
end
basis
  * library sto-3g
end
dft
  iterations 3
  vectors input other.movecs output mine.movecs
end
task dft optimize`

const repair = (repairs: NwchemRepairs, deck = DECK, atoms: Parameters<typeof repairedDeck>[2]['atoms'] = null) =>
  repairedDeck(deck, repairs, { perRank: 900, atoms })

test.each<[string, NwchemRepairs, string]>([
  ['SCF help', { scf: 'cgmin' }, 'dft\n  iterations 300\n  cgmin\nend\ntask dft optimize'],
  [
    'damping',
    { scf: 'damp' },
    'dft\n  iterations 300\n  convergence damp 40 ncydp 30 lshift 0.5\nend\ntask dft optimize',
  ],
  ['cycles', { max_cycles: 200 }, 'driver\n  maxiter 200\nend\ntask dft optimize'],
  ['the Hessian', { hessian: true }, 'task dft hessian\ndriver\n  inhess 2\nend\ntask dft optimize'],
  ['direct', { direct: true }, 'dft\n  direct\nend\ntask dft optimize'],
  ['Cartesian', { cartesian: true }, 'geometry units bohr noautosym noautoz # two atoms'],
  ['memory', { memory: true }, 'start x\nmemory total 900 mb\ngeometry'],
  ['no restart', { no_restart: true }, '  vectors output mine.movecs\n'],
  [
    'orbitals',
    { vectors: { name: 'o.movecs', sha256: 'a', bytes: 1 } },
    'dft\n  vectors input o.movecs\nend\ntask dft optimize',
  ],
])('%s', (_, repairs, text) => {
  const deck = repair(repairs)
  expect(deck).toContain(text)
  expect(deck.split('\n').filter(line => /^\s*task dft opt/.test(line))).toHaveLength(1)
})

test('nothing changes without a repair', () => expect(repair({})).toBe(DECK))

test('every task of a deck has its settings, each theory in its own block', () => {
  const deck = repair({ scf: 'cgmin' }, 'task scf energy\n task DFT freq')
  expect(deck).toBe('scf\n  maxiter 300\nend\ntask scf energy\ndft\n  iterations 300\n  cgmin\nend\n task DFT freq')
})

test('a plain geometry is replaced, in angstrom; what else stands there stays, and says so', () => {
  const atoms = [
    ['H', 0, 0, 0.1],
    ['H', 0, 0, 0.9],
  ] as const
  expect(repair({}, DECK, atoms)).toContain('geometry noautosym units angstrom # two atoms\n  H ')
  const tagged = DECK.replace('  H 0 0 0', '  bq1 0 0 0')
  expect(repair({}, tagged, atoms)).toBe(
    `# the last geometry is not used: the one of this deck is no plain list of the same atoms\n${tagged}`,
  )
})

test('a restart of a whole database begins anew', () => {
  expect(repair({ no_restart: true }, 'RESTART big\ntask dft')).toBe('start big\ntask dft')
})

test('orbitals of which nobody knows whose task they are, are not used', () => {
  const vectors = { name: 'o.movecs', sha256: 'a', bytes: 1 }
  expect(repair({ vectors }, 'task dft\ntask dft')).toBe(
    '# o.movecs is not used: this deck has 2 tasks\ntask dft\ntask dft',
  )
})

test('a repair is part of what makes a calculation the same, memory and orbitals are not', () => {
  const files = [{ name: 'a.nw', sha256: 'a'.repeat(64), bytes: DECK.length }]
  const input = { kind: 'deck', files, main: 'a.nw' }
  const identity = (repairs: NwchemRepairs) =>
    JSON.stringify(nwchem.calculation({ ...input, repairs } as never, () => DECK))
  const plain = JSON.stringify(nwchem.calculation(input, () => DECK))
  expect(identity({ memory: true, vectors: { name: 'o.movecs', sha256: 'b'.repeat(64), bytes: 1 } })).toBe(plain)
  expect(identity({ scf: 'cgmin' })).not.toBe(plain)
})
