import { type Cell, cell, useCell } from '../cell.ts'

/**
 * What is looked at on an ensemble's page. Card, level and viewer share the conformer; shift row, peak, sticks and rings
 * share the group of atoms. Hovering previews, a click selects, a pin keeps hovering from changing anything.
 */
export interface Selection {
  readonly conformer: string | null
  /** Atoms of the group, as a text: classes may be made anew while they stay the same group. */
  readonly group: string | null
  readonly hoveredConformer: string | null
  readonly hoveredGroup: string | null
  readonly pinned: boolean
}

const NOTHING: Selection = {
  conformer: null,
  group: null,
  hoveredConformer: null,
  hoveredGroup: null,
  pinned: false,
}

/** One for each run, for as long as the window lives: it survives new data, sorting, and leaving the page. */
const cells = new Map<string, ReturnType<typeof cell<Selection>>>()

export interface Selecting {
  readonly selection: Selection
  change(part: Partial<Selection>): void
}

export function useSelection(run: string): Selecting {
  const mine = cellOf(run)
  const selection = useCell<Selection>(mine as Cell<Selection>)
  return { selection, change: part => mine.set({ ...mine.get(), ...part }) }
}

/** What is shown of it now: the preview while there is one. */
export function shownConformer({ conformer, hoveredConformer, pinned }: Selection): string | null {
  return pinned ? conformer : (hoveredConformer ?? conformer)
}

export function shownGroup({ group, hoveredGroup }: Selection): string | null {
  return hoveredGroup ?? group
}

export function groupKey(atoms: readonly number[]): string {
  return atoms.join(',')
}

export function atomsOf(group: string | null): readonly number[] {
  return group === null ? [] : group.split(',').map(Number)
}

function cellOf(run: string) {
  const known = cells.get(run)
  if (known) return known
  const made = cell<Selection>(NOTHING)
  cells.set(run, made)
  return made
}
