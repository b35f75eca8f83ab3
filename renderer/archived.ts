import { useEffect, useState } from 'react'
import type { RunId } from '../shared/ids.ts'
import type { ShelvedRun } from '../shared/model/archive.ts'
import type { State } from '../shared/model/state.ts'
import { draftOf, get } from '../shared/model/table.ts'
import type { Fault } from '../shared/result.ts'
import type { BrowserEngine } from './engine-client.ts'

export interface Archived {
  /** The run that was looked for; null where it is no archived one. */
  readonly shelved: ShelvedRun | null
  readonly asking: boolean
  /** Why it cannot be shown; `not-found` where there is no such run at all. */
  readonly fault: Fault | null
}

const NOTHING: Archived = { shelved: null, asking: false, fault: null }

/** A run that the state does not have is looked for in the archive, once. */
export function useArchived(engine: BrowserEngine, state: State, run: string | undefined): Archived {
  const [found, setFound] = useState<{ readonly of: string; readonly is: Archived } | null>(null)
  const here = run === undefined || get(state.runs, run) !== undefined
  const known = found !== null && found.of === run
  useEffect(() => {
    if (here || known) return
    let gone = false
    engine.archivedRun(run as RunId).then(answer => {
      if (gone) return
      const is = answer.ok ? { ...NOTHING, shelved: answer.value } : { ...NOTHING, fault: answer.fault }
      setFound({ of: run, is })
    })
    return () => {
      gone = true
    }
  }, [engine, run, here, known])
  if (here) return NOTHING
  return known ? found.is : { ...NOTHING, asking: true }
}

let last: { readonly state: State; readonly shelved: ShelvedRun; readonly all: State } | null = null

/** The state with an archived run put back into it: who reads it knows no difference. */
export function withShelved(state: State, shelved: ShelvedRun | null): State {
  if (!shelved || get(state.runs, shelved.run.id)) return state
  if (last?.state === state && last.shelved === shelved) return last.all
  const runs = draftOf(state.runs)
  const jobs = draftOf(state.jobs)
  runs.set(shelved.run.id, shelved.run)
  for (const job of shelved.jobs) jobs.set(job.id, job)
  last = { state, shelved, all: { ...state, runs: runs.done(), jobs: jobs.done() } }
  return last.all
}
