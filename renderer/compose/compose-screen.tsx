import { type FormEvent, useDeferredValue, useMemo, useRef, useState } from 'react'
import { costOf } from '../../shared/compose/cost.ts'
import type { RunId } from '../../shared/ids.ts'
import { LOCAL, localMachine, type Machine } from '../../shared/model/machine.ts'
import { values } from '../../shared/model/table.ts'
import { parseStructure } from '../../shared/nmr/parse-structure.ts'
import { presets } from '../../shared/nmr/presets.ts'
import type { Stereoisomers } from '../../shared/nmr/stereoisomers.ts'
import { type Fault, ok, type Result } from '../../shared/result.ts'
import { solvents } from '../../shared/solvents.ts'
import type { ResolvedNmr } from '../../shared/workflows/index.ts'
import { useKeys } from '../keys/use-keys.ts'
import { useEngineState, useLarmor, useOffline } from '../larmor.ts'
import { go } from '../route.ts'
import { plural } from '../ui/number.ts'
import { useChemistry } from './chemistry.ts'
import './compose.css'
import { clearMolecules, type Draft, useDraft } from './draft.ts'
import { DropZone } from './drop-zone.tsx'
import { jobsOfInputs } from './existing-inputs.ts'
import { Field } from './field.tsx'
import { costText, MachineTable } from './machine-table.tsx'
import { MoleculeCard } from './molecule-card.tsx'
import { type DraftMolecule, inputsOf, moleculesOf, openText, settleStereo } from './molecules.ts'
import { namedTexts, Preview, type PreviewedJobs, previewOf } from './preview.tsx'
import { resolveDraft } from './resolve-draft.ts'
import { newRunId } from './run-id.ts'
import { type Start, startRuns } from './start-runs.ts'
import { StereoQuestion } from './stereo-question.tsx'
import { StructureEditor } from './structure-editor.tsx'

const EXAMPLE = 'CC(O)CC'

