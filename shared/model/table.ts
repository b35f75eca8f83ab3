import { hash32 } from '../ids.ts'

/**
 * A persistent map from id to value, in leaves of about 128 entries: changing one of 10,000 entries copies one leaf
 * (1 us), not the whole record (3 ms). Plain JSON. The order of entries is that of their hashes: who needs an order
 * keeps a list of ids.
 */
export interface Table<T> {
  readonly size: number
  /** A power of two of them; an id lives in leaf `hash32(id) & (leaves.length - 1)`. */
  readonly leaves: readonly Readonly<Record<string, T>>[]
}

const LEAF_SIZE = 128

export const emptyTable: Table<never> = { size: 0, leaves: [{}] }

export function get<T>(table: Table<T>, id: string): T | undefined {
  const leaf = table.leaves[hash32(id) & (table.leaves.length - 1)]
  return leaf && Object.hasOwn(leaf, id) ? leaf[id] : undefined
}

export function* values<T>(table: Table<T>): Generator<T> {
  for (const leaf of table.leaves) yield* Object.values(leaf)
}

/** A table being changed by one batch: a leaf is copied at its first change only, so a replay copies each once. */
export interface TableDraft<T> {
  get(id: string): T | undefined
  set(id: string, value: T): void
  delete(id: string): void
  /** The changed table, or the very same one when nothing was changed. */
  done(): Table<T>
}

export function draftOf<T>(table: Table<T>): TableDraft<T> {
  let { size } = table
  let leaves: Record<string, T>[] | undefined
  let owned = new Set<number>()

  function at(id: string): Record<string, T> {
    leaves ??= [...table.leaves] as Record<string, T>[]
    const index = hash32(id) & (leaves.length - 1)
    if (!owned.has(index)) {
      leaves[index] = { ...leaves[index] }
      owned.add(index)
    }
    return leaves[index] as Record<string, T>
  }

  function grow(from: readonly Record<string, T>[]): void {
    leaves = Array.from({ length: from.length * 2 }, () => ({}))
    owned = new Set(leaves.keys())
    for (const leaf of from) for (const [id, value] of Object.entries(leaf)) at(id)[id] = value
  }

  return {
    get: id => get({ size, leaves: leaves ?? table.leaves }, id),
    set(id, value) {
      const leaf = at(id)
      if (!Object.hasOwn(leaf, id)) size += 1
      leaf[id] = value
      if (leaves && size > leaves.length * LEAF_SIZE) grow(leaves)
    },
    delete(id) {
      if (get({ size, leaves: leaves ?? table.leaves }, id) === undefined) return
      delete at(id)[id]
      size -= 1
    },
    done: () => (leaves ? { size, leaves } : table),
  }
}
