import { atomicNumber } from '../../nmr/elements.ts'
import { badInput, ok, type Result } from '../../result.ts'
import { checkSpin } from '../molecule.ts'
import type { Level } from './input.ts'

interface Functional {
  /** As people write it, and as it is shown. */
  readonly label: string
  readonly names?: readonly string[]
  /** Lines of the `dft` block. */
  readonly lines: readonly string[]
  /** Whether the GIAO shieldings of NWChem 7.0.2 run with it. */
  readonly shieldings: boolean
  /** What must be said of it. */
  readonly note?: string
}

/**
 * Functionals that ran in NWChem 7.0.2, each with its shieldings where they exist. Meta-GGAs stop there ("xm06: d2 not
 * coded"). WP04 by components, as in Cohen et al., Molecules 2023, 28, 2449; NWChem has no keyword for it.
 */
const functionals: readonly Functional[] = [
  { label: 'B3LYP', lines: ['xc b3lyp'], shieldings: true },
  {
    label: 'B3LYP-D3BJ',
    names: ['B3LYP-D3(BJ)', 'B3LYP-GD3BJ'],
    lines: ['xc b3lyp', 'disp vdw 4'],
    shieldings: true,
  },
  { label: 'B3LYP-D3', names: ['B3LYP-GD3'], lines: ['xc b3lyp', 'disp vdw 3'], shieldings: true },
  { label: 'PBE0', names: ['PBE1PBE'], lines: ['xc pbe0'], shieldings: true },
  { label: 'PBE0-D3BJ', names: ['PBE0-D3(BJ)'], lines: ['xc pbe0', 'disp vdw 4'], shieldings: true },
  // Not mpw1k, which is another functional.
  {
    label: 'mPW1PW91',
    names: ['mPW1PW', 'MPW1PW91'],
    lines: ['xc HFexch 0.25 mpw91 0.75 perdew91 1.0'],
    shieldings: true,
  },
  { label: 'B97-2', lines: ['xc becke97-2'], shieldings: true },
  { label: 'B1LYP', lines: ['xc HFexch 0.25 slater 0.75 becke88 nonlocal 0.75 lyp 1.0'], shieldings: true },
  {
    label: 'WP04',
    lines: ['xc HFexch 0.1189 slater 0.9999 becke88 nonlocal 0.9614 vwn_1_rpa 0.9998 lyp 0.0001'],
    shieldings: true,
    note: 'WP04 by its components (HFexch 0.1189, slater 0.9999, becke88 0.9614, vwn_1_rpa 0.9998, lyp 0.0001): which form of VWN is meant is not proven',
  },
  { label: 'BHandHLYP', names: ['BHLYP'], lines: ['xc bhlyp'], shieldings: true },
  // With cam_beta 0, or with a cam of 30, NWChem's shieldings of formaldehyde are the global hybrid's to 0.0003 ppm.
  {
    label: 'CAM-B3LYP',
    lines: ['xc xcamb88 1.00 lyp 0.81 vwn_5 0.19 hfexch 1.00', 'cam 0.33 cam_alpha 0.19 cam_beta 0.46'],
    shieldings: true,
  },
  { label: 'PBE', names: ['PBEPBE'], lines: ['xc xpbe96 cpbe96'], shieldings: true },
  { label: 'BLYP', lines: ['xc becke88 lyp'], shieldings: true },
  { label: 'BP86', lines: ['xc becke88 perdew86'], shieldings: true },
  { label: 'KT2', lines: ['xc kt2'], shieldings: true },
  { label: 'HF', names: ['RHF', 'Hartree-Fock'], lines: ['xc hfexch'], shieldings: true },
  { label: 'TPSS', lines: ['xc xtpss03 ctpss03'], shieldings: false },
  { label: 'M06-L', lines: ['xc m06-l'], shieldings: false },
  { label: 'M06', lines: ['xc m06'], shieldings: false },
  { label: 'M06-2X', lines: ['xc m06-2x'], shieldings: false },
]

