import type { Shortfall } from './outcome-counts.ts'
import type { RunSummary } from './summary.ts'

/** `1/2 conformers, 1 failed`: what completed, of how many; what did not is counted beside it. */
export function Counts({ summary }: { readonly summary: RunSummary }) {
  return (
    <>
      {countText(summary)}
      <Shortfalls short={summary.short} />
    </>
  )
}

/** `, 1 to check, 2 failed`: what is beside the complete ones. */
export function Shortfalls({ short }: { readonly short: readonly Shortfall[] }) {
  return short.map(({ word, n }) => (
    <span key={word} className={TONES[word]}>
      , {n} {word}
    </span>
  ))
}

const TONES: { readonly [W in Shortfall['word']]?: string } = {
  failed: 'tone-fail',
  unknown: 'tone-attention',
  'to check': 'tone-attention',
}

function countText({ run, complete, total, counted }: RunSummary): string {
  if (total > 0) return `${complete}/${total} ${counted}`
  return run.phase.is === 'ended' ? `No ${counted}` : `No ${counted} yet`
}

/** The same for a screen reader and a window's title. */
export function countSentence(summary: RunSummary): string {
  return [countText(summary), ...summary.short.map(({ word, n }) => `${n} ${word}`)].join(', ')
}
