import { type Job, lastAttempt } from '../../shared/model/job.ts'
import { plural } from '../../shared/show/number.ts'
import { copy, type Possible } from '../runs/job-acts.ts'
import { causeText } from '../runs/words.ts'
import { NO_CATEGORY } from './job-index.ts'

interface BulkBarProps {
  readonly jobs: readonly Job[]
  readonly possible: Possible
  /** Null while commands can be sent; else why not. */
  readonly offline: string | null
  onResubmit(fix: 'auto' | 'none'): void
  onReview(): void
  onCancel(): void
  onClear(): void
}

/** What can be done with the ticked jobs. The numbers are of what would be done, not of what is ticked. */
export function BulkBar({ jobs, possible, offline, onResubmit, onReview, onCancel, onClear }: BulkBarProps) {
  const { failed, fixable, again, cancellable } = possible
  return (
    <section className="bulk-bar" aria-label="Selected jobs">
      <strong>{plural(jobs.length, 'job')} selected</strong>
      <span className="reason">{causes(failed)}</span>
      <span className="far" />
      {fixable.length > 0 ? (
        <>
          <button
            type="button"
            className="primary"
            aria-disabled={offline !== null}
            title={offline ?? 'A new attempt of each with the likeliest remedy; the old ones stay as history.'}
            onClick={() => onResubmit('auto')}
          >
            Resubmit {fixable.length} failed with suggested {fixable.length === 1 ? 'fix' : 'fixes'}
          </button>
          <button type="button" onClick={onReview}>
            Review {fixable.length === 1 ? 'fix' : `${fixable.length} fixes`}
          </button>
        </>
      ) : null}
      {again.length > 0 ? (
        <button
          type="button"
          className={fixable.length > 0 ? undefined : 'primary'}
          aria-disabled={offline !== null}
          title={offline ?? 'A new attempt of each as it was: no remedy is known.'}
          onClick={() => onResubmit('none')}
        >
          Resubmit {again.length} {failed.length > 0 ? 'unchanged' : 'stopped'}
        </button>
      ) : null}
      {cancellable.length > 0 ? (
        <button
          type="button"
          aria-disabled={offline !== null}
          title={offline ?? 'Kills what runs; what waits is taken out of the queue.'}
          onClick={onCancel}
        >
          Cancel {cancellable.length}…
        </button>
      ) : null}
      <button
        type="button"
        onClick={() => copy(jobs.map(job => lastAttempt(job).label).join('\n'), plural(jobs.length, 'job name'))}
      >
        Copy names
      </button>
      <button type="button" onClick={onClear}>
        Clear
      </button>
    </section>
  )
}

/** `3 memory, 2 time limit`. */
function causes(jobs: readonly Job[]): string {
  const counts = new Map<string, number>()
  for (const job of jobs) {
    const category = lastAttempt(job).category ?? NO_CATEGORY
    counts.set(category, (counts.get(category) ?? 0) + 1)
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([category, n]) => `${n} ${causeText(category)}`)
    .join(', ')
}
