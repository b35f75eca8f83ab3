import { type ReactNode, useEffect, useState } from 'react'
import type { Machine } from '../../shared/model/machine.ts'
import type { Fault } from '../../shared/result.ts'
import { Field } from '../compose/field.tsx'
import { useEngineState, useLarmor } from '../larmor.ts'
import { Dialog } from '../ui/dialog.tsx'
import { type Draft, type DraftField, draftOf, fieldOf, GROUPS, machineOf } from './draft.ts'

interface MachineFormProps {
  /** Null: a new one. */
  readonly machine: Machine | null
  onClose(): void
  onSet(machine: Machine): void
}

/** Everything that can be set for a machine, on one page; how it is reached first, what few need folded away. */
export function MachineForm({ machine, onClose, onSet }: MachineFormProps) {
  const { engine } = useLarmor()
  const { machines } = useEngineState()
  const [draft, setDraft] = useState<Draft>(() => draftOf(machine))
  const [fault, setFault] = useState<Fault | null>(null)
  const [sending, setSending] = useState(false)
  const overSsh = machine === null || machine.settings.transport === 'ssh'

  async function save(): Promise<void> {
    if (sending) return
    const read = machineOf(draft, machine, Object.keys(machines))
    if (!read.ok) return setFault(read.fault)
    setSending(true)
    const set = await engine.send({ type: 'machine.set', machine: read.value })
    setSending(false)
    if (set.ok) onSet(read.value)
    else setFault(withField(set.fault))
  }
  const set = (name: string, value: string) => {
    setDraft({ ...draft, [name]: value })
    if (fault?.field === name) setFault(null)
  }
  const groups = GROUPS.filter(({ only }) => only === undefined || overSsh)
  return (
    <Dialog
      title={machine ? `Settings of ${machine.name}` : 'Add a machine'}
      wide
      onClose={onClose}
      onSubmit={() => void save()}
    >
      <div className="form-body">
        {machine ? null : (
          <Control
            field={{ name: 'name', label: 'Name', hint: 'What you call it, here and in the terminal.', kind: 'text' }}
            value={draft.name ?? ''}
            fault={fault}
            set={set}
          />
        )}
        {groups.map(({ title, fields }, i) => (
          <Section key={title} title={title} open={i < 2} wanted={fields.some(({ name }) => name === fault?.field)}>
            {fields.map(field => (
              <Control key={field.name} field={field} value={draft[field.name] ?? ''} fault={fault} set={set} />
            ))}
          </Section>
        ))}
      </div>
      {fault && !isShown(fault) ? (
        <p className="error" role="alert">
          {fault.message} {fault.hint}
        </p>
      ) : null}
      <div className="row end">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="primary" aria-disabled={sending}>
          {machine ? 'Save' : 'Add and connect'}
        </button>
      </div>
    </Dialog>
  )
}

interface SectionProps {
  readonly title: string
  /** At first. */
  readonly open: boolean
  /** There is something to see in it; what was opened so stays open. */
  readonly wanted: boolean
  readonly children: ReactNode
}

function Section({ title, open, wanted, children }: SectionProps) {
  const [isOpen, setOpen] = useState(open)
  useEffect(() => {
    if (wanted) setOpen(true)
  }, [wanted])
  return (
    <details open={isOpen} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      <div className="form-grid">{children}</div>
    </details>
  )
}

function withField(fault: Fault): Fault {
  const field = fieldOf(fault.field)
  return field === undefined ? fault : { ...fault, field }
}

/** Whether the field that a fault is about stands in the form. */
function isShown({ field }: Fault): boolean {
  return field === 'name' || GROUPS.some(({ fields }) => fields.some(({ name }) => name === field))
}

interface ControlProps {
  readonly field: DraftField
  readonly value: string
  readonly fault: Fault | null
  set(name: string, value: string): void
}

function Control({ field: { name, label, hint, kind, choices }, value, fault, set }: ControlProps) {
  return (
    <Field id={`machine-${name}`} label={label} hint={hint} fault={fault?.field === name ? fault : null}>
      {described => {
        if (kind === 'choice') {
          return (
            <select {...described} value={value} onChange={event => set(name, event.currentTarget.value)}>
              {choices?.map(choice => (
                <option key={choice}>{choice}</option>
              ))}
            </select>
          )
        }
        if (kind === 'yes or no') {
          return (
            <select {...described} value={value} onChange={event => set(name, event.currentTarget.value)}>
              <option value="true">on</option>
              <option value="false">off</option>
            </select>
          )
        }
        if (kind === 'lines') {
          return (
            <textarea
              {...described}
              className="machine-text"
              rows={3}
              spellCheck={false}
              value={value}
              onChange={event => set(name, event.currentTarget.value)}
            />
          )
        }
        return (
          <input
            {...described}
            className={kind === 'machine text' ? 'machine-text' : undefined}
            inputMode={kind === 'count' ? 'numeric' : undefined}
            spellCheck={false}
            autoComplete="off"
            value={value}
            onChange={event => set(name, event.currentTarget.value)}
          />
        )
      }}
    </Field>
  )
}
