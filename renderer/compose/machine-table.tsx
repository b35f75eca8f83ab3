import { type Machine, reachOf } from '../../shared/model/machine.ts'
import type { State } from '../../shared/model/state.ts'
import { queueWait } from '../../shared/model/times.ts'
import { coreTimeText, type NmrCost, timeRangeText } from '../../shared/workflows/index.ts'
import { bytes } from '../ui/number.ts'

interface MachineTableProps {
  readonly state: State
  readonly machine: string
  /** What conformers will take on each machine, as far as that is known; left out where there are none. */
  readonly costs?: ReadonlyMap<string, NmrCost | null>
  onChoose(machine: string): void
}

/** Where it can run, and what it will take there as far as that is known. */
export function MachineTable({ state, machine, costs, onChoose }: MachineTableProps) {
  const machines = Object.values<Machine>(state.machines)
  return (
    <table className="machines-choice">
      <caption className="only-read">Machines</caption>
      <thead>
        <tr>
          <th scope="col">Machine</th>
          <th scope="col">Scheduler</th>
          <th scope="col">State</th>
          <th scope="col" className="number" title="Of jobs of yours there, in 8 of 10 cases">
            Queue wait
          </th>
          <th scope="col" className="number" title="In the work folder, when the machine was tested last">
            Free
          </th>
          {costs === undefined ? null : (
            <th scope="col" className="number">
              One conformer
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {machines.map(each => {
          const { name, settings } = each
          const cost = costs?.get(name)
          const wait = queueWait(state.times, each)
          const free_mb = each.tested?.free_mb
          return (
            <tr key={name} className={name === machine ? 'chosen' : undefined} data-machine={name}>
              <th scope="row">
                <label className="check">
                  <input type="radio" name="machine" checked={name === machine} onChange={() => onChoose(name)} />
                  <bdi>{name}</bdi>
                </label>
              </th>
              <td>{settings.scheduler === 'direct' ? 'none' : settings.scheduler}</td>
              <td>{STATE_WORDS[reachOf(each)]}</td>
              <td className="number" data-wait="">
                {settings.scheduler === 'direct' ? 'none' : wait ? timeRangeText(wait) : 'unknown'}
              </td>
              <td className="number" data-free="">
                {free_mb === undefined ? 'unknown' : bytes(free_mb * 1e6)}
              </td>
              {costs === undefined ? null : <td className="number">{cost ? coreTimeText(cost.one) : 'unknown'}</td>}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

const STATE_WORDS = {
  ok: 'ready',
  'not-tried': 'not tried yet',
  unreachable: 'does not answer',
  'wants-login': 'wants a login',
} as const