/** Functionals that NWChem 7.0.2 refuses in every spelling tried ("xc_input: invalid format"). */
const elsewhere = new Set(['wb97xd', 'wb97xd3', 'wb97mv', 'wb97xv'])

interface Basis {
  readonly label: string
  readonly names?: readonly string[]
  /** What NWChem 7.0.2's library calls it. */
  readonly library: string
  readonly elements: (atomicNumber: number) => boolean
}

/**
 * Basis sets of NWChem 7.0.2's library and the elements for which the library holds all electrons. The def2 sets end at
 * Kr here: beyond it they need effective core potentials, with which GIAO shieldings mean little.
 */
const bases: readonly Basis[] = [
  { label: 'STO-3G', library: 'sto-3g', elements: upTo(53) },
  { label: '3-21G', library: '3-21g', elements: upTo(55) },
  { label: '6-31G', library: '6-31g', elements: upTo(30) },
  { label: '6-31G*', names: ['6-31G(d)'], library: '6-31g*', elements: upTo(36) },
  { label: '6-31G**', names: ['6-31G(d,p)'], library: '6-31g**', elements: upTo(30) },
  { label: '6-31+G*', names: ['6-31+G(d)'], library: '6-31+g*', elements: upTo(20) },
  { label: '6-31+G**', names: ['6-31+G(d,p)'], library: '6-31+g**', elements: upTo(20) },
  { label: '6-31++G**', names: ['6-31++G(d,p)'], library: '6-31++g**', elements: upTo(20) },
  { label: '6-311G', library: '6-311g', elements: without3d },
  { label: '6-311G*', names: ['6-311G(d)'], library: '6-311g*', elements: without3d },
  { label: '6-311G**', names: ['6-311G(d,p)'], library: '6-311g**', elements: without3d },
  { label: '6-311+G*', names: ['6-311+G(d)'], library: '6-311+g*', elements: upTo(20) },
  { label: '6-311+G**', names: ['6-311+G(d,p)'], library: '6-311+g**', elements: upTo(20) },
  { label: '6-311++G**', names: ['6-311++G(d,p)'], library: '6-311++g**', elements: upTo(20) },
  { label: '6-311+G(2d,p)', library: '6-311+g(2d,p)', elements: upTo(20) },
  { label: '6-311++G(2d,2p)', library: '6-311++g(2d,2p)', elements: z => z !== 2 && z <= 20 },
  { label: 'def2-SVP', names: ['def2SVP'], library: 'def2-svp', elements: upTo(36) },
  { label: 'def2-TZVP', names: ['def2TZVP'], library: 'def2-tzvp', elements: upTo(36) },
  { label: 'def2-TZVPP', names: ['def2TZVPP'], library: 'def2-tzvpp', elements: upTo(36) },
  { label: 'def2-SVPD', library: 'def2-svpd', elements: upTo(36) },
  { label: 'def2-TZVPD', library: 'def2-tzvpd', elements: upTo(36) },
  { label: 'def2-QZVP', names: ['def2QZVP'], library: 'def2-qzvp', elements: upTo(36) },
  { label: 'cc-pVDZ', library: 'cc-pvdz', elements: z => z !== 19 && z <= 36 },
  { label: 'cc-pVTZ', library: 'cc-pvtz', elements: z => z !== 19 && z <= 36 },
  { label: 'cc-pVQZ', library: 'cc-pvqz', elements: z => z !== 19 && z <= 36 },
  { label: 'aug-cc-pVDZ', library: 'aug-cc-pvdz', elements: z => z !== 19 && z !== 20 && z <= 36 },
  { label: 'aug-cc-pVTZ', library: 'aug-cc-pvtz', elements: z => z !== 19 && z !== 20 && z <= 36 },
  { label: 'pcSseg-1', library: 'pcsseg-1', elements: upTo(36) },
  { label: 'pcSseg-2', library: 'pcsseg-2', elements: upTo(36) },
  { label: 'pcseg-1', library: 'pcseg-1', elements: upTo(36) },
  { label: 'pcseg-2', library: 'pcseg-2', elements: upTo(36) },
]

