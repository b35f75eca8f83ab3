import { type Nucleus, parseNuclei } from '../../nmr/nuclei.ts'
import { type Preset, presets } from '../../nmr/presets.ts'
import {
  type FactorText,
  needsTms,
  type Reference,
  type ReferenceLevel,
  type ReferenceWish,
  resolveReferences,
} from '../../nmr/references.ts'
import { inOwnCavity, isSameLevel, type Level, readLevel, splitOutsideBrackets } from '../../programs/index.ts'
import { badInput, ok, type Result } from '../../result.ts'
import type { NmrArguments } from './arguments.ts'
import type { NmrParams } from './params.ts'

export interface Method {
  readonly program: NmrParams['program']
  readonly preset: Preset
  readonly geometry: Level
  readonly shielding: Level
  /** The level of each nucleus' shieldings by its element, where they were named apart. */
  readonly apart: ReadonlyMap<string, Level> | null
}

/** What the arguments say of program and levels; a preset says the rest, its cavity unless `cavity` is `own`. */
export function methodOf(args: NmrArguments, usual: string, cavity: 'preset' | 'own'): Result<Method> {
  const program = args.program ?? 'nwchem'
  if (program !== 'nwchem' && program !== 'orca' && program !== 'none') {
    const what = `no program that computes shieldings is called ${program}`
    return badInput('program', what, 'Use --program nwchem, orca, or none')
  }
  const preset = presets.find(({ id }) => id === (args.preset ?? usual))
  if (!preset) {
    return badInput('preset', `Unknown preset: ${args.preset}.`, `Known are ${presets.map(({ id }) => id).join(', ')}`)
  }
  const xc = both(args.xc, preset.shielding.xc, preset.geometry.xc)
  const basis = both(args.basis, preset.shielding.basis, preset.geometry.basis)
  if (!xc) return badInput('xc', `--xc wants one level, or SHIELDING//GEOMETRY, not ${args.xc}.`)
  if (!basis) return badInput('basis', `--basis wants one name, or SHIELDING//GEOMETRY, not ${args.basis}.`)
  const at = (word: string, usualBasis: string): Result<Level> => {
    const read = readLevel(program === 'orca' ? 'orca' : 'nwchem', word, usualBasis)
    return read.ok ? ok(read.value.level) : read
  }
  const isApart = xc[0].includes('=')
  const apart = isApart ? apartOf(xc[0], word => at(word, basis[0])) : ok(null)
  if (!apart.ok) return apart
  const shielding = at(isApart ? preset.shielding.xc : xc[0], basis[0])
  if (!shielding.ok) return shielding
  // One level for each nucleus is none for the geometries.
  const isNamedTwice = args.xc?.includes('//') === true
  const geometry = at(isApart && !isNamedTwice ? preset.geometry.xc : xc[1], basis[1])
  if (!geometry.ok) return geometry
  // A level that is named is taken as it is named; the preset's cavity belongs to the preset's level.
  const isOfPreset = args.xc === undefined && args.basis === undefined && program === 'nwchem' && cavity === 'preset'
  return ok({
    program,
    preset,
    shielding: isOfPreset ? preset.shielding : shielding.value,
    // One word for both names the cavity of the shieldings: the factors stand on geometries of NWChem's own.
    geometry: isNamedTwice ? geometry.value : inOwnCavity(geometry.value),
    apart: apart.value,
  })
}

/** `1H=WP04,13C=CAM-B3LYP/def2-SVP`: the level of each nucleus by its element. */
function apartOf(given: string, levelOf: (word: string) => Result<Level>): Result<ReadonlyMap<string, Level>> {
  const found = new Map<string, Level>()
  for (const part of splitOutsideBrackets(given)) {
    const [name = '', word = '', ...rest] = part.split('=').map(each => each.trim())
    const nuclei = parseNuclei(name)
    if (!nuclei.ok) return badInput('xc', nuclei.fault.message, nuclei.fault.hint)
    const [nucleus] = nuclei.value
    if (!nucleus || word === '' || rest.length > 0 || found.has(nucleus.element))
      return badInput('xc', `a level for each nucleus is given as 1H=WP04,13C=CAM-B3LYP/def2-SVP//B3LYP, not ${given}`)
    const level = levelOf(word)
    if (!level.ok) return level
    found.set(nucleus.element, level.value)
  }
  return ok(found)
}

/** The level of the shieldings, and the other one where two of the nuclei that are there have levels of their own. */
export function shieldingsFor(
  { shielding, apart }: Method,
  nuclei: readonly Nucleus[],
): Result<Pick<NmrParams, 'shielding' | 'other'>> {
  if (!apart) return ok({ shielding })
  const unnamed = nuclei.find(({ element }) => !apart.has(element))
  if (unnamed)
    return badInput('xc', `--xc names no level for ${unnamed.nucleus}.`, 'Name it, or leave it out of --nuclei')
  const wanted = nuclei.map(({ element }) => apart.get(element) ?? shielding)
  const [first = shielding, second, third] = wanted.filter(
    (level, i) => wanted.findIndex(each => isSameLevel(each, level)) === i,
  )
  if (third) return badInput('xc', 'Shieldings are taken from two levels at most.')
  if (!second) return ok({ shielding: first })
  const elements = nuclei.flatMap(({ element }) =>
    isSameLevel(apart.get(element) ?? shielding, second) ? element : [],
  )
  return ok({ shielding: first, other: { ...second, elements } })
}

/** The reference of each nucleus at its level. Two levels need factors of both: TMS is computed at one. */
export function referencesOf(
  wish: ReferenceWish,
  levels: readonly (readonly [ReferenceLevel, readonly Nucleus[]])[],
  isApart: boolean,
  fitted: readonly FactorText[] | undefined,
): Result<readonly Reference[]> {
  if (isApart && typeof wish === 'object')
    return badInput(
      'reference',
      'A file of factors is of one level.',
      'Those of your own campaigns are found by themselves',
    )
  const found: Reference[] = []
  for (const [at, nuclei] of levels) {
    const references = resolveReferences(wish, at, nuclei, fitted)
    if (!references.ok) return references
    if (isApart && needsTms(references.value)) {
      const names = nuclei.map(({ nucleus }) => nucleus).join(', ')
      const fit = `larmor campaign start delta50 --levels ${at.level} --solvents ${at.solvent} fits them`
      return badInput('xc', `There are no factors for ${names} at ${at.level}//${at.geometry} in ${at.solvent}.`, fit)
    }
    found.push(...references.value)
  }
  return ok(found)
}

/** What holds for the shieldings and for the geometries. */
function both(given: string | undefined, shielding: string, geometry: string): readonly [string, string] | null {
  if (given === undefined) return [shielding, geometry]
  const [first, second, ...more] = given.split('//').map(part => part.trim())
  if (!first || second === '' || more.length > 0) return null
  return [first, second ?? first]
}
