import { elementSymbol } from '../../nmr/elements.ts'
import type { GeometryAtom } from '../program.ts'

/** The factor that xtb has between bohr and angstrom (aatoau of xtb_mctc_convert). */
const ANGSTROM_PER_BOHR = 0.52917726

/**
 * Reads the rows below `final structure:`, which stands there in the format of the input: xyz, Turbomole's coord, or an
 * MDL molfile. `found` gets the structure once it is whole.
 */
export function structureRows(found: (atoms: readonly GeometryAtom[]) => void): (line: string) => boolean {
  let format: 'unknown' | 'xyz' | 'coord' | 'mol' = 'unknown'
  let wanted = 0
  let skip = 0
  const rows: GeometryAtom[] = []
  function atom(name: string | undefined, words: readonly string[], scale: number): boolean {
    const element = elementSymbol(name ?? '')
    const at = words.map(word => Number(word) * scale)
    if (element === undefined || at.length !== 3 || !at.every(Number.isFinite)) return false
    rows.push([element, at[0] as number, at[1] as number, at[2] as number])
    if (rows.length === wanted) found(rows)
    return true
  }
  return line => {
    if (skip > 0) {
      skip -= 1
      return true
    }
    const words = line.trim().split(/\s+/)
    if (format === 'unknown') {
      if (line.startsWith('====') && rows.length === 0) return true
      if (line.startsWith('$coord')) format = 'coord'
      else if (/^\s*\d+\s*$/.test(line)) {
        format = 'xyz'
        wanted = Number(line)
        skip = 1
      } else if (/V[23]000\s*$/.test(line)) {
        format = 'mol'
        wanted = Number(line.slice(0, 3))
      } else return !/^\s*-{5}|^ Bond Distances/.test(line)
      return wanted > 0 || format === 'coord'
    }
    if (format === 'coord') {
      if (line.startsWith('$')) {
        if (rows.length > 0) found(rows)
        return false
      }
      return atom(words[3], words.slice(0, 3), ANGSTROM_PER_BOHR)
    }
    if (rows.length === wanted) return false
    return format === 'xyz' ? atom(words[0], words.slice(1, 4), 1) : atom(words[3], words.slice(0, 3), 1)
  }
}