function upTo(last: number): (atomicNumber: number) => boolean {
  return z => z <= last
}

function without3d(z: number): boolean {
  return z <= 20 || (z >= 31 && z <= 36) || z === 53
}

const UFF_NOTE = "@UFF: the solvent's cavity is made of UFF radii times 1.1, as in Gaussian's PCM, not of NWChem's own"

/** A level as NWChem is told it. */
export interface NwchemLevel {
  /** `B3LYP/6-311+G(2d,p)`, with its cavity `B3LYP/6-311+G(2d,p)@UFF`. */
  readonly label: string
  /** Lines of the `dft` block. */
  readonly xc: readonly string[]
  /** The name of the basis set in NWChem's library. */
  readonly basis: string
  readonly cavity: 'UFF' | null
  readonly shieldings: boolean
  readonly note: string | null
}

/**
 * The level in NWChem's words, or a fault that names the field (`xc`, `basis`) and lists what is known. Case, blanks
 * and hyphens make no difference. The cavity is part of the label, since shieldings in another one are others: carbonyl
 * carbons move by 2 ppm.
 */
export function findLevel(level: Level): Result<NwchemLevel> {
  const functional = functionalsByName.get(plain(level.xc))
  if (!functional) {
    if (elsewhere.has(plain(level.xc))) {
      return badInput('xc', `NWChem does not have ${level.xc}.`, 'That level is to be had through ORCA: --program orca')
    }
    return badInput('xc', `Unknown functional: ${level.xc}.`, `Known are ${functionals.map(f => f.label).join(', ')}`)
  }
  const basis = basesByName.get(plain(level.basis))
  if (!basis) {
    return badInput('basis', `Unknown basis set: ${level.basis}.`, `Known are ${bases.map(b => b.label).join(', ')}`)
  }
  const { cavity = null } = level
  const notes = [functional.note, cavity === 'UFF' ? UFF_NOTE : undefined].filter(note => note !== undefined)
  return ok({
    label: `${functional.label}/${basis.label}${cavity === null ? '' : `@${cavity}`}`,
    xc: functional.lines,
    basis: basis.library,
    cavity,
    shieldings: functional.shieldings,
    note: notes.length === 0 ? null : notes.join('; '),
  })
}

/**
 * Whether the molecule can be computed: every element has functions in the basis set, and the number of electrons fits
 * the multiplicity. Faults name `basis` or `mult`.
 */
export function checkMolecule(
  elements: readonly string[],
  level: Level,
  charge: number,
  multiplicity: number,
): Result<void> {
  const known = findLevel(level)
  if (!known.ok) return known
  const basis = basesByName.get(plain(level.basis)) as Basis
  const missing = [...new Set(elements)].filter(element => !basis.elements(atomicNumber(element)))
  if (missing.length > 0) {
    const others = bases.filter(other => elements.every(element => other.elements(atomicNumber(element))))
    return badInput(
      'basis',
      `${basis.label} has no functions for ${missing.join(', ')} in NWChem.`,
      others.length > 0 ? `These have: ${others.map(other => other.label).join(', ')}` : undefined,
    )
  }
  return checkSpin(elements, charge, multiplicity)
}

/** Letters, digits and what tells basis sets apart: `+ * ( ) ,`. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]+/g, '')
}

function byName<T extends { readonly label: string; readonly names?: readonly string[] }>(
  all: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(all.flatMap(each => [each.label, ...(each.names ?? [])].map(name => [plain(name), each] as const)))
}

const functionalsByName = byName(functionals)
const basesByName = byName(bases)

/** What is offered, in this order: functionals, with whether their shieldings run, and basis sets. */
export const knownFunctionals: readonly { readonly label: string; readonly shieldings: boolean }[] = functionals
export const knownBases: readonly string[] = bases.map(({ label }) => label)
