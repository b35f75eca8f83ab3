import { expect, test } from 'vitest'
import { type OrcaRepairs, repairedDeck } from '../../../../shared/programs/orca/repaired-deck.ts'

const INPUT = `! B3LYP def2-SVP Opt PAL4 MORead # a comment
%maxcore 500
%pal nprocs 4 end
%moinp "old.gbw"
* xyz 0 1
H 0 0 0
H 0 0 0.8
*
`
const repair = (repairs: OrcaRepairs, atoms: Parameters<typeof repairedDeck>[2]['atoms'] = null, text = INPUT) =>
  repairedDeck(text, repairs, { maxcore: 900, ranks: 2, atoms, orbitals: 'restart.gbw' })

test.each<[string, OrcaRepairs, string]>([
  ['SCF help', { scf: 'slow' }, '! SlowConv\n%scf MaxIter 500 end\n* xyz 0 1'],
  ['more of it', { scf: 'very-slow' }, '! VerySlowConv\n%scf MaxIter 1000 end\n* xyz 0 1'],
  ['coupled cluster', { post_scf: true }, '%mdci MaxIter 200 end\n* xyz'],
  ['cycles', { max_cycles: 200 }, '%geom MaxIter 200 end\n* xyz'],
  ['the Hessian', { hessian: true }, '%geom Calc_Hess true Recalc_Hess 10 end\n* xyz'],
  ['Cartesian', { cartesian: true }, '! B3LYP def2-SVP COpt PAL4'],
  ['orbitals', { orbitals: { sha256: 'a', bytes: 1 } }, '! MORead\n%moinp "restart.gbw"\n* xyz'],
])('%s', (_, repairs, text) => expect(repair(repairs)).toContain(text))

test('nothing changes without a repair', () => expect(repair({})).toBe(INPUT))

test('memory and processes are those of the resources, once', () => {
  const input = repair({ resources: true })
  expect(input).toMatch(/^%maxcore 900\n%pal nprocs 2 end\n! B3LYP def2-SVP Opt MORead/)
  expect(input.match(/%maxcore|%pal|pal4/gi)).toHaveLength(2)
})

test('without a restart it reads no orbitals', () => {
  expect(repair({ no_restart: true })).not.toMatch(/MORead|moinp/)
})

test('a plain geometry is replaced, another one stays and says so', () => {
  const atoms = [
    ['H', 0, 0, 0.1],
    ['H', 0, 0, 0.9],
  ] as const
  expect(repair({}, atoms)).toMatch(/\* xyz 0 1\n {2}H +0\.0+ +0\.0+ +0\.10+\n {2}H .*\n\*\n$/)
  const file = '! HF\n* xyzfile 0 1 a.xyz\n'
  expect(repair({}, atoms, file)).toBe(
    `# the last geometry is not used: the one of this input is no plain list of the same atoms\n${file}`,
  )
})

test('each job of several in one input has its settings', () => {
  const two = '! HF\n* xyzfile 0 1 a.xyz\n$new_job\n! NMR\n* xyzfile 0 1 b.xyz\n'
  expect(repair({ max_cycles: 9 }, null, two).match(/%geom MaxIter 9 end\n\*/g)).toHaveLength(2)
})
