import { useMemo } from 'react'
import { ComposeScreen } from '../compose/compose-screen.tsx'
import { useEngineState } from '../larmor.ts'
import { RunList } from '../runs/run-list.tsx'
import { summarize } from '../runs/summary.ts'

/** All work that is under way, and what became of it. Where nothing was ever run: the one thing to do. */
export function QueueScreen() {
  const state = useEngineState()
  const runs = useMemo(() => summarize(state), [state])
  return runs.length === 0 ? <ComposeScreen /> : <RunList runs={runs} title="Runs" />
}
