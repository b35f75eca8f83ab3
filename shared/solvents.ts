import { badInput, ok, type Result } from './result.ts'

/** A solvent as an NMR chemist names it, with the dielectric continuum that stands for it. */
export interface Solvent {
  /** Kept in plans and decks: lower case, stable for ever. */
  readonly id: string
  /** The name on the bottle. */
  readonly label: string
  /** NWChem's COSMO name, at most 8 letters; null for the gas phase. */
  readonly nwchem: string | null
  /** Static relative permittivity; 1 for the gas phase. */
  readonly dielectric: number
}

interface Entry extends Solvent {
  readonly names: readonly string[]
}

/**
 * Every solvent that Larmor offers. The dielectric constants are those that NWChem 7.0.2 prints (`dielec:`) for its
 * own names, from the Minnesota Solvent Descriptor Database. A deuterated solvent has the continuum of the plain one.
 */
const entries: readonly Entry[] = [
  { id: 'cdcl3', label: 'CDCl3', nwchem: 'chcl3', dielectric: 4.7113, names: ['CHCl3', 'chloroform'] },
  { id: 'dmso', label: 'DMSO-d6', nwchem: 'dmso', dielectric: 46.826, names: ['DMSO', 'dimethyl sulfoxide'] },
  { id: 'd2o', label: 'D2O', nwchem: 'water', dielectric: 78.4, names: ['H2O', 'water'] },
  { id: 'cd3od', label: 'CD3OD', nwchem: 'methanol', dielectric: 32.613, names: ['methanol', 'MeOH', 'CH3OH', 'MeOD'] },
  { id: 'c6d6', label: 'C6D6', nwchem: 'benzene', dielectric: 2.2706, names: ['C6H6', 'benzene'] },
  {
    id: 'cd3cn',
    label: 'CD3CN',
    nwchem: 'acetntrl',
    dielectric: 35.688,
    names: ['CH3CN', 'MeCN', 'acetonitrile', 'acetntrl'],
  },
  { id: 'acetone', label: 'acetone-d6', nwchem: 'acetone', dielectric: 20.493, names: ['acetone', '(CD3)2CO'] },
  { id: 'thf', label: 'THF-d8', nwchem: 'thf', dielectric: 7.4257, names: ['THF', 'tetrahydrofuran', 'C4D8O'] },
  { id: 'toluene', label: 'toluene-d8', nwchem: 'toluene', dielectric: 2.3741, names: ['toluene', 'C7D8'] },
  { id: 'cd2cl2', label: 'CD2Cl2', nwchem: 'dcm', dielectric: 8.93, names: ['CH2Cl2', 'DCM', 'dichloromethane'] },
  { id: 'dmf', label: 'DMF-d7', nwchem: 'dmf', dielectric: 37.219, names: ['DMF', 'dimethylformamide'] },
  { id: 'pyridine', label: 'pyridine-d5', nwchem: 'pyridine', dielectric: 12.978, names: ['pyridine', 'C5D5N'] },
  { id: 'gas', label: 'gas phase', nwchem: null, dielectric: 1, names: ['none', 'vacuum'] },
]

/** All solvents, without their other names, in the order in which they are offered. */
export const solvents: readonly Solvent[] = entries.map(({ names: _, ...solvent }) => solvent)

const byName = new Map(
  entries.flatMap((entry, i) =>
    [entry.id, entry.label, ...entry.names].map(name => [plain(name), solvents[i] as Solvent] as const),
  ),
)

/** Upper and lower case, blanks, hyphens and the mark of deuterium (`-d6`, `d6-`, `-d`) make no difference. */
function plain(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^d\d*[\s_-]+|[\s_-]+d\d*$/, '')
    .replaceAll(/[\s_-]+/g, '')
    .replace(/(?<=[a-z])d\d+$/, '')
}

/**
 * The solvent of that name, deuterated or not, in any case. Unknown names are refused here, always: NWChem would take
 * them for water without a word.
 */
export function findSolvent(name: string): Result<Solvent> {
  const solvent = byName.get(plain(name))
  if (solvent) return ok(solvent)
  return badInput('solvent', `Unknown solvent: ${name}.`, `Known are ${solvents.map(each => each.label).join(', ')}`)
}
