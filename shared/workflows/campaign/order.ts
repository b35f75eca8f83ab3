import type { CampaignOrder } from './params.ts'

/**
 * The things in the order that was asked for. `interleaved`: by size, then taken so that any beginning holds all sizes
 * (van der Corput's sequence, as in every quasi-random sampling): figures that are shown early are representative then.
 */
export function inOrder<T>(things: readonly T[], order: CampaignOrder, sizeOf: (thing: T) => number): readonly T[] {
  if (order === 'file') return things
  const bySize = things
    .map((thing, i) => ({ thing, i, size: sizeOf(thing) }))
    .sort((a, b) => a.size - b.size || a.i - b.i)
    .map(({ thing }) => thing)
  if (order === 'size') return bySize
  const bits = Math.ceil(Math.log2(Math.max(2, bySize.length)))
  return bySize
    .map((thing, i) => ({ thing, at: reversed(i, bits) }))
    .sort((a, b) => a.at - b.at)
    .map(({ thing }) => thing)
}

/** `count` things across the sizes: the smallest, the largest, and evenly between; in the order in which they stood. */
export function acrossSizes<T>(things: readonly T[], count: number, sizeOf: (thing: T) => number): readonly T[] {
  const bySize = inOrder(things, 'size', sizeOf)
  const step = count > 1 ? (bySize.length - 1) / (count - 1) : 0
  const chosen = new Set(Array.from({ length: count }, (_, i) => bySize[Math.round(i * step)]))
  return things.filter(thing => chosen.has(thing))
}

function reversed(i: number, bits: number): number {
  let result = 0
  for (let bit = 0; bit < bits; bit++) result = result * 2 + ((i >> bit) & 1)
  return result
}
