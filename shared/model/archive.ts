import { type Job, lastAttempt, type Outcome } from './job.ts'
import type { Run } from './run.ts'

/** What a list shows of an archived run. */
export interface ArchiveEntry
  extends Pick<
    Run,
    'id' | 'name' | 'workflow' | 'machine' | 'started' | 'updated' | 'phase' | 'progress' | 'plan_version'
  > {
  /** Jobs by the outcome of their last attempt; `none` never had one. */
  readonly counts: Readonly<Partial<Record<Outcome | 'none', number>>>
  /** Of those that completed: a witness contradicts. */
  readonly to_check: number
  readonly programs: readonly string[]
  /** Ids of shared/solvents.ts; none where the inputs are a person's own files. */
  readonly solvents: readonly string[]
}

/** How its jobs ended. */
export function outcomesOf(jobs: readonly Job[]): Pick<ArchiveEntry, 'counts' | 'to_check'> {
  const counts: Partial<Record<Outcome | 'none', number>> = {}
  let to_check = 0
  for (const job of jobs) {
    const { outcome, warning } = lastAttempt(job)
    counts[outcome ?? 'none'] = (counts[outcome ?? 'none'] ?? 0) + 1
    if (outcome === 'completed' && warning) to_check += 1
  }
  return { counts, to_check }
}

/** What a run was computed with, by its jobs: what it can be found by. */
export function computedWith(jobs: readonly Job[]): Pick<ArchiveEntry, 'programs' | 'solvents'> {
  const solventOf = (job: Job) => (lastAttempt(job).input as { readonly solvent?: unknown } | null)?.solvent
  return {
    programs: [...new Set(jobs.map(({ program }) => program))],
    solvents: [...new Set(jobs.map(solventOf).filter(each => typeof each === 'string'))],
  }
}

/** A closed run as it was when it was archived: enough to show all of it. */
export interface ShelvedRun {
  readonly run: Run
  readonly jobs: readonly Job[]
}
