import { FocusStyleManager } from '@blueprintjs/core'
import { useEffect, useMemo, useState } from 'react'
import { lastAttempt } from '../shared/model/job.ts'
import type { State } from '../shared/model/state.ts'
import { get, values } from '../shared/model/table.ts'
import { useCell } from './cell.ts'
import { KeyHelp } from './keys/help.tsx'
import { doCommand, listenForKeys, useKeys } from './keys/use-keys.ts'
import { type Larmor, LarmorContext } from './larmor.ts'
import { LinkBanner } from './link.tsx'
import { Palette } from './palette/palette.tsx'
import { go, type Route, useRoute } from './route.ts'
import { screens } from './screens.tsx'
import { Rail } from './shell/rail.tsx'
import { StatusLine } from './shell/status-line.tsx'
import { TitleBar } from './shell/title-bar.tsx'
import { useTheme, useThemeWish } from './theme.ts'
import { Notes, undoLast } from './ui/toast.tsx'
import './shell/shell.css'

// The focus ring is the style sheet's own.
FocusStyleManager.alwaysShowFocus()

/** The window: the frame that is always there, and in it one screen. */
export function App(larmor: Larmor) {
  const { state, known } = useCell(larmor.store)
  const link = useCell(larmor.engine.link)
  const route = useRoute()
  const theme = useTheme()
  const [wish, setTheme] = useThemeWish()
  const [open, setOpen] = useState<'palette' | 'help' | null>(null)
  const failed = useMemo(() => countFailed(state), [state])
  const first = known && state.runs.size === 0
  const part = partOf(state, route)
  const { Component, label } = screens[route.screen]

  useEffect(() => listenForKeys(), [])
  useEffect(() => larmor.host.onMenu(doCommand), [larmor.host])
  useEffect(() => larmor.host.setTheme(wish), [larmor.host, wish])
  useKeys({
    queue: () => go('queue'),
    ensembles: () => go('ensembles'),
    benchmarks: () => go('benchmarks'),
    results: () => go('results'),
    machines: () => go('machines'),
    settings: () => go('settings'),
    new: () => go('new'),
    palette: () => setOpen('palette'),
    help: () => setOpen('help'),
    theme: () => setTheme(theme === 'dark' ? 'light' : 'dark'),
    undo: () => undoLast(),
  })
  useEffect(() => {
    document.title = `${part ?? label} – Larmor`
  }, [part, label])

  return (
    <LarmorContext value={larmor}>
      <div className="window">
        <button type="button" className="skip" onClick={() => document.getElementById('main')?.focus()}>
          To the screen
        </button>
        <TitleBar route={route} part={part} link={link} newest={state.as_of} first={first} />
        <Rail current={route.screen} failed={failed} />
        <div className="page">
          <LinkBanner link={link} newest={state.as_of} />
          <main id="main" tabIndex={-1} data-screen-shown={route.screen}>
            {known ? <Component path={route.path} /> : <p className="hint pad">Asking Larmor what is known…</p>}
          </main>
        </div>
        <StatusLine state={state} />
        <Notes />
      </div>
      <Palette state={state} open={open === 'palette'} onClose={() => setOpen(null)} />
      <KeyHelp open={open === 'help'} onClose={() => setOpen(null)} />
    </LarmorContext>
  )
}

/** The run or machine that the address names. */
function partOf(state: State, { screen, path }: Route): string | null {
  const [id] = path
  if (id === undefined) return null
  if (screen === 'machines') return id
  return get(state.runs, id)?.name ?? id
}

function countFailed(state: State): number {
  let failed = 0
  for (const job of values(state.jobs)) {
    const { outcome } = lastAttempt(job)
    if (outcome === 'failed' || outcome === 'timeout') failed += 1
  }
  return failed
}
