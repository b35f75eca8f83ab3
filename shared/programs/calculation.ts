import type { ContentRef, Json } from '../ids.ts'
import type { JobResult } from '../model/job.ts'
import { badInput, ok, orThrow, type Result } from '../result.ts'
import { type GivenFile, type JsonRef, readFiles, record } from './files.ts'
import type { Contents, GeometryAtom } from './program.ts'
import { readXyz } from './xyz.ts'

/** Whether the value is a whole number that is not below `least`. */
function isWhole(value: Json | undefined, least = Number.NEGATIVE_INFINITY): boolean {
  return Number.isInteger(value) && (value as number) >= least
}

/** Checks files of which one is the deck: `output` is the name that the program's output takes. */
export function checkDeck(json: Json, output: string): Result<void> {
  const input = record(json)
  const files = readFiles(input.files)
  if (!files.ok) return files
  if (!files.value.some(file => file.name === input.main)) return badInput('main', 'The deck is not among the files.')
  if (files.value.some(file => file.name === output))
    return badInput('files', `${output} is the output's name.`, 'Rename it')
  return ok(undefined)
}

/** Checks what every calculation has: a task of those named, a geometry, charge, multiplicity. Faults name the field. */
export function checkCalculation(json: Json, tasks: readonly string[]): Result<void> {
  const input = record(json)
  if (!tasks.includes(input.task as string))
    return badInput('task', `Unknown task: ${input.task}.`, `Known are ${tasks.join(', ')}`)
  for (const field of ['title', 'solvent'] as const) {
    if (typeof input[field] !== 'string') return badInput(field, `${field} is wanted.`)
  }
  if (typeof record(input.geometry).sha256 !== 'string') return badInput('geometry', 'There is no geometry.')
  if (!isWhole(input.charge)) return badInput('charge', 'The charge is a whole number.')
  if (!isWhole(input.multiplicity, 1)) return badInput('mult', 'The multiplicity is 1 or more.')
  if (!isWhole(input.atoms, 1)) return badInput('geometry', 'The geometry has no atoms.')
  if (!isWhole(input.max_cycles, 1)) return badInput('max_cycles', 'At least one cycle is needed.')
  return ok(undefined)
}

/** Checks the level of a calculation's shieldings; null: that of the calculation. */
export function checkShieldingLevel(json: Json): Result<void> {
  const { shielding } = record(json)
  const { xc, basis, cavity } = record(shielding)
  if (shielding !== null && (typeof xc !== 'string' || typeof basis !== 'string')) {
    return badInput('shielding', 'A level of the shieldings has xc and basis.')
  }
  if (cavity !== undefined && cavity !== 'UFF') return badInput('shielding', 'A cavity is UFF, or is left out.')
  return ok(undefined)
}

/** A person's deck as a calculation is known by it: its text, and by content what lies beside it. */
export function deckOf({ files, main }: DeckFiles, contents: Contents): { text: string; others: DeckFiles['files'] } {
  const deck = files.find(file => file.name === main)
  return { text: deck ? contents(deck) : '', others: files.filter(file => file !== deck) }
}

interface DeckFiles {
  readonly files: readonly GivenFile[]
  /** Which of the files is the deck. */
  readonly main: string
}

/** What is read of an input before its files are made: the deck or the geometry, and a geometry that repairs it. */
export function contentsOf(
  input: (({ readonly kind: 'deck' } & DeckFiles) | { readonly kind: 'calculation'; readonly geometry: JsonRef }) & {
    readonly repairs?: { readonly geometry?: JsonRef }
  },
): readonly ContentRef[] {
  const own = input.kind === 'deck' ? input.files.filter(({ name }) => name === input.main) : [input.geometry]
  return [...own, ...(input.repairs?.geometry ? [input.repairs.geometry] : [])]
}

/** The atoms of a calculation's geometry, as many as were announced. */
export function geometryOf(
  input: { readonly geometry: { readonly sha256: string; readonly bytes: number }; readonly atoms: number },
  contents: Contents,
): readonly GeometryAtom[] {
  const atoms = orThrow(readXyz(contents(input.geometry)))
  if (atoms.length === input.atoms) return atoms
  return orThrow(badInput('geometry', `The geometry has ${atoms.length} atoms where ${input.atoms} were announced.`))
}

/** The input of a plain retry: an optimisation goes on from the last geometry, all else is done as it was. */
export function onLastGeometry(json: Json, last: JobResult | null): Json {
  const input = record(json)
  if (input.kind === 'deck' || !String(input.task).startsWith('opt') || !last?.geometry) return json
  const { sha256, bytes } = last.geometry
  return { ...input, geometry: { sha256, bytes } }
}

/** Only what cannot end a comment or begin a directive in any program's input; at most 70 characters. */
export function plainTitle(title: string): string {
  return title
    .replaceAll(/[^A-Za-z0-9 .,:/()+*=@_-]/g, ' ')
    .replaceAll(/ +/g, ' ')
    .trim()
    .slice(0, 70)
}
