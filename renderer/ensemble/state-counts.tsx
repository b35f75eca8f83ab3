import { Badge, type Look } from '../ui/badge.tsx'
import type { Card } from './cards.tsx'
import { conformerLooks } from './conformer-state.ts'

/** How many conformers are in which state, the farthest first. */
export function StateCounts({ cards }: { readonly cards: readonly Card[] }) {
  const counts = new Map<string, { readonly look: Look; n: number }>()
  const order = [
    'nmr_complete',
    'nmr_running',
    'optimized',
    'optimizing',
    'pending',
    'failed',
    'timeout',
    'lost',
    'cancelled',
    'filtered',
  ] as const
  for (const state of order) {
    const n = cards.filter(card => card.state === state).length
    if (n === 0) continue
    const look = conformerLooks[state]
    const known = counts.get(look.word)
    if (known) known.n += n
    else counts.set(look.word, { look, n })
  }
  return (
    <ul className="state-counts">
      {[...counts.values()].map(({ look, n }) => (
        <li key={look.word}>
          <Badge look={look} /> <strong>{n}</strong>
        </li>
      ))}
    </ul>
  )
}
