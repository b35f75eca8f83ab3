export interface PeakLabel {
  readonly name: string
  readonly shift: string
  /** Canvas pixels: the middle of the peak, and its top. */
  readonly x: number
  readonly top: number
  readonly width: number
}

export interface PlacedLabel extends PeakLabel {
  /** Middle of the text, and its base line. */
  readonly at: { readonly x: number; readonly y: number }
}

/**
 * Labels above their peaks, moved up and then aside until none covers another; within [left, right] and not above
 * `ceiling`. What finds no place is left out: the table has it.
 */
export function placeLabels(
  labels: readonly PeakLabel[],
  line: number,
  box: { readonly left: number; readonly right: number; readonly ceiling: number },
): readonly PlacedLabel[] {
  const placed: PlacedLabel[] = []
  const height = 2 * line
  const free = (x: number, y: number, width: number) =>
    placed.every(
      other => Math.abs(other.at.x - x) >= (other.width + width) / 2 + line * 0.4 || Math.abs(other.at.y - y) >= height,
    )
  // The tall ones first: they have the least room above.
  for (const label of [...labels].sort((a, b) => a.top - b.top)) {
    const half = label.width / 2
    const spot = places(label, line, box.ceiling + height).find(
      ({ x, y }) => x - half >= box.left && x + half <= box.right && free(x, y, label.width),
    )
    if (spot) placed.push({ ...label, at: spot })
  }
  return placed
}

function places({ x, top, width }: PeakLabel, line: number, highest: number): readonly { x: number; y: number }[] {
  const start = Math.max(top - line * 0.4, highest)
  const asides = [0, 0.5, -0.5, 0.8, -0.8]
  const ups = [0, 1, 2, 3, 4, 5, 6]
  return ups.flatMap(up =>
    asides.map(aside => ({ x: x + aside * (width + line), y: start - up * line })).filter(({ y }) => y >= highest),
  )
}
