/** Lines of the same text around a change. */
const AROUND = 2

type Edit = { readonly sign: ' ' | '-' | '+'; readonly line: string }

/**
 * What changes from one text to the other, as a person reads it: lines with "-" before them went, with "+" came, a few
 * of those around stay, "..." stands for the rest. Empty when both are the same.
 */
export function lineDiff(before: string, after: string): string {
  if (before === after) return ''
  const edits = editsOf(linesOf(before), linesOf(after))
  const near = edits.map((_, i) =>
    edits.slice(Math.max(0, i - AROUND), i + AROUND + 1).some(({ sign }) => sign !== ' '),
  )
  return edits
    .flatMap(({ sign, line }, i) => {
      if (near[i]) return [`${sign} ${line}`]
      return i === 0 || near[i - 1] ? ['...'] : []
    })
    .join('\n')
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n')
}

/** By the longest common subsequence, of what is left between the same beginning and the same end. */
function editsOf(before: readonly string[], after: readonly string[]): readonly Edit[] {
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head++
  let tail = 0
  const most = Math.min(before.length, after.length) - head
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  const same = (lines: readonly string[]) => lines.map((line): Edit => ({ sign: ' ', line }))
  return [
    ...same(before.slice(0, head)),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...same(before.slice(before.length - tail)),
  ]
}

/** Beyond this many pairs of lines the whole middle is shown as replaced: a table of them would take too long. */
const MOST_PAIRS = 4_000_000

function middle(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const pairs = before.length * after.length
  const longest = pairs > 0 && pairs <= MOST_PAIRS ? commonLengths(before, after) : null
  const edits: Edit[] = []
  let i = 0
  let j = 0
  while (i < before.length || j < after.length) {
    const [gone, come] = [before[i], after[j]]
    if (gone !== undefined && gone === come) {
      edits.push({ sign: ' ', line: gone })
      i++
      j++
    } else if (gone !== undefined && (come === undefined || at(longest, i + 1, j) >= at(longest, i, j + 1))) {
      edits.push({ sign: '-', line: gone })
      i++
    } else {
      edits.push({ sign: '+', line: come ?? '' })
      j++
    }
  }
  return edits
}

type Lengths = readonly Uint32Array[] | null

function at(lengths: Lengths, i: number, j: number): number {
  return lengths?.[i]?.[j] ?? 0
}

/** lengths[i][j]: how many lines before[i..] and after[j..] have in common, in order. */
function commonLengths(before: readonly string[], after: readonly string[]): readonly Uint32Array[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1))
  for (let i = before.length - 1; i >= 0; i--) {
    const row = lengths[i] as Uint32Array
    for (let j = after.length - 1; j >= 0; j--) {
      row[j] =
        before[i] === after[j] ? at(lengths, i + 1, j + 1) + 1 : Math.max(at(lengths, i + 1, j), at(lengths, i, j + 1))
    }
  }
  return lengths
}
