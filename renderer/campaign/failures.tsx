import type { ShownCampaign } from '../../shared/workflows/index.ts'
import { address } from '../route.ts'

/** How many molecules may fail, and what failed. */
export function Failures({ shown, run }: { readonly shown: ShownCampaign; readonly run: string }) {
  const { failed_molecules, max_failures, failures } = shown
  const boxes = Array.from({ length: Math.min(60, max_failures + 1) }, (_, i) => i)
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
      <p className="hint">At {max_failures + 1} failed molecules the campaign pauses by itself and asks.</p>
      <h2>{failures.length === 0 ? 'Nothing has failed' : `${failures.length} failed`}</h2>
      <ul className="failure-list">
        {failures.map(({ job, molecule, level, solvent, category, text }) => (
          <li key={job}>
            <a href={address('queue', run, job)}>{molecule}</a> {level}, {solvent}
            <span className="reason">
              {category ? `${category}: ` : ''}
              {text}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
