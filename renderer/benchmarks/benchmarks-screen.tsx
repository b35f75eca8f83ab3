import { useMemo } from 'react'
import { useEngineState } from '../larmor.ts'
import { RunList } from '../runs/run-list.tsx'
import { summarize } from '../runs/summary.ts'

/** Campaigns: many molecules at many levels. */
export function BenchmarksScreen() {
  const state = useEngineState()
  const runs = useMemo(() => summarize(state).filter(({ run }) => run.workflow === 'campaign'), [state])
  return runs.length === 0 ? (
    <p className="empty">No campaign was started yet.</p>
  ) : (
    <RunList runs={runs} title="Campaigns" />
  )
}
