import { createContext, useContext } from 'react'
import type { ShelvedRun } from '../shared/model/archive.ts'
import type { State } from '../shared/model/state.ts'
import { withShelved } from './archived.ts'
import { useCell } from './cell.ts'
import type { BrowserEngine } from './engine-client.ts'
import type { Host } from './host.ts'
import { whyOffline } from './link.tsx'
import type { Store } from './store.ts'

/** What every screen may reach: the engine behind the contract, its state as mirrored here, the program around the page. */
export interface Larmor {
  readonly engine: BrowserEngine
  readonly store: Store
  readonly host: Host
  /** The archived run that the address names, if it is one. */
  readonly shelved: ShelvedRun | null
}

export const LarmorContext = createContext<Larmor | null>(null)

export function useLarmor(): Larmor {
  const larmor = useContext(LarmorContext)
  if (!larmor) throw new Error('there is no LarmorContext above this component')
  return larmor
}

/** The engine's state, with the archived run that is looked at; draws again when it changed, at most once a frame. */
export function useEngineState(): State {
  const { store, shelved } = useLarmor()
  return withShelved(useCell(store).state, shelved)
}

/** Why no command can be sent now, or null. */
export function useOffline(): string | null {
  return whyOffline(useCell(useLarmor().engine.link))
}
