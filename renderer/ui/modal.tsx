import { type ReactNode, useLayoutEffect, useRef } from 'react'

interface ModalProps {
  /** The id of its heading. */
  readonly title: string
  readonly className: string
  /** What has the focus at first; else the dialog itself. */
  readonly focus?: string
  /** A press beside it does not close it: something was typed, or is asked. */
  readonly stays?: boolean
  readonly children: ReactNode
  /** By Escape, or by a press beside it. */
  onClose(): void
}

/**
 * A modal dialog, the browser's own: it is there, and gone again, within the event that wished it. What a person types
 * next goes where it belongs, however fast; whoever had the focus before gets it back.
 */
export function Modal({ title, className, focus = FIRST, stays = false, children, onClose }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what has the focus at first does not change
  useLayoutEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    // Chromium would take a part that scrolls for the first.
    shown?.querySelector<HTMLElement>(focus)?.focus()
    return () => shown?.close() // which gives the focus back
  }, [])
  return (
    <dialog
      ref={dialog}
      className={className}
      aria-labelledby={title}
      onCancel={event => {
        if (event.target !== dialog.current) return // a choice of files in it was given up
        event.preventDefault() // whoever owns it takes it away
        onClose()
      }}
      // Chromium may close it without asking, where no key was pressed since it opened.
      onClose={() => dialog.current?.open === false && onClose()}
      onPointerDown={event => {
        if (!stays && event.target === dialog.current && isBeside(event, dialog.current)) onClose()
      }}
    >
      {children}
    </dialog>
  )
}

const FIRST = 'input, select, textarea, button'

function isBeside({ clientX, clientY }: { clientX: number; clientY: number }, dialog: HTMLElement): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect()
  return clientX < left || clientX > right || clientY < top || clientY > bottom
}
