import { type Job, lastAttempt } from '../../shared/model/job.ts'
import type { State } from '../../shared/model/state.ts'
import { solventText } from '../../shared/show/names.ts'
import { plural } from '../../shared/show/number.ts'
import type { ShownCampaign } from '../../shared/workflows/index.ts'
import { address } from '../route.ts'
import { fixesOf } from '../runs/fixes.ts'

interface FailuresProps {
  readonly state: State
  readonly shown: ShownCampaign
  readonly run: string
  readonly jobs: readonly Job[]
  /** Whether it has ended: then nothing pauses it any more. */
  readonly isOver: boolean
}

/** How many molecules may fail, what failed, and what may help each. */
export function Failures({ state, shown, run, jobs, isOver }: FailuresProps) {
  const { failed_molecules, max_failures, failures, tasks } = shown
  const boxes = Array.from({ length: Math.min(60, max_failures + 1) }, (_, i) => i)
  const names = new Map(tasks.map(({ molecule, name }) => [molecule, name]))
  const byId = new Map(jobs.map(job => [job.id, job]))
  return (
    <section aria-labelledby="budget-title">
      <h2 id="budget-title">
        Failure budget{' '}
        <span className="count">
          {failed_molecules} of {max_failures} molecules
        </span>
      </h2>
      <p className="budget" aria-hidden="true">
        {boxes.map(i => (
          <span key={i} className={`budget-box${i < failed_molecules ? ' spent' : i === max_failures ? ' last' : ''}`}>
            {i < failed_molecules ? '×' : ''}
          </span>
        ))}
      </p>
      {isOver ? null : (
        <p className="hint">At {max_failures + 1} failed molecules the campaign pauses by itself and asks.</p>
      )}
      <h2>{failures.length === 0 ? 'Nothing has failed' : `${plural(failures.length, 'job')} failed`}</h2>
      <ul className="failure-list">
        {failures.map(({ job, molecule, level, solvent, text }) => (
          <li key={job}>
            <div>
              <a href={address('queue', run, job)} title={molecule}>
                {names.get(molecule) ?? molecule}
              </a>{' '}
              {level}, {solventText(solvent)}
              <span className="reason">{text}</span>
            </div>
            <FixOf state={state} job={byId.get(job)} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What a resubmission would try first; the inspector shows what it changes. */
function FixOf({ state, job }: { readonly state: State; readonly job: Job | undefined }) {
  if (!job) return null
  const [first] = fixesOf(state, job)
  const tries = lastAttempt(job).n
  return (
    <p className="fix">
      {first ? `Fix: ${first.title}` : 'No remedy is known: an edit may help'}
      {tries > 1 ? <span className="hint"> attempt {tries}</span> : null}
    </p>
  )
}
