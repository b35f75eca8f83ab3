import { type ReactNode, useRef } from 'react'

interface MenuProps {
  readonly label: string
  /** What can be chosen: buttons. `close` is for each of them to call. */
  children(close: () => void): ReactNode
}

/** A button with a list below it; a choice and Escape close the list and go back to the button, leaving it closes it. */
export function Menu({ label, children }: MenuProps) {
  const menu = useRef<HTMLDetailsElement>(null)
  const button = useRef<HTMLElement>(null)
  const close = () => {
    if (menu.current) menu.current.open = false
  }
  const closeAndReturn = () => {
    close()
    button.current?.focus()
  }
  return (
    <details
      ref={menu}
      className="menu"
      onKeyDown={event => {
        if (event.key === 'Escape') closeAndReturn()
      }}
      onBlur={event => {
        if (!event.currentTarget.contains(event.relatedTarget)) close()
      }}
    >
      <summary ref={button} className="button">
        {label}
      </summary>
      <div className="menu-items">{children(closeAndReturn)}</div>
    </details>
  )
}
