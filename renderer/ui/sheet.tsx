import { Cross } from '@blueprintjs/icons'
import { type ReactNode, useId } from 'react'
import { Modal } from './modal.tsx'

interface SheetProps {
  readonly title: string
  readonly className: string
  readonly focus?: string
  readonly children: ReactNode
  /** Buttons at its foot. */
  readonly foot?: ReactNode
  onClose(): void
}

/** A dialog to read in: a head with what it shows, and a way out. */
export function Sheet({ title, className, focus, children, foot, onClose }: SheetProps) {
  const id = useId()
  return (
    <Modal title={id} className={`sheet ${className}`} onClose={onClose} {...(focus === undefined ? {} : { focus })}>
      <header>
        <h2 id={id}>
          <bdi>{title}</bdi>
        </h2>
        <button type="button" className="icon-button" onClick={onClose} aria-label="Close">
          <Cross size={14} title={false} />
        </button>
      </header>
      {children}
      {foot === undefined ? null : <footer>{foot}</footer>}
    </Modal>
  )
}
