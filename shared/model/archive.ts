import type { Job, Outcome } from './job.ts'
import type { Run } from './run.ts'

/** What a list shows of an archived run. */
export interface ArchiveEntry
  extends Pick<
    Run,
    'id' | 'name' | 'workflow' | 'machine' | 'started' | 'updated' | 'phase' | 'progress' | 'plan_version'
  > {
  /** Jobs by the outcome of their last attempt; `none` never had one. */
  readonly counts: Readonly<Partial<Record<Outcome | 'none', number>>>
}

/** A closed run as it was when it was archived: enough to show all of it. */
export interface ShelvedRun {
  readonly run: Run
  readonly jobs: readonly Job[]
}
