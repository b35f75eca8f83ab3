import { type Asked, type Cost, costOf, LEAST_COMPARABLE } from '../../shared/compose/cost.ts'
import { type Machine, reachOf } from '../../shared/model/machine.ts'
import type { State } from '../../shared/model/state.ts'
import { values } from '../../shared/model/table.ts'

interface MachineTableProps {
  readonly state: State
  readonly machine: string
  /** What one conformer will ask of a machine; null while the molecule is not settled; left out where there are none. */
  readonly asked?: Omit<Asked, 'machine'> | null
  onChoose(machine: string): void
}

/** Where it can run, and what it will take there as far as that is known. */
export function MachineTable({ state, machine, asked, onChoose }: MachineTableProps) {
  const machines = Object.values<Machine>(state.machines)
  return (
    <table className="machines-choice">
      <caption className="only-read">Machines</caption>
      <thead>
        <tr>
          <th scope="col">Machine</th>
          <th scope="col">Scheduler</th>
          <th scope="col">State</th>
          {asked === undefined ? null : (
            <th scope="col" className="number">
              One conformer
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {machines.map(each => {
          const { name, settings } = each
          const cost = asked ? costOf(values(state.jobs), { ...asked, machine: name }) : null
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
              {asked === undefined ? null : <td className="number">{cost ? rangeText(cost.one) : 'unknown'}</td>}
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
function rangeText({ low, high }: Cost['one']): string {
  const unit = high < 120 ? ([1, 's'] as const) : high < 7200 ? ([60, 'min'] as const) : ([3600, 'h'] as const)
  const figure = (seconds: number) => {
    const value = seconds / unit[0]
    return value < 10 ? value.toFixed(1) : String(Math.round(value))
  }
  return `${figure(low)}–${figure(high)} core ${unit[1]}`
}

/** In a sentence, for all conformers of all runs. */
export function costText(cost: Cost | null, runs: number): string {
  if (!cost) return `Cost unknown: fewer than ${LEAST_COMPARABLE} comparable jobs have ended there.`
  const times = ({ low, middle, high }: Cost['all']) => ({ low: low * runs, middle: middle * runs, high: high * runs })
  return `${rangeText(times(cost.all))} at most, from ${cost.from} finished jobs (80 % range).`
}
