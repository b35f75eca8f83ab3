import { type FormEvent, type ReactNode, useId, useLayoutEffect, useRef } from 'react'

interface DialogProps {
  readonly title: ReactNode
  readonly wide?: boolean
  readonly children: ReactNode
  /** Escape, too. */
  onClose(): void
  /** Enter, and the button of type submit among the children. */
  onSubmit(): void
}

/** A modal dialog around a form. Its first field has the focus; whoever had it before gets it back. */
export function Dialog({ title, wide = false, children, onClose, onSubmit }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useLayoutEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    // Chromium would take a part that scrolls for the first.
    shown?.querySelector<HTMLElement>('input, select, textarea, button')?.focus()
    return () => shown?.close() // which gives the focus back
  }, [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <dialog
      ref={dialog}
      className={wide ? 'confirm wide' : 'confirm'}
      aria-labelledby={id}
      onCancel={event => {
        event.preventDefault() // whoever owns it takes it away
        onClose()
      }}
    >
      <form onSubmit={submit} noValidate>
        <h2 id={id}>{title}</h2>
        {children}
      </form>
    </dialog>
  )
}
