import type { Environment, MeasuredMolecule } from '../../nmr/delta50.ts'
import { elementSymbol } from '../../nmr/elements.ts'
import { readMolfile } from '../../nmr/molfile.ts'
import { parseXyz } from '../../nmr/xyz.ts'
import { badInput, ok, type Result } from '../../result.ts'
import { findSolvent } from '../../solvents.ts'

/** A file of a person's own set. */
export interface SetFile {
  readonly name: string
  readonly text: string
}

/** A set of molecules with measured shifts. */
export interface CampaignSet {
  readonly id: string
  readonly source: string
  readonly corrections: readonly string[]
  /** Id of the solvent in which the shifts were measured. */
  readonly solvent: string
  readonly molecules: readonly (Omit<MeasuredMolecule, 'number' | 'smiles' | 'formula'> & { readonly charge: number })[]
}

const SHIFTS_FORMAT =
  'The CSV has one line a signal: molecule,atoms,delta_ppm (and, if you like, nucleus,solvent); atoms are counted from 1, with blanks between, e.g. ethanol,4 5 6,1.25.'

/** Other names under which columns are known. */
const columns: Readonly<Record<string, readonly string[]>> = {
  molecule: ['molecule', 'id', 'name'],
  atoms: ['atoms', 'atom', 'atom_index', 'atom_indices'],
  delta: ['delta_ppm', 'delta', 'shift', 'shift_ppm', 'delta_exp_ppm'],
  nucleus: ['nucleus'],
  solvent: ['solvent'],
}

/** What stands, or may be put, beside the folders of the molecules; some disks do not tell capitals from small letters. */
const OWN_FILES = /^stop$|\.(json|jsonl|csv|xyz)$/i

const WANTED = ['molecule', 'atoms', 'delta']
const SEPARATORS = [',', ';', '\t']

/**
 * A folder as a set: one structure a molecule (NAME.xyz, NAME.mol, NAME.sdf; its first frame) and one CSV of measured
 * shifts. Refused, naming file and line: a shift without structure or atom, an atom that is not there, of another
 * element than its nucleus, or named twice; a number that is none.
 */
export function readOwnSet(id: string, files: readonly SetFile[]): Result<CampaignSet> {
  const table = tableIn(id, files)
  if (!table.ok) return table
  const structures = structuresIn(id, files)
  if (!structures.ok) return structures
  const rows = readShifts(table.value)
  if (!rows.ok) return rows
  const measured = measuredIn(table.value.name, rows.value, structures.value)
  if (!measured.ok) return measured
  const { shifts, solvent } = measured.value
  const alone = [...structures.value.keys()].find(name => !shifts.has(name))
  if (alone !== undefined)
    return refuse(`${table.value.name} has no shift of ${alone}.`, 'Add one, or take its structure away.')
  if (shifts.size === 0) return refuse(`${table.value.name} holds no shifts.`, SHIFTS_FORMAT)
  return ok({
    id,
    source: `${id}: ${table.value.name}`,
    corrections: [],
    solvent: solvent ?? 'cdcl3',
    molecules: [...shifts].flatMap(([name, environments]) => {
      const structure = structures.value.get(name)
      return structure?.ok ? [{ id: name, name, ...structure.value, environments }] : []
    }),
  })
}

function refuse(message: string, hint?: string): Result<never> {
  return badInput('set', message, hint)
}

/** The CSV of measured shifts: the only one, or that of the name. */
function tableIn(id: string, files: readonly SetFile[]): Result<SetFile> {
  const tables = files.filter(({ name }) => /\.csv$/i.test(name))
  const table =
    tables.find(({ name }) => name.toLowerCase() === 'shifts.csv') ?? (tables.length === 1 ? tables[0] : undefined)
  if (table) return ok(table)
  const what =
    tables.length === 0 ? 'no CSV of measured shifts' : `${tables.length} CSV files and none is called shifts.csv`
  return refuse(`The folder ${id} holds ${what}.`, SHIFTS_FORMAT)
}

type Structures = ReadonlyMap<string, ReturnType<typeof readStructure>>

