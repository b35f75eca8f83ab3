import { useEngineState } from '../larmor.ts'
import { createJobIndexer, type JobIndex } from './job-index.ts'

/** One for the window: what has not changed since it was last asked costs nothing. */
const indexOf = createJobIndexer()

export function useJobIndex(): JobIndex {
  return indexOf(useEngineState())
}
