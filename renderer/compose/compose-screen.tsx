import { LOCAL, localMachine } from '../../shared/model/machine.ts'
import { useEngineState, useLarmor, useOffline } from '../larmor.ts'
import { NewRun } from './new-run.tsx'

/** New run. */
export function ComposeScreen() {
  const { engine } = useLarmor()
  const { machines, runs } = useEngineState()
  return (
    <NewRun engine={engine} machine={machines[LOCAL] ?? localMachine} offline={useOffline()} first={runs.size === 0} />
  )
}
