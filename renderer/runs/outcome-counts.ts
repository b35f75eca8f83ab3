import type { ArchiveEntry } from '../../shared/model/archive.ts'

/** What is no verified end, by its word: it is never among the complete ones. */
export interface Shortfall {
  readonly word: 'to check' | 'failed' | 'unknown' | 'stopped'
  readonly n: number
}

/** Of how many jobs how many completed, and what became of others. What a witness contradicts is no plain success. */
export interface OutcomeCounts {
  readonly complete: number
  readonly total: number
  readonly short: readonly Shortfall[]
}

/** The same rule wherever jobs are counted by how they ended, here or in the archive. */
export function countOutcomes({ counts, to_check }: Pick<ArchiveEntry, 'counts' | 'to_check'>): OutcomeCounts {
  const { completed = 0, failed = 0, timeout = 0, lost = 0, cancelled = 0 } = counts
  const short: readonly Shortfall[] = [
    { word: 'to check', n: to_check },
    { word: 'failed', n: failed + timeout },
    { word: 'unknown', n: lost },
    { word: 'stopped', n: cancelled },
  ]
  return {
    complete: completed - to_check,
    total: Object.values(counts).reduce((sum, n) => sum + n, 0),
    short: short.filter(({ n }) => n > 0),
  }
}