/** From molecules to started runs. What is wrong is said at its field, and what will be sent is shown, before anything runs. */
export function ComposeScreen() {
  const { engine } = useLarmor()
  const state = useEngineState()
  const offline = useOffline()
  const first = state.runs.size === 0
  const [given, change] = useDraft()
  const smiles = given.smiles ?? (first && given.files.length === 0 ? EXAMPLE : '')
  const draft = useMemo(() => ({ ...given, smiles }), [given, smiles])
  const settled = useDeferredValue(draft)
  const [chosen, choose] = useState(0)
  const [drawing, setDrawing] = useState(false)
  const [fileFault, setFileFault] = useState<string | null>(null)
  const [refused, setRefused] = useState<Fault | null>(null)
  const [starting, setStarting] = useState(false)
  const ids = useRef<RunId[]>([])
  const idOf = (place: number) => {
    ids.current[place] ??= newRunId()
    return ids.current[place]
  }

  const machine =
    (state.machines as Readonly<Record<string, Machine>>)[draft.machine] ?? state.machines[LOCAL] ?? localMachine
  const inputs = inputsOf(settled)
  const molecules = useMemo(() => moleculesOf(settled), [settled])
  const place = Math.min(chosen, Math.max(0, molecules.length - 1))
  const looked = molecules[place]
  const all = useAllSettled(molecules, settled.isomers)

  const plan = useMemo(() => planOf(settled, all, inputs, machine), [settled, all, inputs, machine])
  const fault = refused ?? plan.fault
  const faultAt = (field: string) => (fault?.field === field ? fault : null)
  const resolved = plan.resolved[0]
  const firstMolecule = plan.molecules[0]
  const embedded = useChemistry(
    resolved && firstMolecule && resolved.params.program !== 'none'
      ? {
          is: 'embed',
          format: firstMolecule.format,
          text: firstMolecule.text,
          charge: resolved.params.charge,
          generate: resolved.params.ensemble === 'generated',
        }
      : null,
  )
  const noGeometry = embedded && !embedded.ok ? embedded.fault : null
  const previewed = usePreview(plan, embedded?.ok ? embedded.value : null, machine, idOf(0))

  const asked =
    resolved && firstMolecule && resolved.params.program !== 'none'
      ? {
          program: resolved.params.program,
          ranks: resolved.params.resources.ranks,
          elements: elementsOf(firstMolecule),
          bases: { opt: resolved.params.geometry.basis, nmr: resolved.params.shielding.basis },
          conformers:
            resolved.params.ensemble === 'given' ? resolved.params.structure.frames : resolved.params.max_conformers,
        }
      : null
  const cost = asked ? costOf(values(state.jobs), { ...asked, machine: machine.name }) : null
  const missing = plan.missing ?? faultText(fault) ?? (noGeometry ? 'Another molecule is wanted' : null) ?? offline
  const count = plan.starts.length

  async function start(event?: FormEvent): Promise<void> {
    event?.preventDefault()
    if (missing !== null || starting || count === 0) return
    setStarting(true)
    const starts = plan.starts.map((each, i): Start => ({ ...each, run: idOf(i) }))
    const started = await startRuns(engine, starts, machine)
    setStarting(false)
    setRefused(started.ok ? null : started.fault)
    if (!started.ok) return
    ids.current = []
    clearMolecules()
    const [run] = started.value
    if (started.value.length === 1 && run && inputs.length === 0) go('ensembles', run)
    else go(inputs.length > 0 ? 'queue' : 'ensembles')
  }
  useKeys({ submit: () => start() })
  const edit = (part: Partial<Draft>) => {
    setRefused(null)
    change(part)
  }
  const set = (name: keyof Draft) => (event: { readonly target: { readonly value: string } }) =>
    edit({ [name]: event.target.value })

  return (
    <>
      <form className="compose" onSubmit={start} noValidate>
        <div className="compose-form">
          <header>
            <h1>{first ? 'Start with a molecule' : 'New run'}</h1>
            <p className="hint">
              Larmor finds its conformers, optimises them, and averages the NMR spectrum.
              {first ? ' 2-butanol is filled in as an example; the first one can run here, on this computer.' : ''}
            </p>
          </header>
          <section aria-labelledby="molecule-title">
            <h2 id="molecule-title">Molecule</h2>
            <div className="compose-molecule">
              <div>
                <Field
                  id="smiles"
                  label="SMILES"
                  fault={faultAt('input') ?? noGeometry}
                  hint="One in a line, with a name after it if you like; each is a run of its own."
                >
                  {described => (
                    <textarea
                      {...described}
                      className="machine-text"
                      rows={Math.min(8, Math.max(2, draft.smiles.split('\n').length))}
                      value={draft.smiles}
                      onChange={set('smiles')}
                      spellCheck={false}
                      autoCapitalize="off"
                      autoComplete="off"
                    />
                  )}
                </Field>
                <div className="row">
                  <button type="button" onClick={() => setDrawing(true)}>
                    Draw…
                  </button>
                </div>
                <DropZone files={draft.files} onFiles={files => edit({ files })} onFault={setFileFault} />
                {fileFault ? (
                  <p className="error" role="alert">
                    {fileFault}
                  </p>
                ) : null}
              </div>
              <div className="compose-picture">
                {looked ? <MoleculeCard molecule={looked} /> : <p className="hint">Its picture stands here.</p>}
                {molecules.length > 1 ? (
                  <label>
                    Shown
                    <select value={place} onChange={event => choose(Number(event.target.value))}>
                      {molecules.map(({ input, name }, i) => (
                        <option key={`${input}-${name}`} value={i}>
                          {name ?? input}
                        </option>
                      ))}
                    </select>
                  </label>
                ) : null}
              </div>
            </div>
            {plan.open.map(({ molecule, found }) => (
              <StereoQuestion
                key={molecule.input}
                input={molecule.input}
                found={found}
                chosen={draft.isomers[molecule.input]}
                onChoose={choice => edit({ isomers: { ...draft.isomers, [molecule.input]: choice } })}
              />
            ))}
            {molecules.length <= 1 && inputs.length === 0 ? (
              <div className="fields">
                <Field id="name" label="Name" fault={faultAt('name')} hint="The SMILES, if left empty.">
                  {described => <input {...described} value={draft.name} onChange={set('name')} autoComplete="off" />}
                </Field>
                <Field id="charge" label="Charge" fault={faultAt('charge')} hint="From the structure, if left empty.">
                  {described => (
                    <input {...described} value={draft.charge} onChange={set('charge')} inputMode="numeric" />
                  )}
                </Field>
              </div>
            ) : null}
          </section>

          {inputs.length > 0 ? (
            <p className="hint" data-mode="run">
              {plural(inputs.length, 'file')} run as {inputs.length === 1 ? 'it is' : 'they are'}, one job each: method
              and solvent stand in {inputs.length === 1 ? 'it' : 'them'}.
            </p>
          ) : (
            <Method draft={draft} faultAt={faultAt} set={set} edit={edit} />
          )}

          <section aria-labelledby="machine-title">
            <h2 id="machine-title">Machine</h2>
            <MachineTable
              state={state}
              machine={machine.name}
              asked={asked}
              onChoose={name => edit({ machine: name })}
            />
            {faultAt('machine') ? (
              <p className="error" role="alert">
                {fault?.message}
              </p>
            ) : null}
            <div className="fields three">
              <Field id="ranks" label="Cores per job" fault={faultAt('ranks')} hint={null}>
                {described => <input {...described} value={draft.ranks} onChange={set('ranks')} inputMode="numeric" />}
              </Field>
              <Field
                id="memory"
                label="Memory per job, MB"
                fault={faultAt('memory')}
                hint="2000 for each core, if empty."
              >
                {described => (
                  <input {...described} value={draft.memory} onChange={set('memory')} inputMode="numeric" />
                )}
              </Field>
              <Field id="time" label="Time limit, h:min" fault={faultAt('time')} hint={null}>
                {described => <input {...described} value={draft.time} onChange={set('time')} />}
              </Field>
            </div>
          </section>
        </div>

        <div className="compose-side">
          <Preview
            previewed={previewed}
            empty={
              noGeometry
                ? 'There is nothing to show: no 3D structure could be made.'
                : settled.program === 'none' && resolved
                  ? 'Nothing is sent: conformers and populations come from the embedded force field.'
                  : resolved
                    ? 'A first geometry is being made…'
                    : 'Decks and scripts stand here as soon as the molecule is settled.'
            }
            machine={machine}
            run={idOf(0)}
          />
          <footer className="compose-foot">
            <div>
              <p className="figure">
                {plan.warnings.length > 0 ? plan.warnings.join('. ') : count > 1 ? `${count} runs` : ''}
              </p>
              <p className="hint">
                {inputs.length > 0 || settled.program === 'none' ? '' : costText(cost, Math.max(1, count))}
              </p>
              {fault && !FIELDS.includes(fault.field ?? '') ? (
                <p className="error" role="alert">
                  {fault.message} {fault.hint ?? ''}
                </p>
              ) : null}
            </div>
            <button
              type="submit"
              className="primary"
              aria-disabled={missing !== null || starting}
              title={missing ?? 'Ctrl Enter'}
              data-submit=""
            >
              {starting ? 'Starting…' : (missing ?? (count > 1 ? `Start ${count} runs` : 'Start run'))}
            </button>
          </footer>
        </div>
      </form>
      {/* Outside the form: its dialog holds one of its own. */}
      {drawing ? (
        <StructureEditor
          smiles={looked?.format === 'smiles' ? looked.text : ''}
          onKeep={smiles => {
            edit({ smiles: replaced(draft.smiles, looked, smiles) })
            setDrawing(false)
          }}
          onClose={() => setDrawing(false)}
        />
      ) : null}
    </>
  )
}

