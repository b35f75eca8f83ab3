import { decimals, numberOrNull } from '../numbers.ts'
import type { GeometryAtom } from '../program.ts'
import type { Rule } from '../rules.ts'
import type { Table } from '../table.ts'
import { structureRows } from './structure.ts'

/** Below this, in cm^-1, xtb itself calls a frequency imaginary. */
const IMAGINARY = -20

/** Reads the geometry and what is computed on it. */
export interface PropertiesReader {
  readonly rules: readonly Rule[]
  /** Angstrom. */
  geometry(): readonly GeometryAtom[] | null
  /** In the order of the atoms. */
  mulliken(): readonly number[] | null
  /** cm^-1, imaginary ones negative; empty where only their title has come. */
  frequencies(): readonly number[] | null
  imaginary(): number | null
  /** Debye. */
  dipole(): number | null
}

export function propertiesReader(table: Table): PropertiesReader {
  let geometry: readonly GeometryAtom[] | null = null
  let mulliken: readonly number[] | null = null
  let frequencies: number[] | null = null
  let imaginary: number | null = null
  let dipole: number | null = null
  let inDipole = false

  function beginCharges(row: RegExp): void {
    const rows: number[] = []
    table.begin(line => {
      const charge = row.exec(line)?.[1]
      if (charge === undefined) {
        if (line.trim() === '' && rows.length > 0) mulliken = rows
        return false
      }
      rows.push(Number(charge))
      return true
    })
  }

  function dipoleRow(line: string): void {
    if (inDipole) dipole = numberOrNull(line.trim().split(/\s+/)[4]) ?? dipole
    inDipole = false
  }

  function frequencyRow(line: string): void {
    const words = line.slice(line.indexOf(':') + 1).trim()
    const values = words.split(/\s+/).map(word => decimals(word, 2))
    if (frequencies && values.every(value => value !== null)) frequencies.push(...(values as number[]))
  }

  return {
    rules: [
      ['final structure:', () => table.begin(structureRows(atoms => (geometry = atoms)))],
      // "     1   6 C        3.751    -0.123    22.921     6.828"
      ['#   Z          covCN', () => beginCharges(/^\s*\d+\s+\d+\s+[A-Za-z]{1,2}\s+-?\d+\.\d+\s+(-?\d+\.\d{3})\s/)],
      // GFN1: "     1C    -0.09085 -0.23923   1.008  3.083  0.000", of which the first are Mulliken's.
      ['Mulliken/CM5 charges', () => beginCharges(/^\s*\d+\s*[A-Za-z]{1,2}\s+(-?\d+\.\d{5})\s/)],
      ['molecular dipole:', () => (inDipole = true)],
      ['full: ', dipoleRow],
      ['projected vibrational frequencies', () => (frequencies = [])],
      ['vibrational frequencies', () => (frequencies = [])],
      ['eigval :', frequencyRow],
      [':  # imaginary freq.', line => (imaginary = numberOrNull(/(\d+)\s+:\s*$/.exec(line)?.[1]) ?? imaginary)],
    ],
    geometry: () => geometry,
    mulliken: () => mulliken,
    frequencies: () => frequencies,
    imaginary() {
      if (imaginary !== null) return imaginary
      return frequencies && frequencies.length > 0 ? frequencies.filter(value => value < IMAGINARY).length : null
    },
    dipole: () => dipole,
  }
}
