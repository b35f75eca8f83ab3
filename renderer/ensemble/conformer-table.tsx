import type { Reading } from '../../shared/contract.ts'
import type { ShownConformer } from '../../shared/workflows/index.ts'
import { Badge } from '../ui/badge.tsx'
import { Meter } from '../ui/meter.tsx'
import { fixed, percent } from '../ui/number.ts'
import { Scroll } from '../ui/scroll.tsx'
import { conformerLooks } from './conformer-state.ts'

interface ConformerTableProps {
  readonly conformers: readonly ShownConformer[]
  readonly temperature_K: number
  readonly weights_from: string
  /** Weights can still change: they are shown with a tilde. */
  readonly provisional: boolean
  /** The newest reading of the running job of a conformer. */
  reading(key: string): Reading | undefined
}

/** Conformers with their state, energy and population, the lowest first; those without an energy keep their order. */
export function ConformerTable({ conformers, temperature_K, weights_from, provisional, reading }: ConformerTableProps) {
  const rows = byEnergy(conformers)
  let sum = 0
  return (
    <Scroll label="Conformers and populations">
      <table>
        <caption>
          Populations at {fixed(temperature_K, 2)} K from {weights_from}
          {provisional ? '; not all conformers are in, so they can still change' : ''}
        </caption>
        <thead>
          <tr>
            <th scope="col">Conformer</th>
            <th scope="col">State</th>
            <th scope="col" className="number">
              E / E<sub>h</sub>
            </th>
            <th scope="col" className="number">
              ΔE / kcal mol⁻¹
            </th>
            <th
              scope="col"
              className="number"
              title="Degeneracy: a conformer and its mirror image count as one with g = 2"
            >
              g
            </th>
            <th scope="col" className="number" colSpan={2}>
              Population
            </th>
            <th scope="col" className="number">
              Cumulative
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(each => {
            if (each.weight !== null) sum += each.weight
            const tilde = provisional && each.weight !== null ? '~' : ''
            return (
              <tr key={each.key} className={each.state === 'filtered' ? 'quiet' : undefined} data-conformer={each.key}>
                <th scope="row">{each.key}</th>
                <td className="state">
                  <Badge look={conformerLooks[each.state]} />{' '}
                  <span className="reason">{each.reason ?? live(reading(each.key))}</span>
                </td>
                <td className="number">{fixed(each.energy_hartree, 6)}</td>
                <td className="number">{fixed(each.relative_kcal_mol, 2)}</td>
                <td className="number">{each.degeneracy}</td>
                <td className="bar">
                  <Meter parts={[{ share: each.weight ?? 0, tone: 'ink' }]} />
                </td>
                <td className="number">
                  {tilde}
                  {percent(each.weight)}
                </td>
                <td className="number">{each.weight === null ? '–' : `${tilde}${percent(sum)}`}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Scroll>
  )
}

function byEnergy(conformers: readonly ShownConformer[]): readonly ShownConformer[] {
  const energy = (each: ShownConformer) =>
    each.state === 'filtered' ? Number.POSITIVE_INFINITY : (each.relative_kcal_mol ?? Number.MAX_VALUE)
  // Stable: what has no energy yet stays in the order of the plan. Equal infinities must not give NaN.
  return [...conformers].sort((a, b) => (energy(a) === energy(b) ? 0 : energy(a) - energy(b)))
}

/** `cycle 14, SCF 6`: where the running job is. */
function live(reading: Reading | undefined): string {
  if (!reading) return ''
  const parts = [
    reading.opt_cycle === null ? null : `cycle ${reading.opt_cycle}`,
    reading.scf_cycle === null ? null : `SCF ${reading.scf_cycle}`,
  ]
  return parts.filter(part => part !== null).join(', ')
}
