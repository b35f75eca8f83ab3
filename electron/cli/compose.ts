import type { ContentRef, Json, MachineName } from '../../shared/ids.ts'
import type { JobSpec } from '../../shared/model/job.ts'

/** A run that is ready to be started: everything was checked, nothing was begun. */
export interface Composed {
  readonly name: string
  readonly workflow: string
  readonly machine: MachineName
  readonly params: Json
  /** Texts that the params refer to by their hash: kept before the run is started. */
  readonly texts: readonly string[]
  /** A person's files that the params refer to: kept as they are before the run is started. */
  readonly files: readonly { readonly sha256: string; readonly path: string }[]
  /** What a person should know beforehand. */
  readonly warnings: readonly string[]
  /** What will be computed and how, defaults too, a sentence each. */
  readonly says: readonly string[]
  /** What it will take, said before it is started. */
  readonly beforehand?: { readonly text: string; readonly document: { readonly [key: string]: Json } }
  /** The jobs that can be shown before anything runs (`decks`), with all contents they refer to. */
  preview(): {
    readonly jobs: readonly JobSpec[]
    /** What stands in such a content, for a person. */
    shown(ref: ContentRef): Promise<string>
    readonly notes: readonly string[]
  }
}
