import type { FactorFile } from '../../shared/nmr/factors.ts'
import { presets } from '../../shared/nmr/presets.ts'
import type { FactorText } from '../../shared/nmr/references.ts'
import { findLevel } from '../../shared/programs/index.ts'
import type { Fault } from '../../shared/result.ts'
import { fixed } from '../../shared/show/number.ts'
import { solvents } from '../../shared/solvents.ts'
import type { Draft } from './draft.ts'
import { Choice, Field } from './field.tsx'

interface MethodFieldsProps {
  readonly draft: Draft
  /** What own campaigns have fitted. */
  readonly fitted: readonly FactorText[]
  faultAt(field: string): Fault | null
  edit(part: Partial<Draft>): void
}

const REFERENCES = [
  ['auto', 'Best that is known'],
  ['published', 'Published factors'],
  ['tms', 'TMS, computed'],
  ['none', 'None: shieldings only'],
] as const

const PROGRAMS = [
  ['nwchem', 'NWChem'],
  ['orca', 'ORCA'],
  ['none', 'None: force field only'],
] as const

const FOLDED = ['xc', 'basis', 'ff-window', 'dft-window', 'reference', 'seed', 'generate', 'pre']

/** How the spectra are computed: what most change first, the rest folded away. */
export function MethodFields({ draft, fitted, faultAt, edit }: MethodFieldsProps) {
  const preset = presets.find(({ id }) => id === draft.preset)
  const text = (id: keyof Draft & string, name: string, field: string, hint: string | null = null) => (
    <Field id={id} label={name} fault={faultAt(field)} hint={hint}>
      {described => (
        <input
          {...described}
          value={String(draft[id])}
          onChange={event => edit({ [id]: event.target.value })}
          autoComplete="off"
        />
      )}
    </Field>
  )
  const choice = (
    id: 'preset' | 'solvent' | 'program' | 'reference',
    label: string,
    choices: readonly (readonly [string, string])[],
    hint: string | null = null,
  ) => (
    <Choice
      id={id}
      label={label}
      fault={faultAt(id)}
      hint={hint}
      value={draft[id]}
      choices={choices}
      onChoose={value => edit({ [id]: value })}
    />
  )
  const tick = (id: 'one_job' | 'generate' | 'pre', label: string) => (
    <label className="check">
      <input type="checkbox" checked={draft[id]} onChange={event => edit({ [id]: event.target.checked })} />
      {label}
    </label>
  )
  const levels = presets.map(({ id, label }) => [id, label] as const)
  const isOfPreset = draft.xc.trim() === '' && draft.basis.trim() === ''
  const hasCavity = preset?.shielding.cavity && isOfPreset && draft.program === 'nwchem' && draft.solvent !== 'gas'
  const cavity = hasCavity ? ', shieldings in a cavity of UFF radii × 1.1 (@UFF)' : ''
  const model = preset ? `Solvent by ${preset.solvent_model}${cavity}; dispersion: ${preset.dispersion}.` : ''
  const hint = [model, ownError(draft, fitted)].filter(part => part !== '').join(' ')
  const own = fitted.map(({ file, text }) => [file, `Own: ${factorLabel(text)}`] as const)
  const noXtb = faultAt('pre')
  return (
    <section aria-labelledby="method-title">
      <h2 id="method-title">Method</h2>
      <div className="fields method">
        {choice('preset', 'Level', levels, hint)}
        {choice(
          'solvent',
          'Solvent',
          solvents.map(({ id, label }) => [id, label] as const),
        )}
        {text('temperature', 'Temperature, K', 'temperature')}
        {choice('program', 'Program', PROGRAMS)}
        {text('nuclei', 'Nuclei', 'nuclei')}
        {text('max_conformers', 'Conformers at most', 'max-conformers')}
      </div>
      <details className="more" open={FOLDED.some(field => faultAt(field))}>
        <summary>More</summary>
        <div className="fields method">
          {text('ff_window', 'Force-field window, kcal/mol', 'ff-window')}
          {text('dft_window', 'DFT window, kcal/mol', 'dft-window')}
          {text('seed', 'Seed', 'seed')}
          {text(
            'xc',
            'Functional',
            'xc',
            'Of the level, if empty; SHIELDING//GEOMETRY for two; 1H=B3LYP,13C=CAM-B3LYP/def2-SVP//B3LYP for each nucleus its own; LEVEL@UFF in a cavity of UFF radii.',
          )}
          {text('basis', 'Basis set', 'basis', 'As the functional, behind which @UFF stands.')}
          {choice('reference', 'Reference', [...REFERENCES, ...own])}
          {tick('one_job', 'Optimisation and shielding in one job')}
          {tick('generate', 'Search conformers of a given geometry')}
          {tick('pre', 'Optimise and rank conformers by xtb first')}
        </div>
        {noXtb ? (
          <p className="error" role="alert">
            {noXtb.message} {noXtb.hint ?? ''}
          </p>
        ) : null}
      </details>
    </section>
  )
}

/** How far off this level was in the person's own campaign; empty where none had it. */
function ownError({ preset: id, xc, basis, solvent }: Draft, fitted: readonly FactorText[]): string {
  const preset = presets.find(each => each.id === id)
  if (!preset || xc.trim() !== '' || basis.trim() !== '') return ''
  const [level, geometry] = [findLevel(preset.shielding), findLevel(preset.geometry)]
  if (!level.ok || !geometry.ok) return ''
  const own = fitted
    .map(({ text }) => JSON.parse(text) as FactorFile)
    .find(
      file => file.level === level.value.label && file.geometry === geometry.value.label && file.solvent === solvent,
    )
  if (!own) return ''
  const errors = own.factors.map(({ nucleus, mae_ppm }) => `${fixed(mae_ppm, 2)} ppm (${nucleus})`)
  return `In your campaign of ${own.molecules.length} molecules: MAE ${errors.join(', ')}.`
}

/** `B3LYP/6-311+G(2d,p) in cdcl3, 50 molecules`. */
function factorLabel(text: string): string {
  const { level, solvent, molecules } = JSON.parse(text) as FactorFile
  return `${level} in ${solvent}, ${molecules.length} molecules`
}
