import { useMemo } from 'react'
import { useEngineState } from '../larmor.ts'
import { RunList } from '../runs/run-list.tsx'
import { summarize } from '../runs/summary.ts'

/** What has ended. */
export function ResultsScreen() {
  const state = useEngineState()
  const runs = useMemo(() => summarize(state).filter(({ run }) => run.phase.is === 'ended'), [state])
  return runs.length === 0 ? <p className="empty">No run has ended yet.</p> : <RunList runs={runs} title="Results" />
}
