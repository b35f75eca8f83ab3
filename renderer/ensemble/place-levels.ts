export interface PlacedLevel {
  readonly key: string
  readonly energy: number
  /** 0 at the left, 1 beside it. */
  readonly column: 0 | 1
  /** False where its name would cover another's. */
  readonly named: boolean
}

/**
 * Energy levels in two columns, so that the names of near ones do not cover each other. `height` and `line` in pixels;
 * `top` is the energy at the upper end, `unit` the distance of the marks.
 */
export function placeLevels<Level extends { readonly key: string; readonly energy: number }>(
  levels: readonly Level[],
  height: number,
  line: number,
): { readonly placed: readonly (Level & PlacedLevel)[]; readonly top: number; readonly unit: number } {
  const highest = Math.max(...levels.map(({ energy }) => energy), 0)
  const unit = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50].find(each => highest / each <= 5) ?? 100
  const top = Math.max(unit, Math.ceil(highest / unit - 1e-9) * unit)
  const last: [number, number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const placed = [...levels]
    .sort((a, b) => a.energy - b.energy)
    .map(level => {
      const y = (height * level.energy) / top
      const column = y - last[0] >= line || last[0] <= last[1] ? 0 : 1
      const named = y - last[column] >= line
      if (named) last[column] = y
      return { ...level, column: column as 0 | 1, named }
    })
  return { placed, top, unit }
}
