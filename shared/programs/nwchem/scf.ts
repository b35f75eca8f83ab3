import type { Complaints } from '../complaints.ts'
import type { Cursor } from '../cursor.ts'
import { afterEquals, decimals, lastWord, numberOrNull } from '../numbers.ts'
import type { Evidence } from '../program.ts'
import type { Rule } from '../rules.ts'

/** Methods of NWChem's tensor contraction engine beside CCSD and CCSD(T). */
const tce = [
  'CCSDT',
  'CCSDTQ',
  'CCD',
  'LCCD',
  'LCCSD',
  'QCISD',
  'CC2',
  'CISD',
  'CISDT',
  'CISDTQ',
  'MBPT(2)',
  'MBPT(3)',
  'MBPT(4)',
] as const

/** Reads the SCF, and the energies of it and of what is built on it. */
export interface ScfReader {
  readonly rules: readonly Rule[]
  /** A new run of NWChem begins. */
  beginAgain(): void
  /** A line that ends with an energy and is known by its words, not by its exact beginning. */
  energyOf(line: string): void
  /** Whether rows of iterations come now that begin like no rule. */
  inTable(): boolean
  iterationRow(line: string): void
  /** An empty line ends the rows. */
  endTable(): void
  state(): 'none' | 'iterating' | 'failed' | 'done'
  cycle(): number | null
  /** Hartree; of the calculation itself. */
  energy(): number | null
  lastEnergy(): { readonly hartree: number; readonly evidence: Evidence } | null
}

/** `isSecondary` tells whether an energy is not that of the calculation, given whether there is one already. */
export function scfReader(
  cursor: Cursor,
  complaints: Complaints,
  isSecondary: (hasEnergy: boolean) => boolean,
): ScfReader {
  let scf: 'none' | 'iterating' | 'failed' | 'done' = 'none'
  let scfTable = false
  let scfCycle: number | null = null
  /** Whether there was an MP2 energy since that of the SCF. */
  let mp2 = false
  let energy: number | null = null
  let lastEnergy: { hartree: number; evidence: Evidence } | null = null

  function begin(): void {
    complaints.forget('scf-not-converged')
    scf = 'iterating'
    scfCycle = null
  }

  function iteration(line: string): void {
    scfCycle = numberOrNull(/d=.*?ls=[\d.]+\D*\s(\d+)\s/.exec(line)?.[1]) ?? scfCycle
  }

  /** Fewer decimals than NWChem prints are the end of a file that was cut, stars a number out of range. */
  function energyOf(line: string, value: string | undefined, places = 12): void {
    const hartree = decimals(value, places)
    if (hartree === null && !/nan|\*{3}/i.test(value ?? '')) return
    lastEnergy = { hartree: hartree ?? Number.NaN, evidence: cursor.here(line) }
    if (!isSecondary(energy !== null)) energy = hartree
    scfTable = false
    if (scf !== 'failed') complaints.forget('scf-not-converged')
    scf = scf === 'failed' ? 'none' : 'done'
  }

  const rules: readonly Rule[] = [
    ['   convergence    iter ', begin],
    [' d=', iteration],
    // Another rank's or a library's words may have ended before it without a line end of their own.
    ['  d=', iteration],
    [
      '              iter       energy          gnorm',
      () => {
        begin()
        scfTable = true
      },
    ],
    [
      '      Calculation failed to converge',
      line => {
        scf = 'failed'
        complaints.add({ category: 'scf-not-converged', weight: 2 }, cursor.here(line))
      },
    ],
    ['         Total DFT energy', line => energyOf(line, afterEquals(line))],
    [
      '         Total SCF energy',
      line => {
        energyOf(line, afterEquals(line))
        mp2 = false
      },
    ],
    [
      '          Total MP2 energy',
      line => {
        energyOf(line, lastWord(line))
        mp2 = true
      },
    ],
    // Beside that of MP2 it is another method's; RI-MP2 may print it alone.
    ['          Total SCS-MP2 energy', line => mp2 || energyOf(line, lastWord(line))],
    [' Total CCSD energy:', line => energyOf(line, lastWord(line))],
    [' Total CCSD(T) energy:', line => energyOf(line, lastWord(line))],
    ...['CCSD', 'CCSD(T)', ...tce].map(
      (method): Rule => [` ${method} total energy / hartree`, line => energyOf(line, lastWord(line), 15)],
    ),
    // Plane waves: " Total PSPW energy   :  -0.2812783590E+01".
    ...['PSPW', 'BAND', 'PAW'].map(
      (basis): Rule => [
        ` Total ${basis} energy`,
        line => energyOf(line, /:\s*(-?\d+\.\d{10}E[+-]\d\d)/.exec(line)?.[1], 10),
      ],
    ),
  ]

  return {
    rules,
    beginAgain() {
      scf = 'none'
    },
    energyOf: line => energyOf(line, lastWord(line)),
    inTable: () => scfTable,
    iterationRow(line) {
      if (/^\s+\d+\s+\S+\s+\d/.test(line)) scfCycle = Number(line.trim().split(/\s+/)[0])
    },
    endTable() {
      if (scfCycle !== null) scfTable = false
    },
    state: () => scf,
    cycle: () => scfCycle,
    energy: () => energy,
    lastEnergy: () => lastEnergy,
  }
}
