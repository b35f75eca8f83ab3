import { type ReactNode, useId } from 'react'
import { Modal } from './modal.tsx'

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
  const id = useId()
  return (
    <Modal title={id} className="confirm" focus="button" stays onClose={onClose}>
      <h2 id={id}>{question}</h2>
      <p>{children}</p>
      <div className="row end">
        <button type="button" onClick={onClose}>
          {keep}
        </button>
        <button
          type="button"
          className="danger"
          onClick={() => {
            onConfirm()
            onClose()
          }}
        >
          {verb}
        </button>
      </div>
    </Modal>
  )
}
