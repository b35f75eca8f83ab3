import type { ContentRef } from '../../shared/ids.ts'
import type { Machine } from '../../shared/model/machine.ts'
import type { FactorText } from '../../shared/nmr/references.ts'
import { badInput, ok, type Result } from '../../shared/result.ts'
import { type NmrArguments, type ResolvedNmr, resolveNmr } from '../../shared/workflows/index.ts'
import type { Draft } from './draft.ts'
import type { DraftMolecule } from './molecules.ts'
import { readNumber } from './read-number.ts'
import { missingProgram, resourcesOf } from './resources.ts'

/** What a run is resolved with beside the form. */
export interface Surroundings {
  readonly machine: Machine
  /** Factors of the person's own campaigns. */
  readonly fitted: readonly FactorText[]
}

/** The draft's arguments for one of its molecules, checked as `larmor nmr` checks them; the fault names the field. */
export function resolveDraft(
  draft: Draft,
  molecule: DraftMolecule,
  alone: boolean,
  { machine, fitted }: Surroundings,
  refOf: (text: string) => ContentRef,
): Result<ResolvedNmr> {
  const numbers = numbersOf(draft)
  if (!numbers.ok) return numbers
  const resources = resourcesOf(draft, machine)
  if (!resources.ok) return resources
  const reference = referenceOf(draft.reference, fitted)
  if (!reference.ok) return reference
  const wished = draft.name.trim()
  const name = alone && wished !== '' ? wished : (molecule.name ?? undefined)
  const args: NmrArguments = {
    input: molecule.input,
    name,
    preset: draft.preset,
    program: draft.program,
    pre: draft.pre ? 'xtb' : undefined,
    xc: text(draft.xc),
    basis: text(draft.basis),
    solvent: draft.solvent,
    nuclei: draft.nuclei,
    reference: reference.value,
    one_job: draft.one_job,
    generate: draft.generate,
    ...resources.value,
    ...numbers.value,
    // What the structure itself says of its charge is not said twice.
    charge: alone ? numbers.value.charge : undefined,
  }
  const resolved = resolveNmr(args, { format: molecule.format, text: molecule.text }, { machine, refOf, fitted })
  if (!resolved.ok || draft.program === 'none') return resolved
  const missing = missingProgram(draft.program, machine)
  if (missing !== null) return badInput('program', missing, 'Conformers by force field alone need none.')
  const noXtb = draft.pre ? missingProgram('xtb', machine) : null
  return noXtb === null ? resolved : badInput('pre', noXtb)
}

/** A file of the person's own factors is chosen by its name. */
function referenceOf(chosen: string, fitted: readonly FactorText[]): Result<NmrArguments['reference']> {
  if (chosen === 'auto' || chosen === 'published' || chosen === 'tms' || chosen === 'none') return ok(chosen)
  const own = fitted.find(({ file }) => file === chosen)
  return own ? ok(own) : badInput('reference', `The factors ${chosen} are no longer there.`)
}

const NUMBERS = ['charge', 'temperature', 'max_conformers', 'ff_window', 'dft_window', 'seed'] as const

function numbersOf(draft: Draft): Result<{ readonly [Name in (typeof NUMBERS)[number]]?: number }> {
  const read: { [Name in (typeof NUMBERS)[number]]?: number } = {}
  for (const name of NUMBERS) {
    const number = readNumber(name.replace('_', '-'), draft[name])
    if (!number.ok) return number
    if (number.value !== undefined) read[name] = number.value
  }
  return ok(read)
}

function text(value: string): string | undefined {
  return value.trim() === '' ? undefined : value.trim()
}
