import { memo } from 'react'
import type { Job } from '../../shared/model/job.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import type { State } from '../../shared/model/state.ts'
import { jobName } from '../../shared/show/job-name.ts'
import { Badge } from '../ui/badge.tsx'
import { Scroll } from '../ui/scroll.tsx'
import { reasonOf, type Surroundings, standingLooks, standingOf } from './standing.ts'
import { programText } from './words.ts'

interface JobsProps {
  readonly state: State
  readonly jobs: readonly Job[]
  readonly around: Surroundings
}

/** All jobs of a run, in the order of their planning: how the attempt that counts stands, and why. */
export function JobTable({ state, jobs, around }: JobsProps) {
  return (
    <Scroll label="Jobs">
      <table>
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">State and reason</th>
            <th scope="col" className="number">
              Try
            </th>
            <th scope="col">Program</th>
            <th scope="col">Machine</th>
            <th scope="col">Queue</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map(job => (
            <JobRow key={job.id} job={job} name={jobName(state, job)} {...around} />
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

/** The reducer keeps the object of a job that did not change: its row is not drawn again. */
const JobRow = memo(function JobRow({
  job,
  name,
  ...around
}: Surroundings & { readonly job: Job; readonly name: string }) {
  const attempt = lastAttempt(job)
  const queue = 'queue_id' in attempt.phase ? attempt.phase.queue_id : null
  return (
    <tr>
      <th scope="row" title={job.id}>
        {name}
      </th>
      <td className="state">
        <Badge look={standingLooks[standingOf(job, around)]} /> <span className="reason">{reasonOf(job, around)}</span>
      </td>
      <td className="number">{attempt.n}</td>
      <td>{programText(job.program)}</td>
      <td>{job.machine}</td>
      <td className="machine-text">{queue}</td>
    </tr>
  )
})

/** What proves a verdict, quoted, for every job that did not end well. */
export function Evidences({ state, jobs, around }: JobsProps) {
  return (
    <ul className="evidences">
      {jobs.map(job => {
        const attempt = lastAttempt(job)
        return (
          <li key={job.id}>
            <p>
              <strong>{jobName(state, job)}</strong> <Badge look={standingLooks[standingOf(job, around)]} />{' '}
              <span className="reason">
                {reasonOf(job, around)}
                {attempt.n > 1 ? `, attempt ${attempt.n}` : ''}
              </span>
            </p>
            {attempt.evidence.map((evidence, i) => (
              // Evidence has no name of its own; its order is that of its discovery and never changes.
              // biome-ignore lint/suspicious/noArrayIndexKey: see above
              <figure key={i} className="quote">
                <pre>{evidence.text}</pre>
                <figcaption>
                  {evidence.source}
                  {evidence.file === null ? '' : `: ${evidence.file}`}
                  {evidence.line === null ? '' : `, line ${evidence.line}`}
                </figcaption>
              </figure>
            ))}
          </li>
        )
      })}
    </ul>
  )
}