/** Fields that show their own fault. */
const FIELDS = [
  'input',
  'name',
  'charge',
  'preset',
  'program',
  'xc',
  'basis',
  'solvent',
  'nuclei',
  'temperature',
  'max-conformers',
  'ff-window',
  'dft-window',
  'reference',
  'seed',
  'machine',
  'ranks',
  'memory',
  'time',
]

interface MethodProps {
  readonly draft: Draft
  faultAt(field: string): Fault | null
  set(name: keyof Draft): (event: { readonly target: { readonly value: string } }) => void
  edit(part: Partial<Draft>): void
}

function Method({ draft, faultAt, set, edit }: MethodProps) {
  const preset = presets.find(({ id }) => id === draft.preset)
  const text = (id: keyof Draft & string, name: string, field: string, hint: string | null = null) => (
    <Field id={id} label={name} fault={faultAt(field)} hint={hint}>
      {described => <input {...described} value={String(draft[id])} onChange={set(id)} autoComplete="off" />}
    </Field>
  )
  return (
    <section aria-labelledby="method-title">
      <h2 id="method-title">Method</h2>
      <div className="fields method">
        <Field
          id="preset"
          label="Level"
          fault={faultAt('preset')}
          hint={preset ? `Solvent by ${preset.solvent_model}; dispersion: ${preset.dispersion}.` : null}
        >
          {described => (
            <select {...described} value={draft.preset} onChange={set('preset')}>
              {presets.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field id="solvent" label="Solvent" fault={faultAt('solvent')} hint={null}>
          {described => (
            <select {...described} value={draft.solvent} onChange={set('solvent')}>
              {solvents.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Field>
        {text('temperature', 'Temperature, K', 'temperature')}
        <Field id="program" label="Program" fault={faultAt('program')} hint={null}>
          {described => (
            <select {...described} value={draft.program} onChange={set('program')}>
              <option value="nwchem">NWChem</option>
              <option value="orca">ORCA</option>
              <option value="none">None: force field only</option>
            </select>
          )}
        </Field>
        {text('nuclei', 'Nuclei', 'nuclei')}
        {text('max_conformers', 'Conformers at most', 'max-conformers')}
      </div>
      <details
        className="more"
        open={['xc', 'basis', 'ff-window', 'dft-window', 'reference', 'seed', 'generate'].some(field => faultAt(field))}
      >
        <summary>More</summary>
        <div className="fields method">
          {text('ff_window', 'Force-field window, kcal/mol', 'ff-window')}
          {text('dft_window', 'DFT window, kcal/mol', 'dft-window')}
          {text('seed', 'Seed', 'seed')}
          {text('xc', 'Functional', 'xc', 'Of the level, if empty; SHIELDING//GEOMETRY for two.')}
          {text('basis', 'Basis set', 'basis', 'As the functional.')}
          <Field id="reference" label="Reference" fault={faultAt('reference')} hint={null}>
            {described => (
              <select {...described} value={draft.reference} onChange={set('reference')}>
                <option value="auto">Best that is known</option>
                <option value="published">Published factors</option>
                <option value="tms">TMS, computed</option>
                <option value="none">None: shieldings only</option>
              </select>
            )}
          </Field>
          <label className="check">
            <input
              type="checkbox"
              checked={draft.one_job}
              onChange={event => edit({ one_job: event.target.checked })}
            />
            Optimisation and shielding in one job
          </label>
          <label className="check">
            <input
              type="checkbox"
              checked={draft.generate}
              onChange={event => edit({ generate: event.target.checked })}
            />
            Search conformers of a given geometry
          </label>
        </div>
      </details>
    </section>
  )
}

type Open = {
  readonly molecule: DraftMolecule
  readonly found: Stereoisomers
}
type Settled = ReturnType<typeof useAllSettled>

interface Planned {
  /** Null where the form is complete; else what is still wanted, as the button says it. */
  readonly missing: string | null
  readonly fault: Fault | null
  readonly molecules: readonly DraftMolecule[]
  readonly resolved: readonly ResolvedNmr[]
  readonly starts: readonly Omit<Start, 'run'>[]
  readonly open: readonly Open[]
  readonly warnings: readonly string[]
  readonly named: ReturnType<typeof namedTexts>
  readonly jobs: PreviewedJobs['jobs']
}

/** All that follows from the form, without doing anything. */
function planOf(draft: Draft, all: Settled, inputs: ReturnType<typeof inputsOf>, machine: Machine): Planned {
  const named = namedTexts()
  const nothing = { molecules: [], resolved: [], starts: [], open: [], warnings: [], named, jobs: [], fault: null }
  if (inputs.length > 0) {
    if (all.molecules.length > 0 && draft.files.length !== inputs.length)
      return { ...nothing, missing: 'Structures or inputs, not both', fault: null }
    const ranks = Number(draft.ranks)
    const resources = { ranks, memory_mb: Number(draft.memory) || 2000 * ranks, seconds: 24 * 3600 }
    const jobs = jobsOfInputs(inputs, resources, machine, named.refOf)
    if (!jobs.ok) return { ...nothing, missing: null, fault: jobs.fault }
    const start: Omit<Start, 'run'> = {
      workflow: 'single',
      resolve(refOf) {
        const made = jobsOfInputs(inputs, resources, machine, refOf)
        if (!made.ok) return made
        const name =
          draft.name.trim() ||
          inputs
            .map(each => each.name)
            .slice(0, 3)
            .join(', ')
        return ok({ name, texts: inputs.map(each => each.text), params: { jobs: made.value } })
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
    const made = resolveDraft(draft, molecule, alone, machine, named.refOf)
    if (!made.ok) return { ...nothing, open, missing: null, fault: faultOf(made, molecule, alone) }
    resolved.push(made.value)
    starts.push({ workflow: 'nmr', resolve: refOf => resolveDraft(draft, molecule, alone, machine, refOf) })
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

function faultText(fault: Fault | null): string | null {
  if (!fault) return null
  return fault.field === 'input' ? 'Correct the molecule to start' : `Correct ${fault.field ?? 'the form'} to start`
}

/** The molecules that runs are wanted of, with their stereochemistry settled, and those of which it is open. */
function useAllSettled(molecules: readonly DraftMolecule[], isomers: Draft['isomers']) {
  const smiles = molecules.filter(({ format }) => format === 'smiles').map(({ text }) => text)
  const answers = useChemistry(smiles.length > 0 ? { is: 'stereo', smiles } : null)
  return useMemo(() => {
    const settled: DraftMolecule[] = []
    const open: Open[] = []
    const found = [...(Array.isArray(answers) ? answers : [])]
    for (const molecule of molecules) {
      const stereo = molecule.format === 'smiles' ? found.shift() : undefined
      // What does not parse is said by the check that follows.
      if (!stereo?.ok) settled.push(molecule)
      else {
        const choice = settleStereo(molecule, stereo.value, isomers[molecule.input])
        if (stereo.value.open.length > 0) open.push({ molecule, found: stereo.value })
        settled.push(...(choice.is === 'settled' ? choice.molecules : [molecule]))
      }
    }
    return {
      molecules: settled,
      open,
      waits: answers === undefined && molecules.some(each => each.format === 'smiles'),
    }
  }, [molecules, isomers, answers])
}

function usePreview(
  plan: Planned,
  embedded: Parameters<typeof previewOf>[4] | null,
  machine: Machine,
  run: RunId,
): PreviewedJobs | null {
  return useMemo(() => {
    if (plan.jobs.length > 0) return { jobs: plan.jobs, notes: [], texts: plan.named.texts }
    const [resolved] = plan.resolved
    if (!resolved || !embedded) return null
    return previewOf(resolved, plan.named, machine, run, embedded)
  }, [plan, embedded, machine, run])
}

function elementsOf({ text, format }: DraftMolecule): readonly string[] {
  const parsed = parseStructure(text, format)
  return parsed.ok ? parsed.value.elements : []
}

/** The drawn molecule in the place of the one that was looked at. */
function replaced(lines: string, looked: DraftMolecule | undefined, smiles: string): string {
  if (looked?.format !== 'smiles') return [lines.trimEnd(), smiles].filter(Boolean).join('\n')
  return lines
    .split('\n')
    .map(line => (line.trim().split(/\s+/)[0] === looked.text ? line.replace(looked.text, smiles) : line))
    .join('\n')
}
