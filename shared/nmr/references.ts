import own from '../../resources/delta50/factors.json' with { type: 'json' }
import table from '../../resources/references.json' with { type: 'json' }
import type { Json } from '../ids.ts'
import { badInput, ok, type Result } from '../result.ts'
import type { Nucleus } from './nuclei.ts'

/** Where a shift comes from. `tms` may still have to be computed. */
export type ReferenceKind = 'own' | 'published' | 'tms' | 'none'

/** How a nucleus' shieldings become shifts: delta = slope * sigma + intercept, in ppm. */
export type Reference = {
  readonly nucleus: string
  readonly element: string
  readonly kind: ReferenceKind
  /**
   * The line; `computed`: slope -1, and the intercept is the shielding of TMS that the run itself finds; null: no
   * shift, the shielding only.
   */
  readonly line: { readonly slope: number; readonly intercept: number } | 'computed' | null
  readonly source: string
  /** Measured on molecules of known shifts at this level in this solvent; null where nobody did: then it is not known. */
  readonly expected_error_ppm: number | null
}

/** What is said in the place of an error that nobody measured. */
export const NOT_CALIBRATED = 'not calibrated at this level'

/** The level that a reference must fit: labels as `findLevel` gives them, solvent by its id. */
export interface ReferenceLevel {
  readonly program: string
  /** Of the shieldings, e.g. `B3LYP/6-311+G(2d,p)`. */
  readonly level: string
  /** Of the geometries. */
  readonly geometry: string
  readonly solvent: string
}

/** What `--reference` may say; a file is its text. */
export type ReferenceWish = 'auto' | 'published' | 'tms' | 'none' | FactorText

/** A file of factors, by its name and its text. */
export interface FactorText {
  readonly file: string
  readonly text: string
}

interface Entry extends ReferenceLevel {
  readonly element: string
  readonly kind: ReferenceKind
  readonly slope: number
  readonly intercept: number
  readonly expected_error_ppm: number | null
  readonly source: string
  /** How many are in a fit of Larmor's own. */
  readonly molecules?: number
}

/** Below it the line itself is less well known than what gas-phase geometries do to it. */
const LEAST_MOLECULES = 20
/** A campaign of fewer molecules offers no factor by itself; with --reference FILE a person may take any. */
const LEAST_OF_CAMPAIGN = 10
/** The level of geometries for which the fits on DELTA50 stand. */
const OWN_GEOMETRY = 'B3LYP/6-31G*'

/** Larmor's own fits: the exact one first, where enough molecules are in it. */
const ownEntries: readonly Entry[] = (own.fits as readonly OwnFit[])
  .filter(({ nearness, molecules }) => nearness === 'near' || molecules.length >= LEAST_MOLECULES)
  .toSorted((a, b) => (a.nearness === b.nearness ? 0 : a.nearness === 'exact' ? -1 : 1))
  .flatMap(({ nearness, factors, program, level, solvent, geometry, molecules }) =>
    factors.map(({ nucleus, slope, intercept, expected_error_ppm, rmsd_ppm }) => ({
      program,
      level,
      geometry: OWN_GEOMETRY,
      solvent,
      element: nucleus.replace(/^\d+/, ''),
      kind: 'own',
      slope,
      intercept,
      expected_error_ppm,
      molecules: molecules.length,
      source: `${nearness === 'exact' ? 'exact' : `near, not exact (its geometries are ${geometry})`}: Larmor's own fit on ${molecules.length} molecules of DELTA50 (numbers ${numbersOf(molecules)}; Cohen et al., Molecules 2023, 28, 2449), RMSD ${rmsd_ppm.toFixed(3)} ppm, ${expected_error_ppm} ppm for a molecule that is not in the fit`,
    })),
  )

