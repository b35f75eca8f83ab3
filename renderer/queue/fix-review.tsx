import type { Job } from '../../shared/model/job.ts'
import type { Offer } from '../../shared/remedies/index.ts'
import { jobName } from '../../shared/show/job-name.ts'
import { plural } from '../../shared/show/number.ts'
import { DiffView } from '../inspector/diff-view.tsx'
import { useEngineState } from '../larmor.ts'
import { fixesOf } from '../runs/fixes.ts'
import { Sheet } from '../ui/sheet.tsx'

interface FixReviewProps {
  readonly jobs: readonly Job[]
  readonly offline: string | null
  onResubmit(): void
  onClose(): void
}

/** All that a bulk resubmission would change, by remedy; each job's own difference opens. */
export function FixReview({ jobs, offline, onResubmit, onClose }: FixReviewProps) {
  const state = useEngineState()
  const groups = new Map<
    string,
    { readonly title: string; readonly of: { readonly job: Job; readonly offer: Offer }[] }
  >()
  for (const job of jobs) {
    const [offer] = fixesOf(state, job)
    if (!offer) continue
    const group = groups.get(offer.id) ?? { title: offer.title, of: [] }
    group.of.push({ job, offer })
    groups.set(offer.id, group)
  }
  return (
    <Sheet
      title={plural(jobs.length, 'suggested fix').replace(/fixs$/, 'fixes')}
      className="fix-review"
      onClose={onClose}
      foot={
        <>
          <button type="button" onClick={onClose}>
            Close
          </button>
          <button
            type="button"
            className="primary"
            aria-disabled={offline !== null}
            title={offline ?? ''}
            onClick={() => {
              if (offline !== null) return
              onResubmit()
              onClose()
            }}
          >
            Resubmit {plural(jobs.length, 'job')}
          </button>
        </>
      }
    >
      <div className="sheet-body">
        {[...groups].map(([id, { title, of }]) => (
          <section key={id} aria-label={title}>
            <h3>
              {title} <span className="count">{of.length}</span>
            </h3>
            <ul>
              {of.slice(0, MOST).map(({ job, offer }) => (
                <li key={job.id}>
                  <details>
                    <summary>
                      <bdi>{jobName(state, job)}</bdi>
                    </summary>
                    <DiffView job={job} offer={offer} />
                  </details>
                </li>
              ))}
              {of.length > MOST ? <li className="hint">and {of.length - MOST} more with the same fix</li> : null}
            </ul>
          </section>
        ))}
      </div>
    </Sheet>
  )
}

const MOST = 50
