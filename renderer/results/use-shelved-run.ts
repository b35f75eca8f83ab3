import { useEffect, useState } from 'react'
import type { RunId } from '../../shared/ids.ts'
import type { ShelvedRun } from '../../shared/model/archive.ts'
import { get } from '../../shared/model/table.ts'
import { jobsOf } from '../../shared/show/status.ts'
import { useEngineState, useLarmor } from '../larmor.ts'

/** A run with its jobs, wherever it is kept; null until it is there, a sentence where it is not. */
export function useShelvedRun(id: string): ShelvedRun | string | null {
  const { engine } = useLarmor()
  const state = useEngineState()
  const here = get(state.runs, id)
  const [found, setFound] = useState<{ readonly of: string; readonly is: ShelvedRun | string } | null>(null)
  const wanted = here === undefined && found?.of !== id
  useEffect(() => {
    if (!wanted) return
    let gone = false
    engine.archivedRun(id as RunId).then(answer => {
      if (!gone) setFound({ of: id, is: answer.ok ? answer.value : answer.fault.message })
    })
    return () => {
      gone = true
    }
  }, [engine, id, wanted])
  if (here) return { run: here, jobs: jobsOf(state, here) }
  return found?.of === id ? found.is : null
}
