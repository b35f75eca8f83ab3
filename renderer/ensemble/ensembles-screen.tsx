import { useMemo } from 'react'
import { useEngineState, useLarmor, useOffline } from '../larmor.ts'
import { address } from '../route.ts'
import { RunList } from '../runs/run-list.tsx'
import { summarize } from '../runs/summary.ts'
import type { ScreenProps } from '../screens.tsx'
import { RunPage } from './run-page.tsx'
import './ensemble.css'

/** Conformer ensembles: their list, or the one that the address names. */
export function EnsemblesScreen({ path: [wanted] }: ScreenProps) {
  const { engine } = useLarmor()
  const state = useEngineState()
  const offline = useOffline()
  const runs = useMemo(() => summarize(state).filter(({ run }) => run.workflow === 'nmr'), [state])
  const chosen = runs.find(({ run }) => run.id === wanted)
  if (chosen) return <RunPage key={chosen.run.id} engine={engine} state={state} summary={chosen} offline={offline} />
  if (wanted !== undefined) {
    return (
      <p className="hint pad">
        There is no ensemble “{wanted}” here. It may be archived; <a href={address('results')}>look in the results</a>.
      </p>
    )
  }
  if (runs.length > 0) return <RunList runs={runs} title="Ensembles" />
  return (
    <p className="empty">
      No ensemble was computed yet. <a href={address('new')}>Start one from a molecule.</a>
    </p>
  )
}
