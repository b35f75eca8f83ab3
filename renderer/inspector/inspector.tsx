import { Cross } from '@blueprintjs/icons'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import { get } from '../../shared/model/table.ts'
import { energyText } from '../../shared/show/energy.ts'
import { jobName } from '../../shared/show/job-name.ts'
import { waitsForTheSame } from '../../shared/show/waits-for.ts'
import { useKeys } from '../keys/use-keys.ts'
import { useEngineState, useLarmor, useOffline } from '../larmor.ts'
import { useJobIndex } from '../queue/use-job-index.ts'
import { possibleFor } from '../runs/job-acts.ts'
import { outlookOf } from '../runs/outlook.ts'
import { reasonOf, STALLED, stalledLook, standingLooks, standingOf } from '../runs/standing.ts'
import { Badge } from '../ui/badge.tsx'
import { useNow } from '../ui/clock.ts'
import { AttemptTimeline } from './attempt-timeline.tsx'
import { Course } from './course.tsx'
import { EvidenceList } from './evidence-list.tsx'
import { Files } from './files.tsx'
import { JobTools } from './job-tools.tsx'
import { OutputTail } from './output-tail.tsx'
import { OutputView } from './output-view.tsx'
import { SuggestedFix } from './suggested-fix.tsx'
import { useOutput } from './use-output.ts'
import './inspector.css'
import { useState } from 'react'
import { programText } from '../runs/words.ts'

interface InspectorProps {
  readonly job: Job
  onClose(): void
  onResubmit(fix: string): void
  onEdit(): void
  onCancel(): void
}

/** One job: its verdict with what proves it, its attempts, its course and its output. */
export function Inspector({ job, onClose, onResubmit, onEdit, onCancel }: InspectorProps) {
  const { engine } = useLarmor()
  const state = useEngineState()
  const offline = useOffline()
  const index = useJobIndex()
  const attempt = lastAttempt(job)
  const name = jobName(state, job)
  const running = attempt.phase.is === 'running' && attempt.outcome === null
  const now = useNow(running ? 1000 : 60_000)
  const surroundings = index.surroundings(job.run, job.machine)
  const standing = standingOf(job, surroundings)
  const run = get(state.runs, job.run)
  const stalled = standing === 'running' && run !== undefined && outlookOf(state, run, now).stalled.has(job.id)
  const look = stalled ? stalledLook : standingLooks[standing]
  const reason = stalled ? STALLED : (waitsForTheSame(state, job) ?? reasonOf(job, surroundings))
  const queueId = 'queue_id' in attempt.phase ? attempt.phase.queue_id : null
  const output = useOutput(engine, job)
  const [reading, setReading] = useState(false)
  const { failed, again, cancellable } = possibleFor(state, [job])
  const energy =
    attempt.phase.is === 'parsed' ? energyText(attempt.phase.result, attempt.outcome === 'completed') : null

  useKeys({ output: () => setReading(true) })
  return (
    <aside className="inspector" aria-label={`Inspector, ${name}`} data-inspected={job.id}>
      <header className="inspector-head">
        <h2 title={name === job.key ? name : `${name} (${job.key})`}>
          <bdi>{name}</bdi>
        </h2>
        <button type="button" className="icon-button" onClick={onClose} aria-label="Close the inspector">
          <Cross size={14} title={false} />
        </button>
        <p className="verdict">
          <Badge look={look} soft /> <span className="sentence">{reason}</span>
        </p>
        <p className="hint">
          <bdi>{run?.name ?? job.run}</bdi> · {programText(job.program)} · attempt {attempt.n} · {job.machine}
          {queueId === null ? null : ` ${queueId}`}
        </p>
        {energy === null ? null : (
          <p className="hint" data-energy="">
            {energy.replace('-', '\u2212')}
          </p>
        )}
        <JobTools job={job}>
          {cancellable.length > 0 ? (
            <button
              type="button"
              aria-disabled={offline !== null}
              title={offline ?? 'Kills it if it runs.'}
              onClick={() => offline === null && onCancel()}
            >
              Cancel…
            </button>
          ) : null}
        </JobTools>
      </header>
      <EvidenceList attempt={attempt} />
      {failed.length + again.length > 0 ? (
        <SuggestedFix job={job} offline={offline} onResubmit={onResubmit} onEdit={onEdit} />
      ) : null}
      <AttemptTimeline attempts={job.attempts} now={now} />
      <Course course={output.course} />
      <OutputTail output={output} onOpen={() => setReading(true)} />
      <Files engine={engine} attempt={attempt} />
      {reading ? <OutputView title={name} output={output} onClose={() => setReading(false)} /> : null}
    </aside>
  )
}