/** `1-14, 16`: which molecules, by their numbers in DELTA50. */
function numbersOf(molecules: readonly string[]): string {
  const numbers = molecules.map(id => Number(id.replace(/\D/g, ''))).toSorted((a, b) => a - b)
  const spans: (readonly [from: number, to: number])[] = []
  for (const number of numbers) {
    const last = spans.at(-1)
    if (last?.[1] === number - 1) spans[spans.length - 1] = [last[0], number]
    else spans.push([number, number])
  }
  return spans.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ')
}

interface OwnFit extends ReferenceLevel {
  readonly nearness: string
  readonly molecules: readonly string[]
  readonly factors: readonly {
    readonly nucleus: string
    readonly slope: number
    readonly intercept: number
    readonly expected_error_ppm: number
    readonly rmsd_ppm: number
  }[]
}

/** Nuclei that TMS, Si(CH3)4, can stand for. */
const inTms = new Set(['H', 'C', 'Si'])

/**
 * The reference of each nucleus, settled before anything runs. A level without a factor of its own is referred to TMS
 * computed once at that level; `published` for such a level is refused. Nuclei that TMS does not hold give
 * shieldings only. `fitted`: factor files of the person's own campaigns, found by the level they are of; of these and
 * the shipped fits the one with more molecules.
 */
export function resolveReferences(
  wish: ReferenceWish,
  at: ReferenceLevel,
  nuclei: readonly Nucleus[],
  fitted: readonly FactorText[] = [],
): Result<readonly Reference[]> {
  if (typeof wish === 'object') return fromFile(wish, at, nuclei)
  const found: Reference[] = []
  for (const nucleus of nuclei) {
    const candidates = [...ownEntries, ...(table.references as readonly Entry[])]
    const entry = candidates.find(
      each => fits(each, at) && each.element === nucleus.element && (wish === 'auto' || each.kind === wish),
    )
    const own = wish === 'auto' ? fromCampaigns(fitted, at, nucleus, entry?.molecules ?? 0) : undefined
    const given = own ?? (entry && reference(nucleus, entry))
    if (wish === 'none') found.push(nothing(nucleus, 'none was asked for'))
    else if (wish === 'published') {
      if (entry?.kind === 'published' && given) found.push(given)
      else {
        const what = `There is no published factor for ${nucleus.nucleus} at ${at.level}//${at.geometry} in ${at.solvent}.`
        return badInput('reference', what, 'Use --reference tms, or none for shieldings only')
      }
    } else if (wish === 'auto' && given) found.push(given)
    else if (inTms.has(nucleus.element)) found.push(given?.kind === 'tms' ? given : computedTms(nucleus, at))
    else found.push(nothing(nucleus, `TMS holds no ${nucleus.element}: shieldings only`))
  }
  return ok(found)
}

/**
 * The factor of a person's own campaign for this very level: of several, that with most molecules, never few, and more
 * than the shipped fit has.
 */
function fromCampaigns(
  fitted: readonly FactorText[],
  at: ReferenceLevel,
  nucleus: Nucleus,
  shipped: number,
): Reference | undefined {
  const candidates = fitted.flatMap(file => {
    const read = fromFile(file, at, [nucleus])
    const [found] = read.ok ? read.value : []
    return found?.kind === 'own' ? [{ found, molecules: moleculesIn(file) }] : []
  })
  const [best] = candidates.toSorted((a, b) => b.molecules - a.molecules)
  return best && best.molecules >= LEAST_OF_CAMPAIGN && best.molecules > shipped ? best.found : undefined
}

function moleculesIn({ text }: FactorText): number {
  const { molecules } = JSON.parse(text) as { readonly molecules?: Json }
  return Array.isArray(molecules) ? molecules.length : 0
}

/** Whether a run with these references computes TMS. */
export function needsTms(references: readonly Reference[]): boolean {
  return references.some(({ line }) => line === 'computed')
}

/** The shift of a shielding; null where there is no reference, or TMS has no shielding (yet). */
export function shiftOf(reference: Reference, sigma_ppm: number, tms_ppm: number | null): number | null {
  const { line } = reference
  if (line === null) return null
  if (line === 'computed') return tms_ppm === null ? null : tms_ppm - sigma_ppm
  return line.slope * sigma_ppm + line.intercept
}

