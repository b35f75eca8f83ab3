import { elementSymbol } from '../../nmr/elements.ts'
import { numberOrNull } from '../numbers.ts'
import type { GeometryAtom } from '../program.ts'
import type { Rule } from '../rules.ts'
import type { Table } from '../table.ts'

interface Shielding {
  /** From 1. */
  readonly atom: number
  readonly element: string
  readonly sigma_ppm: number
}

/** Reads the geometry and what is computed on it. A table that is cut counts for nothing. */
export interface PropertiesReader {
  readonly rules: readonly Rule[]
  /** Angstrom. */
  geometry(): readonly GeometryAtom[] | null
  /** In the order of the atoms. */
  mulliken(): readonly number[] | null
  shieldings(): readonly Shielding[] | null
  /** cm^-1, imaginary ones negative, without ORCA's zeros. */
  frequencies(): readonly number[] | null
  /** Debye. */
  dipole(): number | null
}

/** What was computed is added to `kinds`. */
export function propertiesReader(table: Table, kinds: Set<string>): PropertiesReader {
  let geometry: readonly GeometryAtom[] | null = null
  let mulliken: readonly number[] | null = null
  let shieldings: readonly Shielding[] | null = null
  let frequencies: readonly number[] | null = null
  let dipole: number | null = null

  function beginGeometry(): void {
    const rows: GeometryAtom[] = []
    table.begin(line => {
      const [name = '', ...words] = line.trim().split(/\s+/)
      if (name === '') {
        if (rows.length > 0) geometry = rows
        return rows.length === 0
      }
      if (name.startsWith('---')) return rows.length === 0
      // "C :" and "C:" are ghosts, which have functions and no nucleus; Q are point charges, DA dummies.
      const at = words.filter(word => word !== ':').map(Number)
      if (at.length < 3 || !at.slice(0, 3).every(Number.isFinite)) return false
      const element = name.endsWith(':') || words[0] === ':' ? undefined : elementSymbol(name.replace(/\(.*|\d+$/g, ''))
      if (element !== undefined) rows.push([element, at[0] as number, at[1] as number, at[2] as number])
      return true
    })
  }

  function beginCharges(): void {
    const rows: number[] = []
    table.begin(line => {
      if (line.startsWith('Sum of atomic charges')) {
        if (rows.length > 0) mulliken = rows
        return false
      }
      if (line.startsWith('---')) return rows.length === 0
      // "   0 C :   -0.004313", with a spin behind it in open shells.
      const charge = numberOrNull(/^\s*\d+\s+[A-Z][A-Za-z]?\s*:\s*(-?\d+\.\d+)/.exec(line)?.[1])
      if (charge === null) return line.trim() === '' && rows.length === 0
      rows.push(charge)
      return true
    })
  }

  function beginShieldings(): void {
    const rows: Shielding[] = []
    kinds.add('nmr')
    table.begin(line => {
      const row = /^\s*(\d+)\s+([A-Z][a-z]?)\s+(-?\d+\.\d{3})\s+-?\d+\.\d{3}/.exec(line)
      if (row) {
        rows.push({ atom: Number(row[1]) + 1, element: row[2] as string, sigma_ppm: Number(row[3]) })
        return true
      }
      if (rows.length > 0) {
        if (line.trim() === '') shieldings = rows
        return false
      }
      return line.trim() === '' || /^\s*(-+|Nucleus\b)/.test(line)
    })
  }

  function beginFrequencies(): void {
    const rows: number[] = []
    kinds.add('freq')
    table.begin(line => {
      const row = /^\s*\d+:\s+(-?\d+\.\d{2})\s+cm\*\*-1/.exec(line)
      if (row) {
        rows.push(Number(row[1]))
        return true
      }
      if (rows.length > 0) {
        if (line.trim() === '') frequencies = rows.filter(value => value !== 0)
        return false
      }
      return line.trim() === '' || /^\s*(-+$|Scaling factor|Point group|Irrep|\*+)/.test(line)
    })
  }

  return {
    rules: [
      ['CARTESIAN COORDINATES (ANGSTROEM)', beginGeometry],
      ['MULLIKEN ATOMIC CHARGES', beginCharges],
      ['CHEMICAL SHIELDING SUMMARY (ppm)', beginShieldings],
      ['VIBRATIONAL FREQUENCIES', beginFrequencies],
      ['Magnitude (Debye)', line => (dipole = afterColon(line) ?? dipole)],
    ],
    geometry: () => geometry,
    mulliken: () => mulliken,
    shieldings: () => shieldings,
    frequencies: () => frequencies,
    dipole: () => dipole,
  }
}

function afterColon(line: string): number | null {
  const words = line.slice(line.lastIndexOf(':') + 1)
  return numberOrNull(words.trim().split(/\s+/)[0])
}
