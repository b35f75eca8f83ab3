import type { ContentRef, Json } from '../../ids.ts'
import type { Resources } from '../../model/job.ts'
import type { Machine } from '../../model/machine.ts'
import type { ParsedStructure, StructureFormat } from '../../nmr/parse-structure.ts'
import { presets } from '../../nmr/presets.ts'
import { type FactorText, needsTms } from '../../nmr/references.ts'
import { tmsElements, tmsXyz } from '../../nmr/tms.ts'
import { checkMoleculeOf, levelAlone, programs } from '../../programs/index.ts'
import { badInput, ok, type Result } from '../../result.ts'
import { checkNumbers, type NmrArguments, nmrDefaults } from './arguments.ts'
import { moleculeOf } from './molecule.ts'
import type { NmrParams } from './params.ts'
import { type ReferencedMethod, referencedMethod } from './referenced-method.ts'

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

/**
 * Checks everything that can be checked before anything starts, and resolves every default. The fault names the
 * argument as the terminal spells it.
 */
export function resolveNmr(
  args: NmrArguments,
  structure: { readonly format: StructureFormat; readonly text: string },
  context: NmrContext,
): Result<ResolvedNmr> {
  const read = moleculeOf(args, structure)
  if (!read.ok) return read
  const { molecule, charge, ensemble } = read.value
  const numbers = checkNumbers(args)
  if (!numbers.ok) return numbers
  const method = referencedMethod(args, molecule, context.fitted)
  if (!method.ok) return method
  const { program, references } = method.value
  const tms = needsTms(references) ? tmsXyz() : null

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
    ensemble,
    ...method.value,
    charge,
    tms: tms === null ? null : { geometry: plainRef(context.refOf(tms)), atoms: tmsElements.length },
    max_conformers: args.max_conformers ?? nmrDefaults.max_conformers,
    ff_window_kcal: args.ff_window ?? nmrDefaults.ff_window,
    dft_window_kcal: args.dft_window ?? nmrDefaults.dft_window,
    temperature_K: args.temperature ?? nmrDefaults.temperature,
    seed: args.seed ?? nmrDefaults.seed,
    one_job: args.one_job === true,
    max_cycles: nmrDefaults.max_cycles,
    resources,
    warnings: warningsOf(args, molecule, ensemble, method.value),
  }
  if (program !== 'none') {
    const runs = checkCalculation(params, molecule, tms !== null, context)
    if (!runs.ok) return runs
  }
  if (ensemble === 'generated') {
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
  return programs[program].check({ ...input, shielding: levelAlone(params.other) } as unknown as Json, params.resources)
}

function warningsOf(
  args: NmrArguments,
  molecule: ParsedStructure,
  ensemble: NmrParams['ensemble'],
  { program, preset, level, shielding, solvent_model }: ReferencedMethod,
): readonly string[] {
  const warnings = [...molecule.warnings]
  const usual = presets.find(({ id }) => id === preset)?.shielding
  const isOfPreset = program === 'nwchem' && args.xc === undefined && args.basis === undefined
  if (isOfPreset && solvent_model !== 'none' && usual?.cavity !== shielding.cavity)
    warnings.push(`the factors are of NWChem's own cavity, not of ${usual?.cavity} radii: ${level} is computed`)
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
