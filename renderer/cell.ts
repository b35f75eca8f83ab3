import { useSyncExternalStore } from 'react'

/** One value that changes over time, and who wants to know. */
export interface Cell<T> {
  get(): T
  subscribe(reader: () => void): () => void
}

export function cell<T>(first: T): Cell<T> & { set(value: T): void } {
  let value = first
  const readers = new Set<() => void>()
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return
      value = next
      for (const reader of readers) reader()
    },
    subscribe(reader) {
      readers.add(reader)
      return () => readers.delete(reader)
    },
  }
}

export function useCell<T>(source: Cell<T>): T {
  return useSyncExternalStore(source.subscribe, source.get)
}