/** By the names of their molecules. One that cannot be read is refused only where a shift is of it. */
function structuresIn(id: string, files: readonly SetFile[]): Result<Structures> {
  const structures = new Map<string, ReturnType<typeof readStructure>>()
  for (const file of files) {
    const [, name] = /^(.+)\.(?:xyz|mol|sdf|sd)$/i.exec(file.name) ?? []
    if (name === undefined) continue
    if (structures.has(name)) return refuse(`The folder ${id} holds two structures of ${name}.`)
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) || name.includes('..'))
      return refuse(
        `${file.name}: a molecule's name is made of letters, digits, dots, hyphens and underscores.`,
        'Rename the file.',
      )
    if (OWN_FILES.test(name))
      return refuse(
        `${file.name}: ${name} is a file of the campaign's own, in the place where its folder would be.`,
        'Rename the file.',
      )
    structures.set(name, readStructure(file))
  }
  return ok(structures)
}

interface Measured {
  /** By molecule. */
  readonly shifts: ReadonlyMap<string, readonly Environment[]>
  /** Id of the solvent, where a line names it. */
  readonly solvent: string | null
}

function measuredIn(table: string, rows: readonly Row[], structures: Structures): Result<Measured> {
  const shifts = new Map<string, readonly Environment[]>()
  let solvent: string | null = null
  for (const row of rows) {
    const where = `Line ${row.line} of ${table}`
    const structure = structures.get(row.molecule)
    if (!structure)
      return refuse(
        `${where}: there is no structure of "${row.molecule}".`,
        `Wanted beside it is ${row.molecule}.xyz, .mol or .sdf.`,
      )
    if (!structure.ok) return structure
    const known = shifts.get(row.molecule) ?? []
    const environment = environmentOf(row, structure.value.elements, known, where)
    if (!environment.ok) return environment
    shifts.set(row.molecule, [...known, environment.value])
    if (row.solvent === null) continue
    const found = findSolvent(row.solvent)
    if (!found.ok) return refuse(`${where}: ${found.fault.message}`, found.fault.hint)
    if (solvent !== null && solvent !== found.value.id) return refuse(`${where}: a set is measured in one solvent.`)
    solvent = found.value.id
  }
  return ok({ shifts, solvent })
}

/** What a line says of a molecule of these elements, of which these shifts are known already. */
function environmentOf(
  { molecule, atoms: words, delta_ppm, nucleus }: Row,
  elements: readonly string[],
  known: readonly Environment[],
  where: string,
): Result<Environment> {
  if (words.length === 0) return refuse(`${where}: the shift has no atom.`, SHIFTS_FORMAT)
  const noNumber = words.find(word => !/^\d+$/.test(word))
  if (noNumber !== undefined) return refuse(`${where}: "${noNumber}" is not the number of an atom.`, SHIFTS_FORMAT)
  const atoms = words.map(Number)
  const missing = atoms.find(atom => atom < 1 || atom > elements.length)
  if (missing !== undefined) return refuse(`${where}: ${molecule} has no atom ${missing} (it has ${elements.length}).`)
  const element = elements[(atoms[0] ?? 1) - 1] ?? ''
  const other = atoms.find(atom => elements[atom - 1] !== element)
  if (other !== undefined) return refuse(`${where}: atoms ${atoms[0]} and ${other} are of different elements.`)
  const isotope = isotopes[element]
  if (isotope === undefined)
    return refuse(`${where}: atom ${atoms[0]} is ${element}; shifts of H, C, N, F and P are compared.`)
  if (nucleus !== null && nucleus.toLowerCase() !== isotope.toLowerCase())
    return refuse(`${where}: atom ${atoms[0]} of ${molecule} is ${element}, not ${nucleus}.`)
  if (!Number.isFinite(delta_ppm)) return refuse(`${where}: the shift is no number.`)
  const twice = atoms.find(atom => known.some(each => each.atoms.includes(atom)))
  if (twice !== undefined) return refuse(`${where}: atom ${twice} of ${molecule} has a shift already.`)
  return ok({ nucleus: isotope, atoms, delta_ppm })
}

