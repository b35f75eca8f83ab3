import { atomicNumber } from '../../nmr/elements.ts'
import { badInput, ok, type Result } from '../../result.ts'
import { checkSpin } from '../molecule.ts'
import type { Level } from '../nwchem/input.ts'

interface Functional {
  /** As people write it, and as it is shown. */
  readonly label: string
  readonly names?: readonly string[]
  /** Words of the line `!`. */
  readonly words: string
  /** What must be said of it. */
  readonly note?: string
}

/**
 * Functionals by ORCA's keywords, from the manuals of ORCA 5 and 6; none of them was tried by Larmor's authors. ORCA's
 * B3LYP holds VWN5: what NWChem and Gaussian call B3LYP is `B3LYP/G` there, so the two labels differ.
 */
const functionals: readonly Functional[] = [
  { label: 'B3LYP', words: 'B3LYP' },
  { label: 'B3LYP/G', names: ['B3LYP-G'], words: 'B3LYP/G' },
  { label: 'B3LYP-D3BJ', names: ['B3LYP-D3(BJ)'], words: 'B3LYP D3BJ' },
  { label: 'B3LYP-D4', words: 'B3LYP D4' },
  { label: 'PBE0', words: 'PBE0' },
  { label: 'PBE0-D3BJ', names: ['PBE0-D3(BJ)'], words: 'PBE0 D3BJ' },
  { label: 'PBE0-D4', words: 'PBE0 D4' },
  { label: 'mPW1PW91', names: ['mPW1PW'], words: 'mPW1PW' },
  { label: 'BHandHLYP', names: ['BHLYP'], words: 'BHANDHLYP' },
  { label: 'CAM-B3LYP', words: 'CAM-B3LYP' },
  { label: 'TPSSh', words: 'TPSSh' },
  { label: 'TPSS', words: 'TPSS' },
  { label: 'M06-L', words: 'M06L' },
  { label: 'M06-2X', words: 'M062X' },
  { label: 'r2SCAN', words: 'r2SCAN' },
  // wB97X-D itself holds D2; ORCA has its refit with D3.
  {
    label: 'wB97X-D3',
    names: ['wB97X-D'],
    words: 'wB97X-D3',
    note: 'wB97X-D3 stands for wB97X-D: ORCA has the refit with D3 dispersion',
  },
  { label: 'wB97X-D4', words: 'wB97X-D4' },
  { label: 'wB97M-V', words: 'wB97M-V' },
  { label: 'PBE', words: 'PBE' },
  { label: 'BLYP', words: 'BLYP' },
  { label: 'BP86', words: 'BP86' },
  { label: 'HF', names: ['RHF', 'Hartree-Fock'], words: 'HF' },
]

interface Basis {
  readonly label: string
  readonly names?: readonly string[]
  readonly elements: (atomicNumber: number) => boolean
}

const upTo = (last: number) => (z: number) => z <= last
const without3d = (z: number) => z <= 20 || (z >= 31 && z <= 36)

/** Basis sets that ORCA knows by these very names. The elements are those that both ORCA 5 and 6 list, to Kr. */
const bases: readonly Basis[] = [
  { label: '6-31G*', names: ['6-31G(d)'], elements: upTo(30) },
  { label: '6-31G**', names: ['6-31G(d,p)'], elements: upTo(30) },
  { label: '6-31+G*', names: ['6-31+G(d)'], elements: upTo(20) },
  { label: '6-31+G**', names: ['6-31+G(d,p)'], elements: upTo(20) },
  { label: '6-311G*', names: ['6-311G(d)'], elements: without3d },
  { label: '6-311G**', names: ['6-311G(d,p)'], elements: without3d },
  { label: '6-311+G**', names: ['6-311+G(d,p)'], elements: upTo(20) },
  { label: '6-311+G(2d,p)', elements: upTo(20) },
  { label: '6-311++G(2d,2p)', elements: upTo(20) },
  { label: 'def2-SVP', names: ['def2SVP'], elements: upTo(36) },
  { label: 'def2-TZVP', names: ['def2TZVP'], elements: upTo(36) },
  { label: 'def2-TZVPP', names: ['def2TZVPP'], elements: upTo(36) },
  { label: 'def2-QZVP', names: ['def2QZVP'], elements: upTo(36) },
  { label: 'cc-pVDZ', elements: without3d },
  { label: 'cc-pVTZ', elements: without3d },
  { label: 'cc-pVQZ', elements: without3d },
  { label: 'pcSseg-1', elements: without3d },
  { label: 'pcSseg-2', elements: without3d },
  { label: 'pcSseg-3', elements: without3d },
  { label: 'pcseg-1', elements: upTo(36) },
  { label: 'pcseg-2', elements: upTo(36) },
]

/** The solvents of shared/solvents.ts in the words of ORCA's `CPCM(...)`. */
export const orcaSolvents: Readonly<Record<string, string>> = {
  cdcl3: 'chloroform',
  dmso: 'dmso',
  d2o: 'water',
  cd3od: 'methanol',
  c6d6: 'benzene',
  cd3cn: 'acetonitrile',
  acetone: 'acetone',
  thf: 'thf',
  toluene: 'toluene',
  cd2cl2: 'ch2cl2',
  dmf: 'dmf',
  pyridine: 'pyridine',
}

/** A level as ORCA is told it. */
export interface OrcaLevel {
  /** `B3LYP/6-311+G(2d,p)`. */
  readonly label: string
  readonly words: string
  /** None of them is known to have none. */
  readonly shieldings: true
  readonly note: string | null
}

/** The level in ORCA's words, or a fault that names the field (`xc`, `basis`) and lists what is known. */
export function findOrcaLevel({ xc, basis }: Level): Result<OrcaLevel> {
  const functional = functionals.find(({ label, names = [] }) => [label, ...names].some(name => same(name, xc)))
  if (!functional) {
    if (same(xc, 'WP04')) {
      return badInput('xc', 'ORCA does not have WP04.', 'Through NWChem it is put together from its components')
    }
    return badInput(
      'xc',
      `Unknown functional for ORCA: ${xc}.`,
      `Known are ${functionals.map(f => f.label).join(', ')}`,
    )
  }
  const found = bases.find(({ label, names = [] }) => [label, ...names].some(name => same(name, basis)))
  if (!found) {
    return badInput('basis', `Unknown basis set for ORCA: ${basis}.`, `Known are ${bases.map(b => b.label).join(', ')}`)
  }
  return ok({
    label: `${functional.label}/${found.label}`,
    words: `${functional.words} ${found.label}`,
    shieldings: true,
    note: functional.note ?? null,
  })
}

/** As checkMolecule of NWChem: every element has functions in the basis set, and the electrons fit the multiplicity. */
export function checkOrcaMolecule(
  elements: readonly string[],
  level: Level,
  charge: number,
  multiplicity: number,
): Result<void> {
  const known = findOrcaLevel(level)
  if (!known.ok) return known
  const basis = bases.find(({ label, names = [] }) => [label, ...names].some(name => same(name, level.basis)))
  const missing = [...new Set(elements)].filter(element => !basis?.elements(atomicNumber(element)))
  if (missing.length > 0) {
    return badInput('basis', `${level.basis} has no functions for ${missing.join(', ')} that Larmor knows of in ORCA.`)
  }
  return checkSpin(elements, charge, multiplicity)
}

function same(a: string, b: string): boolean {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[\s_-]+/g, '')
  return plain(a) === plain(b)
}
