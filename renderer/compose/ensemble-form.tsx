import { type FormEvent, useDeferredValue, useMemo, useRef, useState } from 'react'
import type { RunId } from '../../shared/ids.ts'
import { LOCAL, localMachine, type Machine } from '../../shared/model/machine.ts'
import type { State } from '../../shared/model/state.ts'
import type { Fault } from '../../shared/result.ts'
import { plural } from '../../shared/show/number.ts'
import { type NmrCost, nmrCostOf, nmrCostText } from '../../shared/workflows/index.ts'
import { useKeys } from '../keys/use-keys.ts'
import { useEngineState, useLarmor, useOffline } from '../larmor.ts'
import { go } from '../route.ts'
import { useChemistry } from './chemistry.ts'
import { ComposeFoot } from './compose-foot.tsx'
import { ComposeKinds } from './compose-kinds.tsx'
import { clearMolecules, type Draft, saveRunDraft, useDraft, useFileFault } from './draft.ts'
import { DropZone } from './drop-zone.tsx'
import { useFittedFactors } from './earlier-campaigns.ts'
import { Field } from './field.tsx'
import { sideBySide, useFinishes } from './finish.ts'
import { MachineTable } from './machine-table.tsx'
import { MethodFields } from './method-fields.tsx'
import { MoleculeCard } from './molecule-card.tsx'
import { type DraftMolecule, inputsOf, moleculesOf } from './molecules.ts'
import { faultText, type Planned, planOf } from './plan-draft.ts'
import { Preview, type PreviewedJobs, previewOf } from './preview.tsx'
import { ResourceFields } from './resource-fields.tsx'
import { newRunId } from './run-id.ts'
import { useSettledMolecules } from './settled-molecules.ts'
import { type Start, startRuns } from './start-runs.ts'
import { StereoQuestion } from './stereo-question.tsx'
import { StructureEditor } from './structure-editor.tsx'
import { useOnceSettled } from './use-once-settled.ts'

/** From molecules to started runs. What is wrong is said at its field, and what will be sent is shown, before anything runs. */
export function EnsembleForm() {
  const { engine } = useLarmor()
  const state = useEngineState()
  const offline = useOffline()
  const [given, change] = useDraft()
  const smiles = given.smiles ?? ''
  const draft = useMemo(() => ({ ...given, smiles }), [given, smiles])
  const settled = useDeferredValue(draft)
  const [chosen, choose] = useState(0)
  const [drawing, setDrawing] = useState(false)
  const fileFault = useFileFault()
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
  const all = useSettledMolecules(molecules, settled.isomers)

  const fitted = useFittedFactors()
  const plan = useMemo(() => planOf(settled, all, inputs, { machine, fitted }), [settled, all, inputs, machine, fitted])
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

  const costs = useCosts(plan, state)
  const finishes = useFinishes(costs, state)
  const missing = plan.missing ?? faultText(fault) ?? (noGeometry ? 'Another molecule is wanted' : null)
  const count = plan.starts.length

  const startOnceSettled = useOnceSettled(settled === draft, start)
  async function start(event?: FormEvent): Promise<void> {
    event?.preventDefault()
    if (offline !== null) return saveRunDraft()
    if (settled !== draft) return startOnceSettled()
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
            <div className="row between">
              <h1>New run</h1>
              <ComposeKinds chosen="ensemble" />
            </div>
            <p className="hint">Larmor finds its conformers, optimises them, and averages the NMR spectrum.</p>
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
                <DropZone files={draft.files} onFiles={files => edit({ files })} />
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
                of={molecules.length > 1 ? (molecule.name ?? molecule.input) : null}
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
            <MethodFields draft={draft} fitted={fitted} faultAt={faultAt} edit={edit} />
          )}
          <ResourceFields draft={draft} faultAt={faultAt} edit={edit}>
            <MachineTable
              state={state}
              machine={machine.name}
              costs={costs}
              finishes={finishes}
              onChoose={name => edit({ machine: name })}
            />
          </ResourceFields>
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
          <ComposeFoot
            figure={plan.warnings.length > 0 ? plan.warnings.join('. ') : count > 1 ? `${count} runs` : ''}
            cost={inputs.length > 0 || settled.program === 'none' ? '' : nmrCostText(costs.get(machine.name) ?? null)}
            fault={fault && !FIELDS.includes(fault.field ?? '') ? fault : null}
            missing={missing}
            starting={starting}
            offline={offline}
            onSave={saveRunDraft}
            start={count > 1 ? `Start ${count} runs` : 'Start run'}
          />
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
  'pre',
  'machine',
  'ranks',
  'memory',
  'time',
]

function usePreview(
  plan: Planned,
  embedded: Parameters<typeof previewOf>[4] | null,
  machine: Machine,
  run: RunId,
): PreviewedJobs | null {
  return useMemo(() => {
    if (plan.jobs.length > 0) return { jobs: plan.jobs, names: new Map(), notes: [], texts: plan.named.texts }
    const [resolved] = plan.resolved
    if (!resolved || !embedded) return null
    return previewOf(resolved, plan.named, machine, run, embedded)
  }, [plan, embedded, machine, run])
}

/** What all runs of the form will take on each machine. */
function useCosts({ resolved }: Planned, { machines, times }: State): ReadonlyMap<string, NmrCost | null> {
  return useMemo(() => {
    const params = resolved.map(each => each.params)
    const ranks = params[0]?.resources.ranks ?? 1
    return new Map(
      Object.values<Machine>(machines).map(machine => [
        machine.name,
        nmrCostOf(params, times?.[machine.name] ?? [], sideBySide(machine, ranks)),
      ]),
    )
  }, [resolved, machines, times])
}

/** The drawn molecule in the place of the one that was looked at. */
function replaced(lines: string, looked: DraftMolecule | undefined, smiles: string): string {
  if (looked?.format !== 'smiles') return [lines.trimEnd(), smiles].filter(Boolean).join('\n')
  return lines
    .split('\n')
    .map(line => (line.trim().split(/\s+/)[0] === looked.text ? line.replace(looked.text, smiles) : line))
    .join('\n')
}
