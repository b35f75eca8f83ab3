import { type Nucleus, parseNuclei } from '../../nmr/nuclei.ts'
import type { ParsedStructure } from '../../nmr/parse-structure.ts'
import { type FactorText, needsTms } from '../../nmr/references.ts'
import { findLevelOf, inOwnCavity, type Level } from '../../programs/index.ts'
import { badInput, ok, type Result } from '../../result.ts'
import { findSolvent } from '../../solvents.ts'
import { type NmrArguments, nmrDefaults } from './arguments.ts'
import { methodOf, referencesOf, shieldingsFor } from './method.ts'
import type { NmrParams } from './params.ts'

/** What an nmr run computes and what its shieldings are referenced to, as its params keep it. */
export type ReferencedMethod = Pick<
  NmrParams,
  | 'program'
  | 'pre'
  | 'preset'
  | 'geometry'
  | 'shielding'
  | 'other'
  | 'level'
  | 'solvent'
  | 'solvent_label'
  | 'solvent_model'
  | 'dispersion'
  | 'weights_from'
  | 'nuclei'
  | 'references'
>

/** Resolves program, levels, solvent, nuclei and references; refuses a level without a reference before anything runs. */
export function referencedMethod(
  args: NmrArguments,
  structure: ParsedStructure,
  fitted: readonly FactorText[] | undefined,
): Result<ReferencedMethod> {
  const found = methodIn('preset', args, structure, fitted)
  if (found.ok ? !needsTms(found.value.references) : found.fault.field !== 'reference') return found
  // Factors that were published, or are of a person's own file or campaign, may be of the level in NWChem's own cavity.
  const inOwn = methodIn('own', args, structure, fitted)
  return inOwn.ok && !needsTms(inOwn.value.references) ? inOwn : found
}

function methodIn(
  cavity: 'preset' | 'own',
  args: NmrArguments,
  { elements }: ParsedStructure,
  fitted: readonly FactorText[] | undefined,
): Result<ReferencedMethod> {
  const method = methodOf(args, nmrDefaults.preset, cavity)
  if (!method.ok) return method
  const { program, preset } = method.value
  const pre = preOf(args, program)
  if (!pre.ok) return pre
  const solvent = findSolvent(args.solvent ?? nmrDefaults.solvent)
  if (!solvent.ok) return solvent
  const isSolvated = solvent.value.nwchem !== null
  const nuclei = presentNuclei(args, elements)
  if (!nuclei.ok) return nuclei
  const chosen = shieldingsFor(method.value, nuclei.value)
  if (!chosen.ok) return chosen
  const { geometry, shielding, other } = isSolvated
    ? { geometry: method.value.geometry, ...chosen.value }
    : withoutCavity(method.value.geometry, chosen.value)
  if (other && args.one_job === true)
    return badInput('one-job', 'One job computes shieldings at one level.', 'Leave --one-job out, or name one level')
  const labels = labelsOf(program, [shielding, other ?? shielding, geometry])
  if (!labels.ok) return labels
  const [shieldingLabel = '', otherLabel = '', geometryLabel = ''] = labels.value
  const isOther = ({ element }: Nucleus) => other?.elements.includes(element) === true
  const levelAt = (nucleus: Nucleus) => (isOther(nucleus) ? otherLabel : shieldingLabel)
  const at = { program, geometry: geometryLabel, solvent: solvent.value.id }
  const references = referencesOf(
    program === 'none' ? 'none' : (args.reference ?? 'auto'),
    [
      [{ ...at, level: shieldingLabel }, nuclei.value.filter(nucleus => !isOther(nucleus))],
      [{ ...at, level: otherLabel }, nuclei.value.filter(isOther)],
    ],
    other !== undefined,
    fitted,
  )
  if (!references.ok) return references
  const levels = other ? nuclei.value.map(each => `${each.nucleus} ${levelAt(each)}`).join(', ') : shieldingLabel
  return ok({
    program,
    ...pre.value,
    preset: preset.id,
    geometry,
    shielding,
    ...(other ? { other } : {}),
    level: program === 'none' ? 'MMFF94s+' : `${levels}//${geometryLabel}`,
    solvent: solvent.value.id,
    solvent_label: solvent.value.label,
    solvent_model:
      program === 'none' || !isSolvated
        ? 'none'
        : program === 'orca'
          ? 'CPCM'
          : `${preset.solvent_model}${cavityOf([shielding, other ?? shielding, geometry])}`,
    dispersion: /-(?<kind>D3(BJ)?)/.exec(geometryLabel)?.groups?.kind ?? preset.dispersion,
    weights_from: weightsFrom(program, geometryLabel, isSolvated),
    nuclei: nuclei.value,
    references: nuclei.value.flatMap(({ nucleus }) => references.value.find(each => each.nucleus === nucleus) ?? []),
  })
}

/** What must be said where a level is of another cavity than NWChem's own. */
function cavityOf(levels: readonly Level[]): string {
  return levels.some(({ cavity }) => cavity === 'UFF') ? ' [@UFF: cavity of UFF radii x 1.1]' : ''
}

/** The gas phase has no cavity, and no label that names one. */
function withoutCavity(
  geometry: Level,
  { shielding, other }: Pick<NmrParams, 'shielding' | 'other'>,
): Pick<NmrParams, 'geometry' | 'shielding' | 'other'> {
  return {
    geometry: inOwnCavity(geometry),
    shielding: inOwnCavity(shielding),
    ...(other ? { other: { ...inOwnCavity(other), elements: other.elements } } : {}),
  }
}

function preOf({ pre }: NmrArguments, program: NmrParams['program']): Result<Pick<NmrParams, 'pre'>> {
  if (pre === undefined || pre === 'none') return ok({})
  if (pre !== 'xtb') return badInput('pre', `Nothing to begin with is called ${pre}.`, 'Use --pre xtb, or none')
  if (program !== 'none') return ok({ pre })
  return badInput('pre', '--pre xtb prepares what a program computes; --program none computes nothing.')
}

/** The wanted nuclei of which the molecule has any. */
function presentNuclei(args: NmrArguments, elements: readonly string[]): Result<readonly Nucleus[]> {
  const nuclei = parseNuclei(args.nuclei ?? nmrDefaults.nuclei)
  if (!nuclei.ok) return nuclei
  const present = nuclei.value.filter(({ element }) => elements.includes(element))
  if (present.length > 0) return ok(present)
  return badInput('nuclei', `The molecule holds none of ${nuclei.value.map(({ nucleus }) => nucleus).join(', ')}.`)
}

/** The levels as they are shown, in the order given. */
function labelsOf(program: NmrParams['program'], levels: readonly Level[]): Result<readonly string[]> {
  const found = levels.map(level => findLevelOf(program === 'orca' ? 'orca' : 'nwchem', level))
  return found.find(each => !each.ok) ?? ok(found.flatMap(each => (each.ok ? each.value.label : [])))
}
/** The energy of the optimisation weighs, also where the shieldings are of the same job. */
function weightsFrom(program: string, geometry: string, hasSolvent: boolean): string {
  if (program === 'none') return 'force-field energy (MMFF94s+)'
  const model = hasSolvent ? 'with the solvent model' : 'gas phase'
  return `electronic energy (${geometry}, at the optimised geometry, ${model}; no zero-point or thermal part)`
}
