import type { ReactNode } from 'react'

interface ScrollProps {
  readonly label: string
  readonly className?: string
  readonly children: ReactNode
}

/** A part that scrolls by itself, by keyboard as well: for that it must take the focus. */
export function Scroll({ label, className = 'scroll', children }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls and holds no control is out of reach without it
    <section className={className} tabIndex={0} aria-label={label}>
      {children}
    </section>
  )
}
