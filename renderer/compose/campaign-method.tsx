import { knownFunctionals } from '../../shared/programs/index.ts'
import type { Fault } from '../../shared/result.ts'
import { solvents } from '../../shared/solvents.ts'
import { type CampaignDraft, withProgram } from './campaign-draft.ts'
import { Choice, Field } from './field.tsx'

interface CampaignMethodProps {
  readonly draft: CampaignDraft
  faultAt(field: string): Fault | null
  edit(part: Partial<CampaignDraft>): void
}

const ORDERS = [
  ['interleaved', 'All sizes from the beginning'],
  ['size', 'Small ones first'],
  ['file', 'As they stand'],
] as const

const PROGRAMS = [
  ['nwchem', 'NWChem'],
  ['orca', 'ORCA'],
] as const

const OFFERED = knownFunctionals.filter(({ shieldings }) => shieldings).map(({ label }) => label)

/** Levels and solvents; how many may fail, and in which order it goes. */
export function CampaignMethod({ draft, faultAt, edit }: CampaignMethodProps) {
  const text = (id: 'levels' | 'geometry' | 'max_failures' | 'name', label: string, hint: string | null) => (
    <Field id={id} label={label} fault={faultAt(id.replace('_', '-'))} hint={hint}>
      {described => (
        <input
          {...described}
          value={draft[id]}
          onChange={event => edit({ [id]: event.target.value })}
          autoComplete="off"
        />
      )}
    </Field>
  )
  const noSolvent = faultAt('solvents')
  return (
    <section aria-labelledby="method-title">
      <h2 id="method-title">Levels and solvents</h2>
      {text(
        'levels',
        'Levels',
        `With commas between; the basis is 6-311+G(2d,p) where none is named.${draft.program === 'nwchem' ? ` LEVEL@UFF: in a solvent cavity of UFF radii. Functionals of NWChem: ${OFFERED.join(', ')}.` : ''}`,
      )}
      <fieldset className="ticks">
        <legend className="label">Solvents</legend>
        {solvents.map(({ id, label }) => (
          <label key={id} className="check">
            <input
              type="checkbox"
              checked={draft.solvents.includes(id)}
              onChange={event =>
                edit({
                  solvents: event.target.checked ? [...draft.solvents, id] : draft.solvents.filter(each => each !== id),
                })
              }
            />
            {label}
          </label>
        ))}
      </fieldset>
      {noSolvent ? (
        <p className="error" role="alert">
          {noSolvent.message} {noSolvent.hint ?? ''}
        </p>
      ) : null}
      <details
        className="more"
        open={['program', 'geometry', 'max-failures', 'order', 'name'].some(field => faultAt(field))}
      >
        <summary>More</summary>
        <div className="fields">
          <Choice
            id="program"
            label="Program"
            fault={faultAt('program')}
            hint="WP04 is NWChem's alone, wB97X-D ORCA's."
            value={draft.program}
            choices={PROGRAMS}
            onChoose={program => edit(withProgram(draft, program))}
          />
          {text('geometry', 'Geometries', 'The level of their optimisation, or “given” for those of the set.')}
          <Choice
            id="order"
            label="Order"
            fault={faultAt('order')}
            hint={null}
            value={draft.order}
            choices={ORDERS}
            onChoose={order => edit({ order })}
          />
          {text('max_failures', 'Molecules that may fail', 'One more, and it pauses. A tenth of them, if empty.')}
          {text('name', 'Name', 'Set and levels, if empty.')}
        </div>
      </details>
    </section>
  )
}