const isotopes: Readonly<Record<string, string>> = { H: '1H', C: '13C', N: '15N', F: '19F', P: '31P' }

function readStructure(file: SetFile): Result<{
  readonly elements: readonly string[]
  readonly geometry: MeasuredMolecule['geometry']
  readonly charge: number
}> {
  const refuse = (message: string) => badInput('set', `${file.name}: ${message}`)
  if (/\.xyz$/i.test(file.name)) {
    const frames = parseXyz(file.text)
    if (!frames.ok) return refuse(frames.fault.message)
    const [first] = frames.value
    if (!first) return refuse('It is empty.')
    return ok({ elements: first.elements, geometry: first.geometry, charge: chargeIn(first.comment) })
  }
  const records = readMolfile(file.text)
  if (!records.ok) return refuse(records.fault.message)
  const [first] = records.value
  if (!first?.geometry) return refuse('A 3D structure with all its hydrogens is wanted.')
  const { molecule, geometry } = first
  const elements = geometry.map((_, atom) => elementSymbol(molecule.getAtomLabel(atom)) ?? molecule.getAtomLabel(atom))
  const charge = geometry.reduce((sum, _, atom) => sum + molecule.getAtomCharge(atom), 0)
  return ok({ elements, geometry, charge })
}

/** `charge=1` in the comment of an xyz; 0 where it says nothing. */
function chargeIn(comment: string): number {
  return Number(/\bcharge\s*=\s*(-?\d+)/i.exec(comment)?.[1] ?? 0)
}

interface Row {
  readonly line: number
  readonly molecule: string
  /** As they are written. */
  readonly atoms: readonly string[]
  readonly delta_ppm: number
  readonly nucleus: string | null
  readonly solvent: string | null
}

function readShifts({ name, text }: SetFile): Result<readonly Row[]> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  const [head = '', ...rest] = lines
  const separator = separatorOf(head)
  const at = columnsOf(head, separator)
  for (const column of WANTED) {
    if (at(column) < 0) return badInput('set', `${name} has no column ${columns[column]?.[0]}.`, SHIFTS_FORMAT)
  }
  return ok(
    rest.flatMap((text, i): Row[] => {
      if (text.trim() === '') return []
      const row = cells(text, separator).map(cell => cell.trim())
      const cell = (column: string) => row[at(column)] ?? ''
      const atoms = cell('atoms')
        .split(/[\s;,]+/)
        .filter(Boolean)
      return [
        {
          line: i + 2,
          molecule: cell('molecule'),
          atoms,
          delta_ppm: numberIn(cell('delta'), separator),
          nucleus: cell('nucleus') || null,
          solvent: cell('solvent') || null,
        },
      ]
    }),
  )
}

/**
 * As spreadsheets write it: where the comma is the decimal sign, cells have semicolons or tabs between. The names of
 * columns tell, since a comma may stand in another one's (`shift (exp, ppm)`).
 */
function separatorOf(head: string): string {
  const has = (separator: string) => WANTED.every(column => columnsOf(head, separator)(column) >= 0)
  return SEPARATORS.find(has) ?? SEPARATORS.find(each => head.includes(each)) ?? ','
}

/** At which place of a line a column stands; -1 where there is none. */
function columnsOf(head: string, separator: string): (column: string) => number {
  const names = cells(head, separator).map(cell => cell.trim().toLowerCase())
  return column => names.findIndex(each => columns[column]?.includes(each))
}

/** NaN for none. */
function numberIn(cell: string, separator: string): number {
  if (cell === '') return Number.NaN
  return Number(separator === ',' ? cell : cell.replace(',', '.'))
}

/** The cells of a line of CSV; `"a, ""b"""` is one (RFC 4180, without line ends inside). */
function cells(line: string, separator: string): readonly string[] {
  const cell = new RegExp(`(?:^|${separator})(?:"((?:[^"]|"")*)"|([^${separator}]*))`, 'g')
  return [...line.matchAll(cell)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
  )
}
