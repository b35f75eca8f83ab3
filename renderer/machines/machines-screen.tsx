import type { Machine } from '../../shared/model/machine.ts'
import { useEngineState } from '../larmor.ts'
import { clockTime } from '../ui/time.ts'

/** Where jobs run, and whether it answers. */
export function MachinesScreen() {
  const { machines } = useEngineState()
  return (
    <table className="plain">
      <thead>
        <tr>
          <th scope="col">Machine</th>
          <th scope="col">Host</th>
          <th scope="col">Scheduler</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {Object.values<Machine>(machines).map(({ name, settings, reach }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="machine-text">{settings.ssh?.host ?? 'this computer'}</td>
            <td>{settings.scheduler}</td>
            <td>
              {reach.is === 'ok' ? 'answers' : reach.is === 'wants-login' ? 'wants a login' : 'does not answer'}
              {reach.since === null ? '' : ` since ${clockTime(reach.since)}`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
