import { type Machine, reachOf } from '../../shared/model/machine.ts'
import type { State } from '../../shared/model/state.ts'
import { queueWait, type Spread } from '../../shared/model/times.ts'
import { bytes } from '../../shared/show/number.ts'
import { coreTimeText, type NmrCost, timeRangeText } from '../../shared/workflows/index.ts'
import { schedulerText } from '../runs/words.ts'
import { useNow } from '../ui/clock.ts'
import { finishText } from './finish.ts'

interface MachineTableProps {
  readonly state: State
  readonly machine: string
  /** What conformers will take on each machine, as far as that is known; left out where there are none. */
  readonly costs?: ReadonlyMap<string, NmrCost | null>
  /** When all would be done there, as far as that is known; left out where nobody asks. */
  readonly finishes?: ReadonlyMap<string, Spread>
  onChoose(machine: string): void
}

/** Where it can run, and what it will take there as far as that is known. */
export function MachineTable({ state, machine, costs, finishes, onChoose }: MachineTableProps) {
  const now = new Date(useNow(30_000))
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
          {finishes === undefined ? null : (
            <th scope="col" className="number" title="If it is started now, by what such jobs took and waited there">
              All done
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {machines.map(each => {
          const { name, settings } = each
          const cost = costs?.get(name)
          const wait = queueWait(state.times, each)
          const done = finishes?.get(name)
          const finish = done && finishText(done, now)
          const free_mb = each.tested?.free_mb
          return (
            <tr key={name} className={name === machine ? 'chosen' : undefined} data-machine={name}>
              <th scope="row">
                <label className="check">
                  <input type="radio" name="machine" checked={name === machine} onChange={() => onChoose(name)} />
                  <bdi>{name}</bdi>
                </label>
              </th>
              <td>{settings.scheduler === 'direct' ? 'none' : schedulerText(settings.scheduler)}</td>
              <td>{STATE_WORDS[reachOf(each)]}</td>
              <td className="number" data-wait="">
                {settings.scheduler === 'direct' ? 'none' : wait ? timeRangeText([wait.low_s, wait.high_s]) : '–'}
              </td>
              <td className="number" data-free="">
                {free_mb === undefined ? '–' : bytes(free_mb * 1e6)}
              </td>
              {costs === undefined ? null : <td className="number">{cost ? coreTimeText(cost.one) : '–'}</td>}
              {finishes === undefined ? null : (
                <td className="number" data-finish="" title={finish?.range ?? NO_FINISH}>
                  {finish?.about ?? '–'}
                </td>
              )}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

const NO_FINISH = 'Not known: what is before it, or how long such jobs take or wait there'

const STATE_WORDS = {
  ok: 'ready',
  'not-tried': 'not tried yet',
  unreachable: 'does not answer',
  'wants-login': 'wants a login',
} as const
