/** Further apart, a word was meant otherwise. */
const MOST_EDITS = 2

/** The known word that a person may have mistyped, by the fewest letters added, left out or changed; null where none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const [best] = known
    .map(each => ({ each, edits: editsBetween(word.toLowerCase(), each.toLowerCase()) }))
    .filter(({ each, edits }) => edits <= MOST_EDITS && 2 * edits < each.length)
    .toSorted((a, b) => a.edits - b.edits)
  return best?.each ?? null
}

/** Levenshtein's distance; two letters exchanged are one edit, as they are one slip (Damerau). */
function editsBetween(a: string, b: string): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const edits = [(row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same]
      next.push(Math.min(...edits, swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY))
    }
    ;[before, row] = [row, next]
  }
  return row[b.length] ?? 0
}
