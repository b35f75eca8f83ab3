import { useMemo } from 'react'
import type { Engine } from '../../shared/contract.ts'
import { knownOf } from '../../shared/model/known.ts'
import type { State } from '../../shared/model/state.ts'
import { remainingText } from '../../shared/show/duration.ts'
import { percentDone } from '../../shared/show/number.ts'
import { waitsFor } from '../../shared/show/waits-for.ts'
import { type CampaignTaskState, regressionsOf, type ShownCampaign, workflows } from '../../shared/workflows/index.ts'
import { Actions } from '../runs/actions.tsx'
import { lookNow } from '../runs/looks.ts'
import { useMark } from '../runs/mark.ts'
import { MarkWord } from '../runs/mark-word.tsx'
import { NO_OUTLOOK, useOutlook } from '../runs/outlook.ts'
import type { RunSummary } from '../runs/summary.ts'
import { Announcer } from '../ui/announcer.tsx'
import { Badge } from '../ui/badge.tsx'
import { clockTime } from '../ui/time.ts'
import { Accuracy } from './accuracy.tsx'
import { ExportTables } from './export-tables.tsx'
import { Failures } from './failures.tsx'
import { JobsLeft } from './jobs-left.tsx'
import { Matrix } from './matrix.tsx'
import { noEstimateText } from './no-estimate.ts'
import { TaskCounts } from './task-counts.tsx'

interface CampaignPageProps {
  readonly engine: Engine
  readonly state: State
  readonly summary: RunSummary
  readonly offline: string | null
}

/** One campaign: the matrix, when it will be done, what failed, how accurate it is. */
export function CampaignPage({ engine, state, summary, offline }: CampaignPageProps) {
  const { run, status, jobs } = summary
  const { shown, regressions } = useMemo(() => {
    const known = knownOf(state, run)
    const shown = workflows.campaign.show(known) as unknown as ShownCampaign
    return { shown, regressions: regressionsOf(known) }
  }, [state, run])
  const waits = waitsFor(state, run)
  const count = (...states: readonly CampaignTaskState[]) =>
    shown.tasks.filter(({ state }) => states.includes(state)).length
  const unfinished = count('pending', 'optimizing', 'waiting', 'running')
  // The number beside the bar counts verified ends alone.
  const finished = shown.completed - shown.to_check
  const { remaining, stalled } = useOutlook(state, run)
  const mark = useMark(state, run)
  const look = lookNow(status.state, summary.look, mark)
  // What a machine that does not answer will do is not foretold, nor is its silence a standstill.
  const isStale = mark.confidence === 'stale'
  const eta = isStale ? null : remaining.eta
  const late = isStale ? NO_OUTLOOK.stalled : stalled
  const left = remainingText({ state: status.state, ...remaining, eta }, at => clockTime(at))
  return (
    <article className="campaign" aria-labelledby="campaign-title">
      <header className="campaign-head">
        <div>
          <div className="row">
            <h1 id="campaign-title">
              {finished}/{shown.total} <span className="only-read">calculations of</span>{' '}
              <bdi className="campaign-name">{run.name}</bdi>
            </h1>
            <Badge look={look} soft />
          </div>
          <p className="hint">
            {left ??
              (run.phase.is === 'open' && run.phase.hold === null && (isStale ? 'no estimate' : 'no estimate yet'))}
          </p>
          {status.reason || waits ? <p className="reason">{status.reason ?? `Waits ${waits}.`}</p> : null}
        </div>
        <div className="campaign-bar">
          <div
            className="campaign-meter"
            role="progressbar"
            aria-label="expected work done"
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.floor(status.progress * 100)}
          >
            <span className="campaign-done" style={{ width: `${status.progress * 100}%` }} />
          </div>
          <TaskCounts tasks={shown.tasks} stalled={late} />
          <p className="hint">
            {percentDone(status.progress)} of the expected work
            {run.phase.is === 'open' ? (
              <>
                {' · '}
                <MarkWord {...mark} />
              </>
            ) : null}
            {shown.reused > 0 ? ` · ${shown.reused} taken from earlier calculations` : ''}
            {status.plan_version > 1 ? ` · +${status.plan_version - 1} resubmitted` : ''}
          </p>
        </div>
        <div className="campaign-actions">
          <Actions engine={engine} state={state} run={run} jobs={jobs} offline={offline} />
          <ExportTables state={state} run={run} />
        </div>
        <Announcer text={`${run.name}: ${look.word}. ${finished} of ${shown.total} finished.`} />
      </header>
      <Matrix run={run.id} tasks={shown.tasks} stalled={late} />
      <div className="campaign-panels">
        <JobsLeft
          tasks={shown.tasks}
          left={unfinished}
          started={run.started}
          asOf={state.as_of}
          eta={eta}
          isOpen={run.phase.is === 'open'}
          noEstimate={noEstimateText(run, isStale)}
        />
        <Failures state={state} shown={shown} run={run.id} jobs={jobs} isOver={run.phase.is === 'ended'} />
        <Accuracy tasks={shown.tasks} statistics={shown.statistics} factors={shown.factors} regressions={regressions} />
      </div>
    </article>
  )
}
