import { useState } from 'react'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import { useEngineState } from '../larmor.ts'
import { fixesOf } from '../runs/fixes.ts'
import { causeText } from '../runs/words.ts'
import { DiffView } from './diff-view.tsx'
import { EditPlaces } from './edit-places.tsx'

interface SuggestedFixProps {
  readonly job: Job
  /** Null while commands can be sent; else why not. */
  readonly offline: string | null
  /** `none`: the same again. */
  onResubmit(fix: string): void
  /** To edit the input first. */
  onEdit(): void
}

/** What may help, with all that it changes; another of the remedies can be chosen, or none. */
export function SuggestedFix({ job, offline, onResubmit, onEdit }: SuggestedFixProps) {
  const offers = fixesOf(useEngineState(), job)
  const [chosen, choose] = useState<string | null>(null)
  const offer = offers.find(({ id }) => id === chosen) ?? offers[0]
  const same = (
    <button
      type="button"
      aria-disabled={offline !== null}
      aria-label="Resubmit unchanged"
      title={offline ?? 'A new attempt with the same input; this one stays as history.'}
      onClick={() => offline === null && onResubmit('none')}
    >
      {offer ? 'Unchanged' : 'Resubmit unchanged'}
    </button>
  )
  const edit = (
    <button
      type="button"
      aria-disabled={offline !== null}
      title={offline ?? 'Opens what was sent, to change it before it is sent again (E).'}
      onClick={() => offline === null && onEdit()}
    >
      Edit first…
    </button>
  )
  if (!offer) {
    return (
      <section aria-labelledby="fix-title">
        <h3 id="fix-title">Suggested fix</h3>
        <p className="reason">{whyNone(job)}</p>
        <EditPlaces job={job} />
        <p className="row">
          {edit}
          {same}
        </p>
      </section>
    )
  }
  return (
    <section aria-labelledby="fix-title">
      <h3 id="fix-title">
        Suggested fix{' '}
        <span className="hint">{offer.tried ? 'a real run was cured by it' : 'not yet seen to help a real run'}</span>
      </h3>
      {offers.length > 1 ? (
        <fieldset className="fix-choices">
          <legend className="only-read">Fix</legend>
          {offers.map(({ id, title }) => (
            <label key={id} className="check">
              <input type="radio" name="fix" checked={id === offer.id} onChange={() => choose(id)} />
              {title}
            </label>
          ))}
        </fieldset>
      ) : (
        <p>{offer.title}</p>
      )}
      <DiffView key={offer.id} job={job} offer={offer} />
      <p className="row">
        <button
          type="button"
          className="primary"
          aria-disabled={offline !== null}
          title={offline ?? 'A new attempt with this change; this one stays as history.'}
          onClick={() => offline === null && onResubmit(offer.id)}
        >
          Resubmit with fix
        </button>
        {edit}
        {same}
      </p>
    </section>
  )
}

function whyNone(job: Job): string {
  const { category } = lastAttempt(job)
  if (job.attempts.some(({ fix }) => fix !== null && fix !== 'none' && fix !== 'edited'))
    return 'What could help was tried and did not.'
  return category === null
    ? 'None is known.'
    : `None is known against this (${causeText(category)}): only an edit of the input helps.`
}
