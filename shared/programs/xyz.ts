import { elementSymbol } from '../nmr/elements.ts'
import { badInput, ok, type Result } from '../result.ts'
import type { GeometryAtom } from './program.ts'

/**
 * The first structure of an XYZ text (number of atoms, comment, then element and angstrom coordinates a line), in its
 * own order. Refused with the field `geometry`: an empty or cut text, an unknown element (NWChem would run it as a
 * dummy atom), a coordinate that is no number.
 */
export function readXyz(text: string): Result<readonly GeometryAtom[]> {
  const lines = text.split(/\r\n|\r|\n/)
  const count = Number(lines[0]?.trim() || Number.NaN)
  if (!Number.isInteger(count) || count < 1) {
    return badInput('geometry', 'The XYZ text does not begin with a number of atoms.')
  }
  const atoms: GeometryAtom[] = []
  for (let i = 0; i < count; i++) {
    const words = lines[i + 2]?.trim().split(/\s+/) ?? []
    if (words.length < 4) return badInput('geometry', `The XYZ text promises ${count} atoms and ends after ${i}.`)
    const element = elementSymbol(words[0] as string)
    if (element === undefined)
      return badInput('geometry', `Line ${i + 3} of the XYZ text: no element is called ${words[0]}.`)
    const [x, y, z] = words.slice(1, 4).map(Number) as [number, number, number]
    if (![x, y, z].every(Number.isFinite)) {
      return badInput('geometry', `Line ${i + 3} of the XYZ text: ${words.slice(1, 4).join(' ')} is no position.`)
    }
    atoms.push([element, x, y, z])
  }
  return ok(atoms)
}

/** The structure as XYZ text, 8 decimals in angstrom; the comment's line ends become blanks. */
export function writeXyz(atoms: readonly GeometryAtom[], comment: string): string {
  const rows = atoms.map(([element, ...at]) => `${element.padEnd(2)} ${at.map(coordinate).join(' ')}`)
  return `${[atoms.length, comment.replaceAll(/[\r\n]+/g, ' '), ...rows].join('\n')}\n`
}

function coordinate(value: number): string {
  return value.toFixed(8).padStart(14)
}
