import { type FormEvent, type ReactNode, useId } from 'react'
import { Modal } from './modal.tsx'

interface DialogProps {
  readonly title: ReactNode
  readonly wide?: boolean
  /** What has the focus at first; else the first field. */
  readonly focus?: string
  readonly children: ReactNode
  /** Escape, too. */
  onClose(): void
  /** Enter, and the button of type submit among the children. */
  onSubmit(): void
}

/** A modal dialog around a form, whose first field has the focus. What is typed into it is not lost by a press beside it. */
export function Dialog({ title, wide = false, focus, children, onClose, onSubmit }: DialogProps) {
  const id = useId()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <Modal
      title={id}
      className={wide ? 'confirm wide' : 'confirm'}
      stays
      {...(focus ? { focus } : {})}
      onClose={onClose}
    >
      <form onSubmit={submit} noValidate>
        <h2 id={id}>{title}</h2>
        {children}
      </form>
    </Modal>
  )
}
