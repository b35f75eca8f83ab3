import type { ContentRef, Json } from '../../ids.ts'
import type { Resources } from '../../model/job.ts'
import type { Machine } from '../../model/machine.ts'
import { type Nucleus, parseNuclei } from '../../nmr/nuclei.ts'
import {
  checkElectrons,
  type ParsedStructure,
  parseStructure,
  type StructureFormat,
  signed,
} from '../../nmr/parse-structure.ts'
import { type FactorText, needsTms, type ReferenceWish } from '../../nmr/references.ts'
import { tmsElements, tmsXyz } from '../../nmr/tms.ts'
import { checkMoleculeOf, findLevelOf, type Level, programs } from '../../programs/index.ts'
import { badInput, ok, type Result } from '../../result.ts'
import { findSolvent } from '../../solvents.ts'
import { methodOf, referencesOf, shieldingsFor } from './method.ts'
import type { NmrParams } from './params.ts'

/** The arguments of `nmr`; what is left out has its default. */
export interface NmrArguments {
  /** A SMILES, or the name of the file whose text is given beside. */
  readonly input: string
  readonly name?: string | undefined
  readonly preset?: string | undefined
  /** `none`: the embedded force field alone. */
  readonly program?: string | undefined
  /** `xtb`: conformers are optimised and ranked by it first. */
  readonly pre?: string | undefined
  /** One for both steps, or `SHIELDING//GEOMETRY`; a level for each nucleus: `1H=WP04,13C=mPW1PW91/def2-SVP//B3LYP`. */
  readonly xc?: string | undefined
  readonly basis?: string | undefined
  readonly solvent?: string | undefined
  readonly nuclei?: string | undefined
  readonly charge?: number | undefined
  readonly mult?: number | undefined
  readonly max_conformers?: number | undefined
  readonly ff_window?: number | undefined
  readonly dft_window?: number | undefined
  readonly temperature?: number | undefined
  readonly reference?: ReferenceWish | undefined
  readonly one_job?: boolean | undefined
  readonly generate?: boolean | undefined
  readonly ranks?: number | undefined
  readonly memory_mb?: number | undefined
  readonly seconds?: number | undefined
  readonly seed?: number | undefined
}

export interface NmrContext {
  readonly machine: Machine
  /** Cores of the machine where they are known. */
  readonly cores?: number | undefined
  /** Factor files of the person's own campaigns. */
  readonly fitted?: readonly FactorText[]
  /** The reference that the store will give the text: sha256 and length in bytes of its UTF-8. */
  refOf(text: string): ContentRef
  /** Whether a 3D structure can be made at all: electron/engine/tasks/embedding.ts. */
  canEmbed?(structure: { readonly format: StructureFormat; readonly text: string }): Result<void>
}

/** An nmr run that can be started: every name in it is known, nothing was begun. */
export interface ResolvedNmr {
  readonly name: string
  readonly params: NmrParams
  /** Texts that the params refer to: to be kept before the run is started. */
  readonly texts: readonly string[]
  readonly warnings: readonly string[]
}

/** What holds where an argument is left out. */
export const nmrDefaults = {
  preset: 'draft',
  solvent: 'CDCl3',
  nuclei: '1H,13C',
  max_conformers: 8,
  ff_window: 6,
  dft_window: 3,
  temperature: 298.15,
  seed: 1,
  ranks: 1,
  memory_mb: 2000,
  seconds: 24 * 3600,
  max_cycles: 100,
} as const

const MOST_ATOMS = 200

/**
 * Checks everything that can be checked before anything starts, and resolves every default. The fault names the
 * argument as the terminal spells it.
 */
