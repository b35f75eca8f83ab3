import { useEffect } from 'react'
import type { Engine, Reading } from '../../shared/contract.ts'
import { fixed, percent } from '../../shared/show/number.ts'
import type { ShownConformer } from '../../shared/workflows/index.ts'
import type { Depiction } from '../molecule/depiction.ts'
import { Drawing } from '../molecule/drawing.tsx'
import { useThumbnail } from '../molecule/thumbnails.ts'
import { Badge } from '../ui/badge.tsx'
import { conformerLook, liveText } from './conformer-state.ts'
import { PopulationBar } from './population-bar.tsx'
import type { Selecting } from './selection.ts'
import { Sparkline } from './sparkline.tsx'
import './cards.css'

/** A conformer with all that its card says. */
export interface Card extends ShownConformer {
  /** `C01`: its place by energy; the key names it for ever. */
  readonly short: string
  /** Its share of the population, 0..1, final or estimated. */
  readonly share: number | null
  readonly provisional: boolean
  readonly reading: Reading | undefined
  /** Energies of its optimisation, cycle by cycle, hartree: as far as this window saw them. */
  readonly cycles: readonly number[]
}

interface CardsProps extends Selecting {
  readonly engine: Engine
  readonly cards: readonly Card[]
  /** Drawn instead of the pictures where there is no WebGL. */
  readonly depiction: Depiction | null
  readonly listRef: React.RefObject<HTMLDivElement | null>
}

/** The conformers as cards, the lowest first. One of them is selected, and the arrows move it. */
export function Cards({ engine, cards, depiction, selection, change, listRef }: CardsProps) {
  const { conformer } = selection
  useEffect(() => {
    if (conformer !== null) document.getElementById(cardId(conformer))?.scrollIntoView({ block: 'nearest' })
  }, [conformer])
  return (
    <div
      ref={listRef}
      className="cards"
      data-keys=""
      role="listbox"
      aria-label="Conformers"
      tabIndex={0}
      aria-activedescendant={conformer === null ? undefined : cardId(conformer)}
      onMouseLeave={() => change({ hoveredConformer: null })}
    >
      {cards.map(card => (
        <ConformerCard
          key={card.key}
          card={card}
          engine={engine}
          depiction={depiction}
          selected={card.key === conformer}
          pinned={card.key === conformer && selection.pinned}
          onSelect={() => {
            change({ conformer: card.key })
            listRef.current?.focus({ preventScroll: true })
          }}
          onHover={() => change({ hoveredConformer: card.key })}
        />
      ))}
    </div>
  )
}

function cardId(key: string): string {
  return `card-${key}`
}

interface ConformerCardProps {
  readonly card: Card
  readonly engine: Engine
  readonly depiction: Depiction | null
  readonly selected: boolean
  readonly pinned: boolean
  onSelect(): void
  onHover(): void
}

function ConformerCard({ card, engine, depiction, selected, pinned, onSelect, onHover }: ConformerCardProps) {
  const { key, short, state, reason, check, relative_kcal_mol, share, provisional, reading, cycles } = card
  const look = conformerLook(card)
  const filtered = state === 'filtered'
  const tilde = provisional && share !== null ? '~' : ''
  const says = reason ?? liveText(reading)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, and names its active option
    <div
      id={cardId(key)}
      className={`conformer-card${filtered ? ' filtered' : ''}`}
      role="option"
      aria-selected={selected}
      title={check === null ? key : `${key}. To check: ${check}`}
      data-conformer={key}
      onClick={onSelect}
      onMouseEnter={onHover}
    >
      <div className="card-picture">
        <strong className="card-name">{short}</strong>
        {pinned ? <span className="card-pin">pinned</span> : null}
        <Picture engine={engine} card={card} depiction={depiction} />
      </div>
      <div className="card-text">
        <Badge look={look} />
        {filtered || (share === null && reason !== null) ? (
          <p className="reason" title={reason ?? undefined}>
            {reason}
          </p>
        ) : (
          <>
            <p className="card-line">
              <span className={relative_kcal_mol === null ? 'reason' : undefined}>
                {relative_kcal_mol !== null && !isLive(state) ? (
                  <>
                    {fixed(relative_kcal_mol, 2)} <span className="unit">kcal/mol</span>
                  </>
                ) : (
                  (says ?? '')
                )}
              </span>
              <Sparkline values={cycles} tone={look.tone} live={isLive(state)} />
            </p>
            <p className="card-line">
              <PopulationBar share={share ?? 0} provisional={provisional} />
              <span className={provisional ? 'reason' : undefined}>
                {share === null ? '–' : `${tilde}${percent(share)}`}
              </span>
            </p>
          </>
        )}
      </div>
    </div>
  )
}

function isLive(state: ShownConformer['state']): boolean {
  return ['optimizing', 'failed', 'timeout', 'lost', 'cancelled'].includes(state)
}

function Picture({ engine, card, depiction }: Pick<ConformerCardProps, 'engine' | 'card' | 'depiction'>) {
  const picture = useThumbnail(engine, card.geometry)
  if (picture) return <img src={picture} alt="" draggable={false} data-picture="" />
  if (picture === undefined) return <span className="picture-wait" />
  return depiction ? <Drawing depiction={depiction} title="" /> : <span className="picture-wait" />
}
