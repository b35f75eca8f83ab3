import { Cross } from '@blueprintjs/icons'
import { useEffect, useRef, useState } from 'react'
import { useCell } from '../cell.ts'
import { useLarmor } from '../larmor.ts'
import { useTheme } from '../theme.ts'
import type { Screen } from './screen.ts'
import { closeTerminal, drawer, type ShownTerminal, showTerminal } from './terminals.ts'
import './terminal.css'

/** Shells at the foot of the window, over whatever screen is shown; each goes on while another one is looked at. */
export function TerminalDrawer() {
  const { terminals, shown } = useCell(drawer)
  if (terminals.length === 0) return null
  return (
    <section className="terminal-drawer" aria-label="Terminals">
      <div className="terminal-tabs">
        <div className="row" role="tablist" aria-label="Terminals">
          {terminals.map(terminal => (
            <button
              key={terminal.id}
              type="button"
              role="tab"
              id={`terminal-tab-${terminal.id}`}
              aria-selected={terminal.id === shown}
              aria-controls={`terminal-${terminal.id}`}
              onClick={() => showTerminal(terminal.id)}
            >
              <bdi>{terminal.machine}</bdi>
              {terminal.dir === null ? '' : `: ${terminal.dir.split('/').at(-1)}`}
            </button>
          ))}
        </div>
        <button
          type="button"
          className="terminal-close"
          aria-label="Close this terminal"
          onClick={() => shown !== null && closeTerminal(shown)}
        >
          <Cross size={14} title={false} />
        </button>
      </div>
      {terminals.map(terminal => (
        <TerminalPane key={terminal.id} terminal={terminal} shown={terminal.id === shown} />
      ))}
    </section>
  )
}

function TerminalPane({ terminal, shown }: { readonly terminal: ShownTerminal; readonly shown: boolean }) {
  const { engine } = useLarmor()
  const theme = useTheme()
  const place = useRef<HTMLDivElement>(null)
  const screen = useRef<Screen | null>(null)
  const [said, setSaid] = useState('Loading…')

  useEffect(() => {
    let gone = false
    const at = place.current
    if (!at) return
    // Only who opens a terminal pays for it.
    void import('./screen.ts').then(({ openScreen }) => {
      if (gone) return
      screen.current = openScreen(engine, terminal, at, {
        said: words => gone || setSaid(words),
        left: () => document.getElementById(`terminal-tab-${terminal.id}`)?.focus(),
      })
      screen.current.focus()
    })
    const resized = new ResizeObserver(() => at.clientHeight > 0 && screen.current?.fit())
    resized.observe(at)
    return () => {
      gone = true
      resized.disconnect()
      screen.current?.close()
      screen.current = null
    }
  }, [engine, terminal])
  useEffect(() => {
    if (shown) screen.current?.focus()
  }, [shown])
  // biome-ignore lint/correctness/useExhaustiveDependencies: painted anew when the theme is another one
  useEffect(() => screen.current?.repaint(), [theme])

  return (
    <div
      className="terminal-pane"
      role="tabpanel"
      id={`terminal-${terminal.id}`}
      aria-labelledby={`terminal-tab-${terminal.id}`}
      hidden={!shown}
    >
      <p className="hint terminal-said" role="status">
        {said === '' ? 'Shift+Escape leaves the terminal for its tab.' : said}
      </p>
      <div className="terminal-screen" ref={place} />
    </div>
  )
}
