import { fixed, percent } from '../../shared/show/number.ts'
import { Scroll } from '../ui/scroll.tsx'
import type { Card } from './cards.tsx'
import { conformerLook } from './conformer-state.ts'
import type { Selecting } from './selection.ts'

interface PopulationTableProps extends Selecting {
  readonly cards: readonly Card[]
  readonly temperature_K: number
  readonly weights_from: string
  /** Windows of force field and DFT, kcal/mol, as the run was started with. */
  readonly cutoffs: string
  readonly provisional: boolean
}

/** The same as the cards in figures, with what the cards have no room for. */
export function PopulationTable(props: PopulationTableProps) {
  const { cards, temperature_K, weights_from, cutoffs, provisional, selection, change } = props
  let sum = 0
  return (
    <Scroll label="Conformers and populations">
      <table>
        <caption>
          Populations at {fixed(temperature_K, 2)} K from {weights_from}. {cutoffs}
          {provisional
            ? ' ~: not all conformers are in, so it can still change; one without an energy counts by its force field.'
            : ''}
        </caption>
        <thead>
          <tr>
            <th scope="col">Conformer</th>
            <th scope="col">Name</th>
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
            <th scope="col" className="number">
              Population
            </th>
            <th scope="col" className="number">
              Cumulative
            </th>
          </tr>
        </thead>
        <tbody>
          {cards.map(card => {
            if (card.share !== null) sum += card.share
            const tilde = card.provisional && card.share !== null ? '~' : ''
            const quiet = card.state === 'filtered' ? 'quiet' : ''
            return (
              <tr
                key={card.key}
                className={card.key === selection.conformer ? `chosen ${quiet}` : quiet}
                data-population={card.key}
                onClick={() => change({ conformer: card.key })}
              >
                <th scope="row">{card.short}</th>
                <td>{card.key}</td>
                <td>
                  {conformerLook(card).word}
                  {card.reason || card.check ? <span className="reason">, {card.reason ?? card.check}</span> : null}
                </td>
                <td className="number">{fixed(card.energy_hartree, 6)}</td>
                <td className="number">{fixed(card.relative_kcal_mol, 2)}</td>
                <td className="number">{card.degeneracy}</td>
                <td className="number">
                  {tilde}
                  {percent(card.share)}
                </td>
                <td className="number">{card.share === null ? '–' : `${tilde}${percent(Math.min(1, sum))}`}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Scroll>
  )
}