export function resolveNmr(
  args: NmrArguments,
  structure: { readonly format: StructureFormat; readonly text: string },
  context: NmrContext,
): Result<ResolvedNmr> {
  const parsed = parseStructure(structure.text, structure.format)
  if (!parsed.ok) return parsed
  const molecule = parsed.value
  if (molecule.atoms > MOST_ATOMS) {
    return badInput(
      'input',
      `${molecule.atoms} atoms are too many: conformers and shieldings are offered up to ${MOST_ATOMS}.`,
    )
  }
  const charge = chargeOf(args, molecule)
  if (!charge.ok) return charge
  if (args.mult !== undefined && args.mult !== 1) {
    const why = args.mult > 1 ? 'the shieldings of an open shell mean nothing' : 'a multiplicity is 1 or more'
    return badInput('mult', `Multiplicity ${args.mult} is refused: ${why}.`, 'nmr computes closed shells only')
  }
  const electrons = checkElectrons(molecule.elements, charge.value)
  if (!electrons.ok) return electrons
  const numbers = checkNumbers(args)
  if (!numbers.ok) return numbers
  const ensemble = ensembleOf(args, molecule)
  if (!ensemble.ok) return ensemble
  const method = methodOf(args, nmrDefaults.preset)
  if (!method.ok) return method
  const { program, preset, geometry } = method.value
  if (args.pre !== undefined && args.pre !== 'xtb' && args.pre !== 'none')
    return badInput('pre', `Nothing to begin with is called ${args.pre}.`, 'Use --pre xtb, or none')
  if (args.pre === 'xtb' && program === 'none')
    return badInput('pre', '--pre xtb prepares what a program computes; --program none computes nothing.')
  const solvent = findSolvent(args.solvent ?? nmrDefaults.solvent)
  if (!solvent.ok) return solvent
  const nuclei = parseNuclei(args.nuclei ?? nmrDefaults.nuclei)
  if (!nuclei.ok) return nuclei
  const present = nuclei.value.filter(({ element }) => molecule.elements.includes(element))
  if (present.length === 0) {
    return badInput('nuclei', `The molecule holds none of ${nuclei.value.map(({ nucleus }) => nucleus).join(', ')}.`)
  }

  const label = (level: Level) => {
    const found = findLevelOf(program === 'orca' ? 'orca' : 'nwchem', level)
    return found.ok ? ok(found.value.label) : found
  }
  const chosen = shieldingsFor(method.value, present)
  if (!chosen.ok) return chosen
  const { shielding, other } = chosen.value
  if (other && args.one_job === true)
    return badInput(
      'one-job',
      'One job computes shieldings at one level.',
      'Leave --one-job out, or name one functional',
    )
  const shieldingLabel = label(shielding)
  if (!shieldingLabel.ok) return shieldingLabel
  const otherLabel = other ? label(other) : shieldingLabel
  if (!otherLabel.ok) return otherLabel
  const geometryLabel = label(geometry)
  if (!geometryLabel.ok) return geometryLabel
  const isOther = ({ element }: Nucleus) => other?.elements.includes(element) === true
  const wish = program === 'none' ? 'none' : (args.reference ?? 'auto')
  const at = { program, geometry: geometryLabel.value, solvent: solvent.value.id }
  const references = referencesOf(
    wish,
    [
      [{ ...at, level: shieldingLabel.value }, present.filter(nucleus => !isOther(nucleus))],
      [{ ...at, level: otherLabel.value }, present.filter(isOther)],
    ],
    other !== undefined,
    context.fitted,
  )
  if (!references.ok) return references
  const tms = needsTms(references.value) ? tmsXyz() : null

  const resources: Resources = {
    ranks: args.ranks ?? nmrDefaults.ranks,
    memory_mb: args.memory_mb ?? nmrDefaults.memory_mb,
    seconds: args.seconds ?? nmrDefaults.seconds,
  }
  const params: NmrParams = {
    input: args.input,
    structure: {
      format: structure.format,
      content: plainRef(context.refOf(structure.text)),
      frames: molecule.frames,
      atoms: molecule.atoms,
      elements: molecule.elements,
    },
    ensemble: ensemble.value,
    program,
    ...(args.pre === 'xtb' ? { pre: 'xtb' as const } : {}),
    preset: preset.id,
    geometry,
    shielding,
    ...(other ? { other } : {}),
    level:
      program === 'none'
        ? 'MMFF94s+'
        : other
          ? `${present.map(each => `${each.nucleus} ${isOther(each) ? otherLabel.value : shieldingLabel.value}`).join(', ')}//${geometryLabel.value}`
          : `${shieldingLabel.value}//${geometryLabel.value}`,
    solvent: solvent.value.id,
    solvent_label: solvent.value.label,
    solvent_model:
      program === 'none' || solvent.value.nwchem === null ? 'none' : program === 'orca' ? 'CPCM' : preset.solvent_model,
    dispersion: /-(?<kind>D3(BJ)?)/.exec(geometryLabel.value)?.groups?.kind ?? preset.dispersion,
    weights_from: weightsFrom(program, geometryLabel.value, solvent.value.nwchem !== null),
    charge: charge.value,
    nuclei: present,
    references: present.flatMap(({ nucleus }) => references.value.find(each => each.nucleus === nucleus) ?? []),
    tms: tms === null ? null : { geometry: plainRef(context.refOf(tms)), atoms: tmsElements.length },
    max_conformers: args.max_conformers ?? nmrDefaults.max_conformers,
    ff_window_kcal: args.ff_window ?? nmrDefaults.ff_window,
    dft_window_kcal: args.dft_window ?? nmrDefaults.dft_window,
    temperature_K: args.temperature ?? nmrDefaults.temperature,
    seed: args.seed ?? nmrDefaults.seed,
    one_job: args.one_job === true,
    max_cycles: nmrDefaults.max_cycles,
    resources,
    warnings: warningsOf(args, molecule, ensemble.value, program),
  }
  if (program !== 'none') {
    const runs = checkCalculation(params, molecule, tms !== null, context)
    if (!runs.ok) return runs
  }
  if (ensemble.value === 'generated') {
    const embedded = context.canEmbed?.(structure) ?? ok(undefined)
    if (!embedded.ok) return embedded
  }
  return ok({
    name: args.name ?? nameFrom(args.input),
    params,
    texts: tms === null ? [structure.text] : [structure.text, tms],
    warnings: params.warnings,
  })
}

