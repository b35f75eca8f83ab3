import { useEffect, useMemo } from 'react'
import { LOCAL, localMachine, type Machine } from '../shared/model/machine.ts'
import type { State } from '../shared/model/state.ts'
import { useCell } from './cell.ts'
import { NewRun } from './compose/new-run.tsx'
import type { BrowserEngine } from './engine-client.ts'
import { LinkBanner, LinkChip, whyOffline } from './link.tsx'
import { runAddress, useRoute } from './route.ts'
import { countSentence } from './runs/counts.tsx'
import { RunList } from './runs/run-list.tsx'
import { RunPage } from './runs/run-page.tsx'
import { summarize } from './runs/summary.ts'
import type { Store } from './store.ts'
import { plural } from './ui/number.ts'
import { clockTime } from './ui/time.ts'

interface AppProps {
  readonly engine: BrowserEngine
  readonly store: Store
}

/** The whole page: runs at the left, the chosen one beside them. */
export function App({ engine, store }: AppProps) {
  const { state, known } = useCell(store)
  const link = useCell(engine.link)
  const route = useRoute()
  const runs = useMemo(() => summarize(state), [state])
  const offline = whyOffline(link)
  const wanted = route.is === 'run' ? route.run : null
  const chosen = wanted === null ? runs[0] : runs.find(({ run }) => run.id === wanted)
  const home = route.is === 'home' ? runs[0]?.run.id : undefined
  // What is being looked at stays, also when a newer run begins.
  useEffect(() => {
    if (home !== undefined) location.replace(runAddress(home))
  }, [home])
  const title = chosen && route.is !== 'new' ? `${countSentence(chosen)} · ${chosen.run.name}` : null
  useEffect(() => {
    document.title = title === null ? 'Larmor' : `${title} – Larmor`
  }, [title])
  const first = known && runs.length === 0

  return (
    <div className="window">
      <a className="skip" href="#main">
        To the run
      </a>
      <header className="title-bar">
        <a className="brand" href="#/">
          <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
            <ellipse cx="12" cy="5.5" rx="8" ry="3" />
            <path d="M18.6 7.5 11 21" />
          </svg>
          Larmor
        </a>
        <div className="row">
          <LinkChip link={link} newest={state.as_of} />
          {first ? null : (
            <a className="button" href="#/new">
              New run
            </a>
          )}
        </div>
      </header>
      <LinkBanner link={link} newest={state.as_of} />
      <div className={first ? 'body alone' : 'body'}>
        {first ? null : <RunList runs={runs} selected={route.is === 'new' ? null : (chosen?.run.id ?? null)} />}
        <main id="main" tabIndex={-1}>
          {!known ? (
            <p className="hint pad">Asking Larmor what is known…</p>
          ) : route.is === 'new' || first ? (
            <NewRun engine={engine} machine={state.machines[LOCAL] ?? localMachine} offline={offline} first={first} />
          ) : chosen ? (
            <RunPage key={chosen.run.id} engine={engine} state={state} summary={chosen} offline={offline} />
          ) : (
            <p className="hint pad">
              There is no run “{wanted}” here. It may be archived; <a href="#/">show the newest run</a>.
            </p>
          )}
        </main>
      </div>
      <footer className="status-line">
        <span>{machinesText(state)}</span>
        <span>{state.as_of === null ? 'Nothing has happened yet' : `Last change ${clockTime(state.as_of)}`}</span>
      </footer>
    </div>
  )
}

/** `2 of 3 machines answer. helix: unreachable since 14:02`. */
function machinesText({ machines }: State): string {
  const all = Object.values<Machine>(machines)
  const silent = all.filter(({ reach }) => reach.is !== 'ok')
  const answer = `${all.length - silent.length} of ${plural(all.length, 'machine')} ${all.length === 1 ? 'answers' : 'answer'}`
  const why = silent.map(({ name, reach }) => {
    const since = reach.since === null ? '' : ` since ${clockTime(reach.since)}`
    return `${name}: ${reach.is === 'wants-login' ? 'wants a login' : 'unreachable'}${since}`
  })
  return [answer, ...why].join('. ')
}
