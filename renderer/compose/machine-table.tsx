import { type Machine, reachOf } from '../../shared/model/machine.ts'
import type { State } from '../../shared/model/state.ts'
import { LEAST_DONE } from '../../shared/progress/forecast.ts'
import type { NmrCost } from '../../shared/workflows/index.ts'

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
              {costs === undefined ? null : <td className="number">{cost ? rangeText(cost.one) : 'unknown'}</td>}
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

/** `12–40 core min`: a range, never one number. */
function rangeText([low, high]: NmrCost['one']): string {
  const unit = high < 120 ? ([1, 's'] as const) : high < 7200 ? ([60, 'min'] as const) : ([3600, 'h'] as const)
  const figure = (seconds: number) => {
    const value = seconds / unit[0]
    return value < 10 ? value.toFixed(1) : String(Math.round(value))
  }
  return `${figure(low)}–${figure(high)} core ${unit[1]}`
}

/** In a sentence, for all conformers of all runs. */
export function costText(cost: NmrCost | null): string {
  if (!cost) return `Cost unknown: fewer than ${LEAST_DONE} calculations of these levels have ended there.`
  const { all, conformers, from } = cost
  const each = conformers === 1 ? 'for one conformer' : `if there are ${conformers} conformers, the most that are kept`
  return `${rangeText(all)} ${each}; from ${from} finished calculations (80 % range).`
}