function plainRef({ sha256, bytes }: ContentRef): { readonly sha256: string; readonly bytes: number } {
  return { sha256, bytes }
}

function nameFrom(input: string): string {
  const base = input.split(/[/\\]/).at(-1) ?? input
  const name = /\.(xyz|mol|sdf|sd)$/i.test(base) ? base : input
  return name.length > 60 ? `${name.slice(0, 57)}...` : name
}

function chargeOf({ charge }: NmrArguments, molecule: ParsedStructure): Result<number> {
  if (charge !== undefined && !Number.isInteger(charge)) return badInput('charge', 'The charge is a whole number.')
  if (molecule.charge !== null && charge !== undefined && charge !== molecule.charge) {
    return badInput(
      'charge',
      `Charge ${signed(charge)} contradicts the formal charges of the input, which sum to ${signed(molecule.charge)}.`,
      'Write the charges into the structure, or leave --charge out',
    )
  }
  return ok(charge ?? molecule.charge ?? 0)
}

function checkNumbers(args: NmrArguments): Result<void> {
  const least = (field: keyof NmrArguments, flag: string, minimum: number, whole: boolean): Result<void> => {
    const value = args[field]
    if (value === undefined) return ok(undefined)
    const good =
      typeof value === 'number' && Number.isFinite(value) && value >= minimum && (!whole || Number.isInteger(value))
    const what = whole ? `a whole number of at least ${minimum}` : `a number of at least ${minimum}`
    return good ? ok(undefined) : badInput(flag, `--${flag} wants ${what}, not ${String(value)}.`)
  }
  const checks = [
    least('max_conformers', 'max-conformers', 1, true),
    least('ff_window', 'ff-window', 0, false),
    least('dft_window', 'dft-window', 0, false),
    least('temperature', 'temperature', 1, false),
    least('seed', 'seed', 0, true),
    least('ranks', 'ranks', 1, true),
    least('memory_mb', 'memory', 1, false),
    least('seconds', 'time', 60, false),
  ]
  return checks.find(check => !check.ok) ?? ok(undefined)
}

