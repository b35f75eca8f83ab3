import { Molecule } from 'openchemlib'
import { badInput, ok, type Result } from '../result.ts'
import type { Geometry, Position } from './molecule.ts'

/** One record of a mol or sdf file. */
export interface MolRecord {
  readonly molecule: Molecule
  /** Which atom of `molecule` each atom of the file became: openchemlib moves hydrogens to the end. */
  readonly places: readonly number[]
  /** In the order of the file; null where it is a flat drawing. */
  readonly geometry: Geometry | null
}

/** The records of an sdf, or the one of a mol file (V2000 or V3000). Empty and cut ones are refused by their number. */
export function readMolfile(text: string): Result<readonly MolRecord[]> {
  const texts = text
    .replaceAll('\r\n', '\n')
    .split(/^\$\$\$\$.*\n?/m)
    .filter(part => part.trim() !== '')
  if (texts.length === 0) return badInput('input', 'The file is empty.')
  const records: MolRecord[] = []
  for (const [i, part] of texts.entries()) {
    const which = texts.length === 1 ? 'The mol file' : `Record ${i + 1} of the file`
    const record = readRecord(part)
    if (typeof record === 'string') return badInput('input', `${which} ${record}.`)
    records.push(record)
  }
  return ok(records)
}

function readRecord(text: string): MolRecord | string {
  const lines = text.split('\n')
  const counts = lines[3] ?? ''
  const v3 = counts.includes('V3000')
  if (!v3 && !counts.includes('V2000')) return 'has no counts line (V2000 or V3000) in line 4'
  if (!/^M {2}END/m.test(text)) return 'is cut: "M  END" is missing'
  const announced = v3 ? /^M {2}V30 COUNTS (\d+) (\d+)/m.exec(text) : /^([ \d]{3})([ \d]{3})/.exec(counts)
  const atoms = Number(announced?.[1])
  const bonds = Number(announced?.[2])
  if (!(atoms > 0)) return 'announces no atoms'
  let molecule: Molecule
  let places: readonly number[]
  try {
    const read = Molecule.fromMolfileWithAtomMap(text)
    molecule = read.molecule
    places = Array.from({ length: atoms }, (_, i) => read.map[i] ?? -1)
  } catch {
    return 'cannot be read'
  }
  if (molecule.getAllAtoms() !== atoms || molecule.getAllBonds() !== bonds) {
    return `is cut or damaged: it announces ${atoms} atoms and ${bonds} bonds, ${molecule.getAllAtoms()} and ${molecule.getAllBonds()} can be read`
  }
  const geometry = places.map(
    (place): Position => [molecule.getAtomX(place), molecule.getAtomY(place), molecule.getAtomZ(place)],
  )
  const solid = /3D/i.test((lines[1] ?? '').slice(20, 22)) || geometry.some(([, , z]) => Math.abs(z) > 1e-3)
  molecule.ensureHelperArrays(Molecule.cHelperParities)
  return { molecule, places, geometry: solid ? geometry : null }
}
