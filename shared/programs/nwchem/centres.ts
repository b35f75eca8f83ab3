import { atomicNumber, elementSymbol, symbolOf } from '../../nmr/elements.ts'
import { numberOrNull } from '../numbers.ts'
import type { GeometryAtom } from '../program.ts'

/** NWChem's own factor between bohr and angstrom, in which it prints. */
const BOHR_PER_ANGSTROM = 1.889725989

/** A centre of a geometry; no element: a ghost, which has functions and no nucleus. */
export interface Centre {
  readonly element: string | null
  /** Angstrom. */
  readonly at: readonly [x: number, y: number, z: number]
}

/** Reads the tables that begin with ` Output coordinates in ...`, line by line. */
export interface CentresTable {
  begin(head: string): void
  row(line: string): void
  /** Whether a table has begun and not ended. */
  isOpen(): boolean
  /** The last table that was there to its end; null before the first. */
  last(): readonly Centre[] | null
}

/** A table's rows are `No. Tag Charge X Y Z` up to a blank line; one that is cut counts for nothing. */
export function centresTable(): CentresTable {
  let open: { readonly scale: number; readonly rows: Centre[] } | null = null
  let last: readonly Centre[] | null = null
  return {
    begin(head) {
      open = { scale: scaleOf(head), rows: [] }
    },
    row(line) {
      if (open === null) return
      const [number, tag, charge, ...at] = line.trim().split(/\s+/)
      const { scale, rows } = open
      const [x, y, z] = at.map(word => Number(word) * scale) as [number, number, number]
      if (/^\d+$/.test(number ?? '') && at.length === 3 && [x, y, z].every(Number.isFinite)) {
        rows.push({ element: elementOf(tag as string, Number(charge)), at: [x, y, z] })
      } else if (rows.length > 0) {
        if (line.trim() === '') last = rows
        open = null
      }
    },
    isOpen: () => open !== null,
    last: () => last,
  }
}

/** The centres that are atoms, in order. */
export function atomsOf(centres: readonly Centre[] | null): readonly GeometryAtom[] | null {
  return centres?.flatMap(({ element, at }): GeometryAtom[] => (element === null ? [] : [[element, ...at]])) ?? null
}

/** The element of a tag like `C1`, `CA` or `Au_x`; the charge decides, unless an effective core potential lowered it. */
export function elementOf(tag: string, charge: number): string | null {
  if (/^bq/i.test(tag)) return null
  const letters = /^[A-Za-z]+/.exec(tag)?.[0] ?? ''
  const candidates = [letters, letters.slice(0, 2), letters.slice(0, 1)].flatMap(name => elementSymbol(name) ?? [])
  return candidates.find(name => atomicNumber(name) === charge) ?? candidates[0] ?? symbolOf(charge) ?? null
}

/** Angstrom in one unit of the table: ` Output coordinates in a.u. (scale by  1.000000000 to convert to a.u.)`. */
function scaleOf(head: string): number {
  const toBohr = numberOrNull(/scale by\s+(\S+)/.exec(head)?.[1])
  return head.includes(' angstrom') || toBohr === null ? 1 : toBohr / BOHR_PER_ANGSTROM
}
