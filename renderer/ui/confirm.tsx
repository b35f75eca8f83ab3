import { type ReactNode, useLayoutEffect, useRef } from 'react'

interface ConfirmProps {
  readonly question: string
  readonly children: ReactNode
  /** The button repeats the verb. */
  readonly verb: string
  readonly keep: string
  onConfirm(): void
  onClose(): void
}

/** Asked only before loss. The safe answer has the focus: Enter never destroys. */
export function Confirm({ question, children, verb, keep, onConfirm, onClose }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} className="confirm" aria-labelledby="confirm-question" onClose={onClose}>
      <h2 id="confirm-question">{question}</h2>
      <p>{children}</p>
      <div className="row end">
        {/* The first button takes the focus when the dialog opens. */}
        <button type="button" onClick={() => dialog.current?.close()}>
          {keep}
        </button>
        <button
          type="button"
          className="danger"
          onClick={() => {
            onConfirm()
            dialog.current?.close()
          }}
        >
          {verb}
        </button>
      </div>
    </dialog>
  )
}
