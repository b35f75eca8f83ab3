import { useEffect, useState } from 'react'
import type { ArchiveEntry } from '../../shared/model/archive.ts'
import type { State } from '../../shared/model/state.ts'
import type { Fault } from '../../shared/result.ts'
import { useEngineState, useLarmor } from '../larmor.ts'

interface ArchiveList {
  /** Null until it is known. */
  readonly entries: readonly ArchiveEntry[] | null
  readonly fault: Fault | null
}

/** What lies in the archive, the newest first; asked again when a run leaves the state for it. */
export function useArchiveList(): ArchiveList {
  const { engine } = useLarmor()
  const size = useEngineState().runs.size
  const [list, setList] = useState<ArchiveList>({ entries: null, fault: null })
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run that left the state may be in the archive now
  useEffect(() => {
    let gone = false
    engine.archivedRuns().then(answer => {
      if (gone) return
      setList(answer.ok ? { entries: answer.value, fault: null } : { entries: null, fault: answer.fault })
    })
    return () => {
      gone = true
    }
  }, [engine, size])
  return list
}

/** Whether nothing was ever run here; null until that is known. */
export function isFirstStart(state: State, { entries, fault }: ArchiveList): boolean | null {
  if (state.runs.size > 0) return false
  if (fault) return true
  return entries === null ? null : entries.length === 0
}
