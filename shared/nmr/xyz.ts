import { badInput, ok, type Result } from '../result.ts'
import { elementSymbol, symbolOf } from './elements.ts'
import type { Geometry, Position } from './molecule.ts'

/** One geometry of an XYZ file. */
export interface Frame {
  readonly elements: readonly string[]
  readonly geometry: Geometry
  readonly comment: string
}

/** XYZ text of one geometry, 8 decimals: what is hashed, sent and read back. */
export function formatXyz(elements: readonly string[], geometry: Geometry, comment = ''): string {
  const lines = elements.map((element, i) => {
    const numbers = (geometry[i] ?? [0, 0, 0]).map(value => (value.toFixed(8) === '-0.00000000' ? 0 : value).toFixed(8))
    return `${element.padEnd(2)} ${numbers.map(text => text.padStart(14)).join(' ')}`
  })
  return `${elements.length}\n${comment.replaceAll(/[\r\n]+/g, ' ')}\n${lines.join('\n')}\n`
}

/**
 * All frames of an XYZ file (one or many, angstrom). Empty and cut files are refused with the line at fault; extra
 * columns are ignored.
 */
export function parseXyz(text: string): Result<readonly Frame[]> {
  const lines = text.split(/\r\n|\r|\n/)
  const frames: Frame[] = []
  let i = 0
  while (i < lines.length) {
    if (lines[i]?.trim() === '') {
      i += 1
      continue
    }
    const count = lines[i]?.trim() ?? ''
    if (!/^\d+$/.test(count)) {
      return badInput('input', `Line ${i + 1} of the xyz should be a number of atoms, and is "${excerpt(count)}".`)
    }
    const atoms = Number(count)
    if (atoms === 0) return badInput('input', `Line ${i + 1} of the xyz announces 0 atoms.`)
    const comment = lines[i + 1] ?? ''
    const elements: string[] = []
    const geometry: Position[] = []
    for (let k = 0; k < atoms; k++) {
      const line = lines[i + 2 + k]
      if (line === undefined || line.trim() === '') {
        return badInput('input', `The xyz is cut: ${atoms} atoms are announced in line ${i + 1}, ${k} are there.`)
      }
      const atom = parseAtom(line)
      if (typeof atom === 'string') return badInput('input', `Line ${i + 3 + k} of the xyz: ${atom}.`)
      elements.push(atom.element)
      geometry.push(atom.position)
    }
    frames.push({ elements, geometry, comment })
    i += 2 + atoms
  }
  if (frames.length === 0) return badInput('input', 'The xyz is empty.')
  return ok(frames)
}

function parseAtom(line: string): { readonly element: string; readonly position: Position } | string {
  const [name = '', ...numbers] = line.trim().split(/[\s,]+/)
  const element = /^\d+$/.test(name) ? symbolOf(Number(name)) : elementSymbol(name.replace(/\d+$/, ''))
  if (!element) return `no element is called "${excerpt(name)}"`
  const [x, y, z] = numbers
    .slice(0, 3)
    .map(number => (number === '' ? Number.NaN : Number(number.replace(/[dD]/, 'e'))))
  if (x === undefined || y === undefined || z === undefined) return 'three coordinates are wanted'
  if (![x, y, z].every(Number.isFinite)) return `"${excerpt(line.trim())}" holds a coordinate that is no number`
  return { element, position: [x, y, z] }
}

function excerpt(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text
}
