import { useSyncExternalStore } from 'react'

/** The screens, by the first word of their address. */
export type ScreenId = 'queue' | 'ensembles' | 'benchmarks' | 'results' | 'machines' | 'settings' | 'new'

/** What the window shows: its address says it, so that links, reload and the back button work. */
export interface Route {
  readonly screen: ScreenId
  /** What of it: ids, from the whole to the part; `#/queue/RUN/JOB`. */
  readonly path: readonly string[]
}

const SCREENS: readonly string[] = ['queue', 'ensembles', 'benchmarks', 'results', 'machines', 'settings', 'new']

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash)
  return readRoute(hash)
}

/** An address that names no screen is the queue's. */
export function readRoute(hash: string): Route {
  const [screen = '', ...path] = hash.replace(/^#\/?/, '').split('/')
  if (!SCREENS.includes(screen)) return { screen: 'queue', path: [] }
  return { screen: screen as ScreenId, path: path.filter(part => part !== '').map(decoded) }
}

export function address(screen: ScreenId, ...path: readonly string[]): string {
  return `#/${[screen, ...path.map(encodeURIComponent)].join('/')}`
}

/** Goes there as a click would: the back button returns. */
export function go(screen: ScreenId, ...path: readonly string[]): void {
  location.hash = address(screen, ...path)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function subscribe(reader: () => void): () => void {
  addEventListener('hashchange', reader)
  return () => removeEventListener('hashchange', reader)
}
