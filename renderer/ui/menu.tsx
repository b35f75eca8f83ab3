import { type ReactNode, useRef } from 'react'

interface MenuProps {
  readonly label: string
  /** What can be chosen: buttons. `close` is for each of them to call. */
  children(close: () => void): ReactNode
}

/** A button with a list below it; a choice, Escape and leaving it close the list. */
export function Menu({ label, children }: MenuProps) {
  const menu = useRef<HTMLDetailsElement>(null)
  const close = () => {
    if (menu.current) menu.current.open = false
  }
  return (
    <details
      ref={menu}
      className="menu"
      onKeyDown={event => {
        if (event.key === 'Escape') close()
      }}
      onBlur={event => {
        if (!event.currentTarget.contains(event.relatedTarget)) close()
      }}
    >
      <summary className="button">{label}</summary>
      <div className="menu-items">{children(close)}</div>
    </details>
  )
}
