import { openText } from '../../shared/nmr/stereoisomers.ts'
import type { Fault } from '../../shared/result.ts'
import { ok, type Result } from '../../shared/result.ts'
import type { ResolvedNmr } from '../../shared/workflows/index.ts'
import type { Draft } from './draft.ts'
import { jobsOfInputs, textsOfInputs } from './existing-inputs.ts'
import type { DraftMolecule, inputsOf } from './molecules.ts'
import { namedTexts, type PreviewedJobs } from './preview.tsx'
import { resolveDraft, type Surroundings } from './resolve-draft.ts'
import { resourcesOf } from './resources.ts'
import type { OpenStereo, SettledMolecules } from './settled-molecules.ts'
import type { Start } from './start-runs.ts'

export interface Planned {
  /** Null where the form is complete; else what is still wanted, as the button says it. */
  readonly missing: string | null
  readonly fault: Fault | null
  readonly molecules: readonly DraftMolecule[]
  readonly resolved: readonly ResolvedNmr[]
  readonly starts: readonly Omit<Start, 'run'>[]
  readonly open: readonly OpenStereo[]
  readonly warnings: readonly string[]
  readonly named: ReturnType<typeof namedTexts>
  readonly jobs: PreviewedJobs['jobs']
}

/** All that follows from the form, without doing anything. */
export function planOf(
  draft: Draft,
  all: SettledMolecules,
  inputs: ReturnType<typeof inputsOf>,
  around: Surroundings,
): Planned {
  const named = namedTexts()
  const nothing = { molecules: [], resolved: [], starts: [], open: [], warnings: [], named, jobs: [], fault: null }
  if (inputs.length > 0) {
    if (all.molecules.length > 0 && draft.files.length !== inputs.length)
      return { ...nothing, missing: 'Structures or inputs, not both', fault: null }
    const { machine } = around
    const resources = resourcesOf(draft, machine)
    if (!resources.ok) return { ...nothing, missing: null, fault: resources.fault }
    const jobs = jobsOfInputs(inputs, resources.value, machine, named.refOf)
    if (!jobs.ok) return { ...nothing, missing: null, fault: jobs.fault }
    const start: Omit<Start, 'run'> = {
      workflow: 'single',
      resolve(refOf) {
        const made = jobsOfInputs(inputs, resources.value, machine, refOf)
        if (!made.ok) return made
        const name =
          draft.name.trim() ||
          inputs
            .map(each => each.name)
            .slice(0, 3)
            .join(', ')
        return ok({ name, texts: textsOfInputs(inputs), params: { jobs: made.value } })
      },
    }
    return { ...nothing, missing: null, starts: [start], jobs: jobs.value }
  }
  const { molecules, open, waits } = all
  if (molecules.length === 0 && open.length === 0) {
    return { ...nothing, missing: waits ? 'Reading the molecule…' : 'Enter a molecule to start' }
  }
  const resolved: ResolvedNmr[] = []
  const starts: Omit<Start, 'run'>[] = []
  const alone = molecules.length === 1
  for (const molecule of molecules) {
    const made = resolveDraft(draft, molecule, alone, around, named.refOf)
    if (!made.ok) return { ...nothing, open, missing: null, fault: faultOf(made, molecule, alone) }
    resolved.push(made.value)
    starts.push({ workflow: 'nmr', resolve: refOf => resolveDraft(draft, molecule, alone, around, refOf) })
  }
  const unanswered = open.find(
    each => draft.isomers[each.molecule.input] === undefined && each.found.candidates.length > 1,
  )
  return {
    ...nothing,
    molecules,
    resolved,
    starts,
    open,
    warnings: [...new Set(resolved.flatMap(each => each.warnings))],
    missing: unanswered
      ? `Choose ${openText(unanswered.found).replace(/^\S+ (?:bond |element )?/, '')} to start`
      : waits
        ? 'Reading the molecule…'
        : null,
  }
}

function faultOf(
  made: Extract<Result<unknown>, { readonly ok: false }>,
  molecule: DraftMolecule,
  alone: boolean,
): Fault {
  if (alone || made.fault.field !== 'input') return made.fault
  return { ...made.fault, message: `${molecule.name ?? molecule.input}: ${made.fault.message}` }
}

export function faultText(fault: Fault | null): string | null {
  if (!fault) return null
  const field = fault.field === 'input' ? 'the molecule' : fault.field === 'set' ? 'the set' : fault.field
  return `Correct ${field ?? 'the form'} to start`
}
