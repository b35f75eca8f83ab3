import { atomicNumber } from '../../nmr/elements.ts'
import { afterEquals, decimals, numberOrNull } from '../numbers.ts'
import type { Rule } from '../rules.ts'
import type { Table } from '../table.ts'
import { type CentresTable, elementOf } from './centres.ts'

/** CODATA 2018: a dipole moment of one atomic unit in debye. */
const DEBYE = 2.541746473

/** By the number of the centre. */
type Shieldings = ReadonlyMap<number, { readonly element: string; readonly sigma: number }>

/** Reads what is computed of a wave function that is there: shieldings, frequencies, charges, the dipole moment. */
export interface PropertiesReader {
  readonly rules: readonly Rule[]
  /** Those of the last section, ppm; null where there is none. */
  shieldings(): Shieldings | null
  /** Whether the numbers of the last section are those of the centres. */
  numbersAreTheirs(): boolean
  /** cm^-1, imaginary ones negative. */
  frequencies(): readonly number[]
  /** In the order of the atoms. */
  mulliken(): readonly number[] | null
  /** Debye. */
  dipole(): number | null
}

export function propertiesReader(table: Table, centres: CentresTable): PropertiesReader {
  let frequencies: number[] = []
  let mulliken: readonly number[] | null = null
  let dipole: number | null = null
  let shieldings: Map<number, { element: string; sigma: number }> | null = null
  let shieldingOf: { centre: number; tag: string } | null = null

  function frequencyRow(line: string): void {
    frequencies.push(...[...line.matchAll(/-?\d+\.\d{2}(?=\s|$)/g)].map(word => Number(word) + 0))
  }

  /** Charges as nuclear charge less population. */
  function beginCharges(row: RegExp): void {
    const charges: number[] = []
    table.begin(line => {
      const found = row.exec(line)
      if (found) {
        // Of 2 or 5 decimals: no more than that is left.
        charges.push(Math.round((Number(found[1]) - Number(found[2])) * 1e5) / 1e5)
        return true
      }
      if (charges.length === 0) return line.trim() === '' || /^\s*(-+|Atom)/.test(line)
      if (line.trim() === '') mulliken = charges
      return false
    })
  }

  /** The three lines `1   1 0 0     -0.000000 ...` of the total density. */
  function beginMoments(): void {
    const moments: number[] = []
    table.begin(line => {
      const moment = numberOrNull(/^\s+1\s+[01] [01] [01]\s+(-?\d+\.\d{6})\s/.exec(line)?.[1])
      if (moment !== null) moments.push(moment)
      if (moments.length < 3) return !/^\s+2\s+2 0 0/.test(line)
      dipole = Math.round(Math.hypot(...moments) * DEBYE * 1e6) / 1e6
      return false
    })
  }

  function shielding(line: string): void {
    const sigma = decimals(afterEquals(line), 4)
    if (shieldings && shieldingOf && sigma !== null) {
      const there = centres.last()?.[shieldingOf.centre - 1]
      const element = elementOf(shieldingOf.tag, there ? atomicNumber(there.element ?? '') : 0)
      if (element !== null) shieldings.set(shieldingOf.centre, { element, sigma })
    }
    shieldingOf = null
  }

  const rules: readonly Rule[] = [
    ['             (Projected Frequencies expressed', () => (frequencies = [])],
    [' P.Frequency', frequencyRow],
    ['  Mulliken analysis of the total density', () => beginCharges(/^\s+\d+ \S+\s+(\d+)\s+(-?\d+\.\d{2})\s/)],
    [
      '          ----- Total      gross population on atoms',
      () => beginCharges(/^\s+\d+\s+\S+\s+(\d+\.\d)\s+(-?\d+\.\d{5})/),
    ],
    ['     Multipole analysis of the density', beginMoments],
    [
      '          Chemical Shielding Tensors',
      () => {
        shieldings = new Map()
        shieldingOf = null
      },
    ],
    [
      '      Atom: ',
      line => {
        const [, centre, tag] = /Atom:\s+(\d+)\s+(\S+)/.exec(line) ?? []
        shieldingOf = centre && tag ? { centre: Number(centre), tag } : null
      },
    ],
    ['           isotropic =', shielding],
  ]

  return {
    rules,
    shieldings: () => shieldings,
    /** With `shielding 2 1 6` NWChem numbers the chosen atoms 1 and 2. The elements may show that. */
    numbersAreTheirs() {
      const all = centres.last()
      return all === null || [...(shieldings ?? [])].every(([n, { element }]) => all[n - 1]?.element === element)
    },
    frequencies: () => frequencies,
    mulliken: () => mulliken,
    dipole: () => dipole,
  }
}
