/** The stretch of the axis that holds all shifts, with a margin, in ppm; at least `least` wide. */
export function axisRange(shifts: readonly number[], least: number): readonly [low: number, high: number] {
  const low = Math.min(...shifts)
  const high = Math.max(...shifts)
  const margin = Math.max((high - low) * 0.08, (least - (high - low)) / 2)
  return [low - margin, high + margin]
}
