import type { ReactNode } from 'react'
import type { Fault } from '../../shared/result.ts'

interface FieldProps {
  readonly id: string
  readonly label: string
  readonly fault: Fault | null
  readonly hint: string | null
  /** The control, with what ties it to its label and its fault. */
  children(described: {
    readonly id: string
    readonly 'aria-describedby': string
    readonly 'aria-invalid': boolean
  }): ReactNode
}

/** A labelled control; what is wrong with it stands under it. */
export function Field({ id, label, fault, hint, children }: FieldProps) {
  const below = `${id}-below`
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': below, 'aria-invalid': fault !== null })}
      <p id={below} className={fault ? 'error' : 'hint'} role={fault ? 'alert' : undefined}>
        {fault ? `${fault.message} ${fault.hint ?? ''}` : hint}
      </p>
    </div>
  )
}

interface ChoiceProps extends Omit<FieldProps, 'children'> {
  readonly value: string
  readonly choices: readonly (readonly [value: string, label: string])[]
  onChoose(value: string): void
}

/** One of several. */
export function Choice({ value, choices, onChoose, ...field }: ChoiceProps) {
  return (
    <Field {...field}>
      {described => (
        <select {...described} value={value} onChange={event => onChoose(event.target.value)}>
          {choices.map(([each, label]) => (
            <option key={each} value={each}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