function ensembleOf(args: NmrArguments, { format, frames }: ParsedStructure): Result<NmrParams['ensemble']> {
  if (frames === 0) return ok('generated')
  if (args.generate !== true) return ok('given')
  if (frames > 1) {
    return badInput('generate', `--generate starts from one structure, the ${format} holds ${frames}.`)
  }
  return ok('generated')
}

/** The energy of the optimisation weighs, also where the shieldings are of the same job. */
function weightsFrom(program: string, geometry: string, hasSolvent: boolean): string {
  if (program === 'none') return 'force-field energy (MMFF94s+)'
  const model = hasSolvent ? 'with the solvent model' : 'gas phase'
  return `electronic energy (${geometry}, at the optimised geometry, ${model}; no zero-point or thermal part)`
}

/** The program's own check, of the job that asks for most, for the molecule and for TMS. */
function checkCalculation(
  params: NmrParams,
  molecule: ParsedStructure,
  withTms: boolean,
  { machine, cores }: NmrContext,
): Result<void> {
  const limit = machine.settings.cores ?? cores
  if (limit !== undefined && params.resources.ranks > limit) {
    return badInput('ranks', `${params.resources.ranks} ranks, but ${machine.name} has ${limit} cores.`)
  }
  const program = params.program === 'orca' ? 'orca' : 'nwchem'
  for (const level of [params.geometry, params.shielding, ...(params.other ? [params.other] : [])]) {
    const fits = checkMoleculeOf(program, molecule.elements, level, params.charge, 1)
    if (!fits.ok) return fits
    const tms = withTms ? checkMoleculeOf(program, tmsElements, level, 0, 1) : ok(undefined)
    if (!tms.ok) {
      return badInput('reference', `TMS cannot be computed: ${tms.fault.message}`, 'Use --reference none')
    }
  }
  const input = {
    kind: 'calculation',
    task: 'opt+nmr',
    geometry: params.structure.content,
    atoms: params.structure.atoms,
    title: 'check',
    charge: params.charge,
    multiplicity: 1,
    ...params.geometry,
    shielding: params.shielding,
    solvent: params.solvent,
    max_cycles: params.max_cycles,
    ...(program === 'orca' ? { keywords: '', cartesian: false, restart: null } : { autoz: true }),
  }
  const checked = programs[program].check(input as unknown as Json, params.resources)
  if (!checked.ok || !params.other) return checked
  const { xc, basis } = params.other
  return programs[program].check({ ...input, shielding: { xc, basis } } as unknown as Json, params.resources)
}

function warningsOf(
  args: NmrArguments,
  molecule: ParsedStructure,
  ensemble: NmrParams['ensemble'],
  program: NmrParams['program'],
): readonly string[] {
  const warnings = [...molecule.warnings]
  if (molecule.charge === null && args.charge === undefined)
    warnings.push('charge 0 is assumed: an xyz says nothing of it')
  if (ensemble === 'given' && args.max_conformers !== undefined) {
    warnings.push('--max-conformers has no effect: the structures of the file are taken as they are')
  }
  if (ensemble === 'given' && molecule.frames === 1) {
    warnings.push('one structure is taken alone, without its other conformers (--generate makes them)')
  }
  if (program === 'orca') {
    warnings.push(
      'Larmor writes inputs for ORCA by its manual; they are untried: look at the first outputs (larmor decks)',
    )
  }
  if (program === 'none') {
    warnings.push(
      'no shieldings: they need NWChem. Conformers, energies and populations are of the embedded force field (MMFF94s+)',
    )
  }
  return warnings
}
