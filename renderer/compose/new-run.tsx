import { type FormEvent, useState } from 'react'
import type { Engine } from '../../shared/contract.ts'
import type { Machine } from '../../shared/model/machine.ts'
import { presets } from '../../shared/nmr/presets.ts'
import type { Fault } from '../../shared/result.ts'
import { solvents } from '../../shared/solvents.ts'
import { address, go } from '../route.ts'
import './compose.css'
import { Field } from './field.tsx'
import { startNmr } from './start-nmr.ts'

interface NewRunProps {
  readonly engine: Engine
  /** Where it runs. */
  readonly machine: Machine
  /** Null while commands can be sent; else why not. */
  readonly offline: string | null
  /** Nothing was ever run here: an example is filled in. */
  readonly first: boolean
}

const EXAMPLE = 'CC(O)CC'

/** From a molecule to a started run. What is wrong is said under its field, before anything runs. */
export function NewRun({ engine, machine, offline, first }: NewRunProps) {
  const [smiles, setSmiles] = useState(first ? EXAMPLE : '')
  const [name, setName] = useState('')
  const [solvent, setSolvent] = useState('cdcl3')
  const [preset, setPreset] = useState<string>(presets[0]?.id ?? '')
  const [fault, setFault] = useState<Fault | null>(null)
  const [starting, setStarting] = useState(false)

  async function start(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (offline !== null || starting) return
    setStarting(true)
    const started = await startNmr(engine, { smiles, name, solvent, preset }, machine)
    setStarting(false)
    setFault(started.ok ? null : started.fault)
    if (started.ok) go('ensembles', started.value)
  }
  const of = (field: string) => (fault?.field === field ? fault : null)
  const missing = smiles.trim() === '' ? 'Enter a molecule first.' : offline
  const elsewhere = fault && !['input', 'name', 'solvent', 'preset'].includes(fault.field ?? '') ? fault : null

  return (
    <form className="new-run" onSubmit={start} noValidate>
      <div>
        <h1>{first ? 'Start with a molecule' : 'New run'}</h1>
        <p className="hint">
          Larmor finds its conformers, optimises them, and averages the NMR spectrum. It runs on {machine.name}.
        </p>
      </div>
      <Field
        id="smiles"
        label="SMILES"
        fault={of('input')}
        hint={first ? '2-butanol is filled in as an example.' : null}
      >
        {described => (
          <input
            {...described}
            className="machine-text"
            value={smiles}
            onChange={event => setSmiles(event.target.value)}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            required
          />
        )}
      </Field>
      <div className="fields">
        <Field id="name" label="Name" fault={of('name')} hint="The SMILES, if left empty.">
          {described => (
            <input {...described} value={name} onChange={event => setName(event.target.value)} autoComplete="off" />
          )}
        </Field>
        <Field id="solvent" label="Solvent" fault={of('solvent')} hint={null}>
          {described => (
            <select {...described} value={solvent} onChange={event => setSolvent(event.target.value)}>
              {solvents.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <fieldset className="choices">
        <legend className="label">Level</legend>
        {presets.map(({ id, label, solvent_model, dispersion, weights_from }) => (
          <label key={id} className="choice">
            <input
              type="radio"
              name="preset"
              value={id}
              checked={preset === id}
              onChange={() => setPreset(id)}
              aria-labelledby={`preset-${id}`}
              aria-describedby={`preset-${id}-about`}
            />
            <span id={`preset-${id}`}>{label}</span>
            <span className="hint" id={`preset-${id}-about`}>
              Solvent by {solvent_model}; dispersion: {dispersion}; weights from {weights_from}.
            </span>
          </label>
        ))}
      </fieldset>
      {elsewhere ? (
        <p className="error" role="alert">
          {elsewhere.message} {elsewhere.hint ?? ''}
        </p>
      ) : null}
      <div className="row end">
        {first ? null : (
          <a className="button" href={address('queue')}>
            Back
          </a>
        )}
        <button type="submit" className="primary" aria-disabled={missing !== null || starting} title={missing ?? ''}>
          {starting ? 'Starting…' : 'Start run'}
        </button>
      </div>
    </form>
  )
}
