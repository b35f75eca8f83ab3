/**
 * `node resources/delta50/write-table.mjs FACTS [TO]`: writes table.json and sigma-si-geometries.json from the facts that were
 * collected from the paper's Supporting Information: FACTS holds delta50.json (atoms, shifts as printed and as corrected)
 * and nwchem-b3lyp.json (shieldings computed on the geometries of the SI). Values are carried over, rows are ours: one
 * line a molecule, so that a change is seen.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [, , facts, to = fileURLToPath(new URL('.', import.meta.url))] = process.argv
if (facts === undefined) throw new Error('which folder holds delta50.json and nwchem-b3lyp.json?')
const read = name => JSON.parse(readFileSync(join(facts, name), 'utf8'))
const write = (name, text) => writeFileSync(join(to, name), text)
const nuclei = { H: '1H', C: '13C' }

const corrections = [
  'anisole 13C: the numbering of the shift column is rotated by one against the coordinates (C1 bears the oxygen): C1 159.55, C2 and C6 113.90, C3 and C5 129.45, C4 120.65. Certain.',
  'DMF, N-methyl carbons: C4 (trans to O) 36.48 and C5 (cis to O) 31.44, which the SI has the other way round: the methyl syn to O is upfield, as the SI itself has it for DMAc, and the calculation gives 33.98 and 27.79 ppm. Confirmed.',
  'DMF, N-methyl hydrogens: 2.89 (H10-12) and 2.96 (H7-9) follow the carbons by HSQC; the calculation (2.86 and 2.82) is too close to prove it.',
  'coordinates, where the SI has typing errors: propionitrile (C4 x +1.519806), isoxazole (H6 y 2.192680, H7 y 0.696740), pyrimidine (C2 z -1.309221), pyridazine (row 9 is H), cyclopentane (H15 y -1.344896), N-methylpyrrolidine (C4 z 1.157016, C6 z 0.778520, H7 z 0, H8 z -0.886306), cyclohexane (H17 z -0.146953).',
  'names: 15 is 2-methyl-2-nitropropane (not t-butyl nitrate), 25 is pyridazine (1,2-diazine).',
]

const table = read('delta50.json')
const rows = Object.entries(table.molecules).map(([id, { number, name, smiles, formula, atoms }]) => ({
  id,
  number,
  name,
  smiles,
  formula,
  atoms: atoms.map(({ element, xyz }) => [element, ...xyz.map(x => x.toFixed(6))].join(' ')),
  environments: environmentsOf(atoms),
}))

/** Atoms of one signal together; what the SI printed stands beside a corrected shift. */
function environmentsOf(atoms) {
  const groups = new Map()
  for (const { index, element, env, delta_exp_ppm: delta, delta_as_printed_in_SI: printed } of atoms) {
    if (delta === null) continue
    const group = groups.get(env) ?? { nucleus: nuclei[element], atoms: [], delta_ppm: delta }
    if (group.delta_ppm !== delta) throw new Error(`${env} has two shifts`)
    group.atoms.push(index)
    if (printed !== delta) group.printed_ppm = printed
    groups.set(env, group)
  }
  return [...groups.values()]
}

const count = nucleus =>
  rows.flatMap(({ environments }) => environments.filter(each => each.nucleus === nucleus)).length
if (rows.length !== 50 || count('1H') !== 114 || count('13C') !== 143)
  throw new Error('not the 50 molecules of the paper')

const head = {
  about:
    'DELTA50: 1H and 13C shifts of 50 molecules, one line a molecule. Atoms in the order and with the coordinates (angstrom) of the SI; in environments they are counted from 1. Score one environment once.',
  source:
    'Cohen, Wood, Lam, Buevich, Sherer, Reibarkh, Williamson, Martin: DELTA50, Molecules 2023, 28(6), 2449, Supporting Information I, doi 10.3390/molecules28062449',
  licence: 'CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/); changed: the corrections below',
  conditions: 'CDCl3, 298 K, 600 MHz, at most 10 mM, TMS 0.00 ppm',
  geometries: 'B3LYP/6-31G(d), gas phase, Gaussian 16 C.01; the dominant conformer (at least 98 %)',
  smiles: 'perceived from the coordinates with Open Babel 3.1.1, canonical by RDKit 2022.09.3',
  corrections,
}
write('table.json', document(head, 'molecules', rows))

const computed = read('nwchem-b3lyp.json')
const sigma = Object.entries(computed.sigma_ppm).map(([id, byAtom]) => ({
  id,
  cpu_s: computed.cpu_s_one_rank[id],
  sigma_ppm: Object.keys(byAtom).map((_, i) => byAtom[i + 1]),
}))
write(
  'sigma-si-geometries.json',
  document(
    {
      about:
        'Isotropic shieldings (ppm) of DELTA50 molecules, in the atom order of table.json; CPU seconds on one rank.',
      program: 'nwchem',
      program_version: '7.0.2',
      level: 'B3LYP/6-311+G(2d,p)',
      geometry: 'B3LYP/6-31G(d) gas phase, of the SI',
      solvent: 'cdcl3',
      source:
        "NWChem 7.0.2 (Debian), Larmor's shielding deck (direct, COSMO chloroform) on the coordinates of table.json",
    },
    'molecules',
    sigma,
  ),
)

function document(head, name, rows) {
  const lines = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`)
  const body = rows.map(row => `    ${JSON.stringify(row)}`).join(',\n')
  return `{\n${lines.join('\n')}\n  ${JSON.stringify(name)}: [\n${body}\n  ]\n}\n`
}
