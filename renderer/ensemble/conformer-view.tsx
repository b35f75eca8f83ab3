import { useState } from 'react'
import type { Engine } from '../../shared/contract.ts'
import type { MoleculeInfo } from '../../shared/nmr/molecule-info.ts'
import { fixed, percent } from '../../shared/show/number.ts'
import type { Depiction } from '../molecule/depiction.ts'
import { Drawing } from '../molecule/drawing.tsx'
import { LiveViewer } from '../molecule/live-viewer.tsx'
import { hasWebgl } from '../molecule/webgl.ts'
import type { Card } from './cards.tsx'
import { atomsOf } from './selection.ts'
import { shiftName } from './shift-name.ts'

interface ConformerViewProps {
  readonly engine: Engine
  readonly card: Card
  readonly molecule: MoleculeInfo
  readonly depiction: Depiction | null
  /** The group that is looked at; its atoms have rings. */
  readonly group: string | null
  onPick(atoms: readonly number[]): void
}

/** The selected conformer, to be turned; flat where there is no WebGL. */
export function ConformerView({ engine, card, molecule, depiction, group, onPick }: ConformerViewProps) {
  const [labels, setLabels] = useState(false)
  const ringed = atomsOf(group)
  const element = molecule.elements[(ringed[0] ?? 0) - 1] ?? ''
  const label = ringed.length > 0 ? shiftName({ element, atoms: ringed }) : null
  const tilde = card.provisional && card.share !== null ? '~' : ''
  const title = `Conformer ${card.short}${label ? `, rings around ${label}` : ''}`
  return (
    <>
      <header className="row">
        <h2>{card.short}</h2>
        <span className="view-figures">
          {[
            card.relative_kcal_mol === null ? null : `${fixed(card.relative_kcal_mol, 2)} kcal/mol`,
            card.share === null ? null : `${tilde}${percent(card.share)}`,
          ]
            .filter(figure => figure !== null)
            .join(', ')}
        </span>
        <label className="check">
          <input type="checkbox" checked={labels} onChange={event => setLabels(event.target.checked)} />
          Labels
        </label>
      </header>
      {hasWebgl() ? (
        <LiveViewer
          engine={engine}
          geometry={card.geometry}
          elements={molecule.elements}
          title={title}
          ringed={ringed}
          ringLabel={label}
          labels={labels}
          onPick={atom => onPick([atom])}
        />
      ) : depiction ? (
        <Drawing depiction={depiction} title={title} ringed={ringed} numbered={labels} onPick={onPick} />
      ) : null}
      <p className="hint view-foot" title={card.key}>
        {card.key}, degeneracy {card.degeneracy}. Drag turns, the wheel zooms, a click on an atom selects its signal.
      </p>
    </>
  )
}
