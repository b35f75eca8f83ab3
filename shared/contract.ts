import type { ContentRef, Instant, JobId } from './ids.ts'
import type { Command } from './model/commands.ts'
import type { Event } from './model/events.ts'
import type { State } from './model/state.ts'
import type { Result } from './result.ts'

/** Raised when a host and an engine of different versions could misunderstand each other. */
export const CONTRACT_VERSION = 1

/** Everything that crosses between a host and the engine, JSON only. A new feature adds a Command and an Event, not a method. */
export interface Engine {
  /** The state now, then every later batch of events in order. Nothing is missed or seen twice. */
  subscribe(listener: (update: Update) => void): Unsubscribe
  /** Resolves when the outcome is on disk. The new state arrives through `subscribe`, never through this reply. */
  send(command: Command): Promise<Result<Sent>>
  /** Keeps bytes for a command that will refer to them; the same bytes are kept once. */
  put(text: string): Promise<Result<ContentRef>>
  /** Content kept out of the state, as text: a geometry, an output; `offset` and `length` in bytes, at most 16 MB at once. */
  read(ref: ContentRef, range?: { readonly offset: number; readonly length: number }): Promise<Result<string>>
  /** What running jobs show of themselves; last write wins, never journaled, only while somebody listens. */
  readings(listener: (readings: readonly Reading[]) => void): Unsubscribe
}

export interface Sent {
  readonly seq: number
}

export type Update =
  | { readonly is: 'snapshot'; readonly state: State }
  | { readonly is: 'events'; readonly events: readonly Event[] }

export type Unsubscribe = () => void

/** What a running job shows of itself. Not a fact: nothing is decided from it. */
export interface Reading {
  readonly job: JobId
  readonly attempt: number
  /** Rises with each reading of an attempt, over restarts of the engine too. */
  readonly n: number
  readonly at: Instant
  readonly energy_hartree: number | null
  readonly scf_cycle: number | null
  readonly opt_cycle: number | null
  readonly max_gradient: number | null
  /** The last lines of the output, at most 2 kB, control characters removed. */
  readonly tail: string
}
