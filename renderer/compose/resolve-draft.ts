import type { ContentRef } from '../../shared/ids.ts'
import type { Machine } from '../../shared/model/machine.ts'
import { programOf } from '../../shared/programs/index.ts'
import { badInput, ok, type Result } from '../../shared/result.ts'
import { type NmrArguments, type ResolvedNmr, resolveNmr } from '../../shared/workflows/index.ts'
import type { Draft } from './draft.ts'
import type { DraftMolecule } from './molecules.ts'

/** The draft's arguments for one of its molecules, checked as `larmor nmr` checks them; the fault names the field. */
export function resolveDraft(
  draft: Draft,
  molecule: DraftMolecule,
  alone: boolean,
  machine: Machine,
  refOf: (text: string) => ContentRef,
): Result<ResolvedNmr> {
  const numbers = numbersOf(draft)
  if (!numbers.ok) return numbers
  const seconds = secondsOf(draft.time)
  if (seconds === null) return badInput('time', `"${draft.time}" is no time: hours and minutes are wanted, like 24:00.`)
  const { ranks, memory, ...rest } = numbers.value
  const wished = draft.name.trim()
  const name = alone && wished !== '' ? wished : (molecule.name ?? undefined)
  const args: NmrArguments = {
    input: molecule.input,
    name,
    preset: draft.preset,
    program: draft.program,
    xc: text(draft.xc),
    basis: text(draft.basis),
    solvent: draft.solvent,
    nuclei: draft.nuclei,
    reference: draft.reference as Exclude<NmrArguments['reference'], object>,
    one_job: draft.one_job,
    generate: draft.generate,
    ranks,
    memory_mb: memory ?? 2000 * (ranks ?? 1),
    seconds,
    ...rest,
    // What the structure itself says of its charge is not said twice.
    charge: alone ? rest.charge : undefined,
  }
  const resolved = resolveNmr(args, { format: molecule.format, text: molecule.text }, { machine, refOf })
  if (!resolved.ok || draft.program === 'none') return resolved
  const missing = missingProgram(draft.program, machine)
  return missing === null ? resolved : badInput('program', missing, 'Conformers by force field alone need none.')
}

/** Null where the machine has the program, or where it is not known what it has. */
function missingProgram(id: string, { name, settings, found }: Machine): string | null {
  const { executable, label } = programOf(id)
  const asked = Object.keys(found).length > 0
  if (executable === null || settings.programs[id] || settings.launch[id] || found[executable] || !asked) return null
  return `${label} was not found on "${name}".`
}

const NUMBERS = [
  'charge',
  'temperature',
  'max_conformers',
  'ff_window',
  'dft_window',
  'seed',
  'ranks',
  'memory',
] as const

function numbersOf(draft: Draft): Result<{ readonly [Name in (typeof NUMBERS)[number]]?: number }> {
  const read: { [Name in (typeof NUMBERS)[number]]?: number } = {}
  for (const name of NUMBERS) {
    const written = draft[name].trim().replace(',', '.').replace('\u2212', '-')
    if (written === '') continue
    const value = Number(written)
    if (!Number.isFinite(value)) return badInput(name.replace('_', '-'), `"${draft[name]}" is no number.`)
    read[name] = value
  }
  return ok(read)
}

/** `8:00` or `90` (minutes) as seconds; null for what is no time. */
function secondsOf(written: string): number | null {
  const parts = /^(?:(\d+):)?(\d+)$/.exec(written.trim())
  if (!parts) return null
  return 60 * (60 * Number(parts[1] ?? 0) + Number(parts[2]))
}

function text(value: string): string | undefined {
  return value.trim() === '' ? undefined : value.trim()
}
