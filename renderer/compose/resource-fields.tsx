import type { ReactNode } from 'react'
import type { Fault } from '../../shared/result.ts'
import { Field } from './field.tsx'
import type { ResourceDraft } from './resources.ts'

interface ResourceFieldsProps {
  readonly draft: ResourceDraft
  /** The table of machines. */
  readonly children: ReactNode
  faultAt(field: string): Fault | null
  edit(part: Partial<ResourceDraft>): void
}

/** Where it runs, and what each job may take there. */
export function ResourceFields({ draft, children, faultAt, edit }: ResourceFieldsProps) {
  const noMachine = faultAt('machine')
  const text = (id: keyof ResourceDraft, label: string, hint: string | null) => (
    <Field id={id} label={label} fault={faultAt(id)} hint={hint}>
      {described => (
        <input
          {...described}
          value={draft[id]}
          onChange={event => edit({ [id]: event.target.value })}
          inputMode={id === 'time' ? undefined : 'numeric'}
          autoComplete="off"
        />
      )}
    </Field>
  )
  return (
    <section aria-labelledby="machine-title">
      <h2 id="machine-title">Machine</h2>
      {children}
      {noMachine ? (
        <p className="error" role="alert">
          {noMachine.message}
        </p>
      ) : null}
      <div className="fields three">
        {text('ranks', 'Cores per job', null)}
        {text('memory', 'Memory per job, MB', '2000 for each core, if empty.')}
        {text('time', 'Time limit, h:min', null)}
      </div>
    </section>
  )
}
