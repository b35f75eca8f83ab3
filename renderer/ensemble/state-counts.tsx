import { Badge, type Look } from '../ui/badge.tsx'
import type { Card } from './cards.tsx'
import { conformerLook } from './conformer-state.ts'

/** The farthest first. */
const ORDER = [
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
] as const satisfies readonly Card['state'][]

/** How many conformers are in which state, the farthest first. */
export function StateCounts({ cards }: { readonly cards: readonly Card[] }) {
  const counts = new Map<string, { readonly look: Look; n: number }>()
  for (const card of cards.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))) {
    const look = conformerLook(card)
    const known = counts.get(look.word)
    if (known) known.n += 1
    else counts.set(look.word, { look, n: 1 })
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
