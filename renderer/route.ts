import { useSyncExternalStore } from 'react'

/** What the page shows: its address says it, so that links, reload and the back button work. */
export type Route = { readonly is: 'run'; readonly run: string } | { readonly is: 'new' } | { readonly is: 'home' }

export function useRoute(): Route {
  return readRoute(useSyncExternalStore(subscribe, () => location.hash))
}

export function readRoute(hash: string): Route {
  if (hash === '#/new') return { is: 'new' }
  const run = /^#\/run\/(.+)$/.exec(hash)?.[1]
  return run === undefined ? { is: 'home' } : { is: 'run', run: decoded(run) }
}

export function runAddress(run: string): string {
  return `#/run/${encodeURIComponent(run)}`
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