function fits(entry: ReferenceLevel, at: ReferenceLevel): boolean {
  const fields = ['program', 'level', 'geometry', 'solvent'] as const
  return fields.every(field => entry[field].toLowerCase() === at[field].toLowerCase())
}

function reference(nucleus: Nucleus, entry: Entry): Reference {
  const { kind, slope, intercept, source, expected_error_ppm } = entry
  return { ...nucleus, kind, line: { slope, intercept }, source, expected_error_ppm }
}

function nothing(nucleus: Nucleus, why: string): Reference {
  return { ...nucleus, kind: 'none', line: null, source: why, expected_error_ppm: null }
}

function computedTms(nucleus: Nucleus, at: ReferenceLevel): Reference {
  const source = `TMS computed at ${at.level}//${at.geometry} in ${at.solvent} by this version of ${at.program}`
  // How far a shift against TMS is off goes with the level, and was measured at none.
  return { ...nucleus, kind: 'tms', line: 'computed', source, expected_error_ppm: null }
}

/**
 * A file of factors: {"program", "level", "geometry", "solvent", "source", "factors": [{"nucleus", "slope",
 * "intercept", "expected_error_ppm"}]}, direct form (delta = slope * sigma + intercept). Another level is refused.
 */
function fromFile(
  { file, text }: { readonly file: string; readonly text: string },
  at: ReferenceLevel,
  nuclei: readonly Nucleus[],
): Result<readonly Reference[]> {
  const refuse = (why: string) =>
    badInput(
      'reference',
      `${file}: ${why}`,
      'Wanted: {"level", "geometry", "solvent", "source", "factors": [{"nucleus", "slope", "intercept"}]}',
    )
  let json: Json
  try {
    json = JSON.parse(text) as Json
  } catch {
    return refuse('It is no JSON.')
  }
  const read = record(json)
  const factors = Array.isArray(read?.factors) ? read.factors.map(record) : null
  if (!read || !factors) return refuse('It holds no "factors".')
  const level: ReferenceLevel = {
    program: typeof read.program === 'string' ? read.program : at.program,
    level: String(read.level ?? ''),
    geometry: String(read.geometry ?? ''),
    solvent: String(read.solvent ?? ''),
  }
  if (!fits(level, at)) {
    const name = ({ program, level, geometry, solvent }: ReferenceLevel) =>
      `${program} ${level || 'no level'}//${geometry || 'no geometry'} in ${solvent || 'no solvent'}`
    return refuse(`Its factors are for ${name(level)}, the run is ${name(at)}.`)
  }
  const found: Reference[] = []
  for (const nucleus of nuclei) {
    const factor = factors.find(each => each?.nucleus === nucleus.nucleus)
    if (!factor) {
      found.push(nothing(nucleus, `${file} has no factor for ${nucleus.nucleus}: shieldings only`))
      continue
    }
    const { slope, intercept, expected_error_ppm: error } = factor
    if (typeof slope !== 'number' || typeof intercept !== 'number') {
      return refuse(`Slope and intercept of ${nucleus.nucleus} must be numbers.`)
    }
    // The literature's slope is near -1 too, but belongs to sigma(delta): its intercept is that of TMS, near 32 or 190.
    if (slope >= 0)
      return refuse(`The slope of ${nucleus.nucleus} must be negative (delta = slope * sigma + intercept).`)
    const source = typeof read.source === 'string' ? read.source : file
    const expected_error_ppm = typeof error === 'number' ? error : null
    found.push({ ...nucleus, kind: 'own', line: { slope, intercept }, source, expected_error_ppm })
  }
  return ok(found)
}

function record(json: Json | undefined): { readonly [key: string]: Json } | null {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as { [key: string]: Json }) : null
}
