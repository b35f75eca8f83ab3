import type { Json } from '../ids.ts'

/** Work that is no program run (conformers, duplicates): planned by key like jobs, done in a worker thread. */
export interface TaskSpec {
  readonly key: string
  /** Which function does it: a name in electron/engine/tasks. */
  readonly kind: string
  /** All it needs, its seed included; big things by content reference. */
  readonly input: Json
}

export interface Task extends TaskSpec {
  readonly state:
    | { readonly is: 'planned' }
    | { readonly is: 'done'; readonly result: Json }
    | { readonly is: 'failed'; readonly reason: string }
}
