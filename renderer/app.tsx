import { useEffect, useMemo, useState } from 'react'
import type { State } from '../shared/model/state.ts'
import { get } from '../shared/model/table.ts'
import { useArchived, withShelved } from './archived.ts'
import { useCell } from './cell.ts'
import type { Link } from './engine-client.ts'
import { WindowDrop } from './intake/window-drop.tsx'
import { KeyHelp } from './keys/help.tsx'
import { doCommand, listenForKeys, useKeys } from './keys/use-keys.ts'
import { type Larmor, LarmorContext, useLarmor } from './larmor.ts'
import { whyOffline } from './link.tsx'
import { LoginDialogs } from './machines/login-dialogs.tsx'
import { Palette } from './palette/palette.tsx'
import { useJobIndex } from './queue/use-job-index.ts'
import { go, type Route, type ScreenId, useRoute } from './route.ts'
import { screens } from './screens.tsx'
import { Banners } from './shell/banners.tsx'
import { Rail } from './shell/rail.tsx'
import { StatusLine } from './shell/status-line.tsx'
import { TitleBar } from './shell/title-bar.tsx'
import { TerminalDrawer } from './terminal/terminal-drawer.tsx'
import { useTheme, useThemeWish } from './theme.ts'
import { toggleChartTables } from './ui/chart.tsx'
import { Loading } from './ui/loading.tsx'
import { SegmentPatterns } from './ui/segments.tsx'
import { Notes, undoLast } from './ui/toast.tsx'
import './shell/shell.css'

/** Screens whose address names a run, which may be an archived one. */
const SHOWS_RUNS: ReadonlySet<ScreenId> = new Set<ScreenId>(['queue', 'ensembles', 'benchmarks', 'results'])

/** The window: the frame that is always there, and in it one screen. */
export function App({ engine, store, host }: Omit<Larmor, 'shelved'>) {
  const { state: live, known } = useCell(store)
  const link = useCell(engine.link)
  const route = useRoute()
  const named = known && SHOWS_RUNS.has(route.screen) ? route.path[0] : undefined
  const { shelved, asking } = useArchived(engine, live, named)
  const larmor = useMemo(() => ({ engine, store, host, shelved }), [engine, store, host, shelved])
  const state = withShelved(live, shelved)
  const theme = useTheme()
  const [wish, setTheme] = useThemeWish()
  const [open, setOpen] = useState<'palette' | 'help' | null>(null)
  const first = known && state.runs.size === 0
  const part = partOf(state, route)
  const { Component, label } = screens[route.screen]

  useEffect(() => listenForKeys(), [])
  useEffect(() => host.onMenu(doCommand), [host])
  useEffect(
    () =>
      host.onGo(address => {
        location.hash = address
      }),
    [host],
  )
  useEffect(() => host.listens(), [host])
  useEffect(() => host.setTheme(wish), [host, wish])
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
    tables: toggleChartTables,
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
        <QueueRail current={route.screen} />
        <div className="page">
          <Banners state={state} link={link} />
          <main id="main" tabIndex={-1} data-screen-shown={route.screen}>
            {known && !asking ? (
              <Component path={route.path} />
            ) : (
              <Loading
                key={String(known)}
                what={known ? 'Looking in the archive…' : 'Asking Larmor what is known…'}
                late={known ? 'It takes longer than usual: the disk or this computer is busy.' : lateText(link)}
              />
            )}
          </main>
          <TerminalDrawer />
        </div>
        <StatusLine state={state} known={known} live={link.is === 'live'} />
        <Notes />
        <SegmentPatterns />
      </div>
      <Palette state={state} open={open === 'palette'} onClose={() => setOpen(null)} />
      <LoginDialogs />
      <WindowDrop compose={first || route.screen === 'new'} />
      <KeyHelp open={open === 'help'} onClose={() => setOpen(null)} />
    </LarmorContext>
  )
}

/** The rail, with the number of failed jobs at the queue. */
function QueueRail({ current }: { readonly current: ScreenId }) {
  const { all, byRun } = useJobIndex()
  const { shelved } = useLarmor()
  const old = shelved ? (byRun.get(shelved.run.id)?.failed ?? 0) : 0
  return <Rail current={current} failed={all.failed - old} />
}

/** Why nothing is known after a while: where Larmor cannot be reached, waiting does not help. */
function lateText(link: Link): string {
  const why = link.is === 'connecting' ? null : whyOffline(link)
  return (
    why ??
    'It takes longer than usual: a large library is read, or this computer is busy. What runs goes on, and nothing is to be done.'
  )
}

/** The run or machine that the address names. */
function partOf(state: State, { screen, path }: Route): string | null {
  const [id] = path
  if (id === undefined) return null
  if (screen === 'machines') return id
  if (screen === 'new') return id === 'campaign' ? 'Campaign' : null
  return get(state.runs, id)?.name ?? id
}
