import type { Engine } from '../../shared/contract.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import type { State } from '../../shared/model/state.ts'
import { remainingText } from '../../shared/show/duration.ts'
import { goesOn } from '../../shared/show/goes-on.ts'
import { percentDone } from '../../shared/show/number.ts'
import { hasBegun, waitsFor } from '../../shared/show/waits-for.ts'
import type { ShownNmr } from '../../shared/workflows/index.ts'
import { Actions } from '../runs/actions.tsx'
import { Counts, countSentence } from '../runs/counts.tsx'
import { useCourses } from '../runs/courses.ts'
import { Evidences, JobTable } from '../runs/job-table.tsx'
import { currentReading, LiveOutput, useReadings } from '../runs/live-output.tsx'
import { lookNow } from '../runs/looks.ts'
import { useMark } from '../runs/mark.ts'
import { MarkWord } from '../runs/mark-word.tsx'
import { useOutlook } from '../runs/outlook.ts'
import { surroundingsOf, wantsALook } from '../runs/standing.ts'
import type { RunSummary } from '../runs/summary.ts'
import { Announcer } from '../ui/announcer.tsx'
import { Badge } from '../ui/badge.tsx'
import { clockTime } from '../ui/time.ts'
import { Ensemble } from './ensemble.tsx'
import { ExportMenu } from './export-menu.tsx'
import { StepBars } from './step-bars.tsx'
import './run-page.css'

interface RunPageProps {
  readonly engine: Engine
  readonly state: State
  readonly summary: RunSummary
  /** Null while commands can be sent; else why not. */
  readonly offline: string | null
}

/** One run: how far it is, what can be done, what is known. */
export function RunPage({ engine, state, summary, offline }: RunPageProps) {
  const { run, status, ensemble, jobs } = summary
  const running = jobs.filter(job => {
    const { phase, outcome } = lastAttempt(job)
    return phase.is === 'running' && outcome === null
  })
  const readings = useReadings(engine, run.id, running.length > 0)
  const optimisations = jobs.filter(({ key }) => /\/opt/.test(key))
  const courseOf = useCourses(engine, optimisations)
  const bad = jobs.filter(wantsALook)
  const around = surroundingsOf(run, state.machines[run.machine])
  const waits = waitsFor(state, run)
  const open = run.phase.is === 'open'
  const { remaining } = useOutlook(state, run)
  const mark = useMark(state, run)
  const look = lookNow(status.state, summary.look, mark)
  // What a machine that does not answer will do is not foretold.
  const eta = mark.confidence === 'stale' ? null : remaining.eta
  const left = open ? remainingText({ state: status.state, ...remaining, eta }, at => clockTime(at)) : null
  const reason =
    run.phase.is === 'ended' ? status.reason : waits ? `Waits ${waits}.` : holdText(run.phase.hold, goesOn(state, run))

  return (
    <article className="run" aria-labelledby="run-title">
      <header className="run-head">
        <div className="run-name">
          <h1 id="run-title" title={run.name}>
            <bdi>{run.name}</bdi>
          </h1>
          <p className="row">
            <Badge look={look} soft />
            <span className="figure" data-count="">
              <Counts summary={summary} />
            </span>
          </p>
        </div>
        <div className="run-steps">
          <StepBars steps={status.steps} />
          <p className="hint">
            {run.phase.is === 'ended' || hasBegun(run, jobs) ? (
              <>
                {percentDone(status.progress)} of the expected work
                {open ? (
                  <>
                    {' · '}
                    <MarkWord {...mark} />
                  </>
                ) : null}
                {left === null ? null : ` · ${left}`}
              </>
            ) : (
              'Nothing of it has begun to compute.'
            )}
          </p>
        </div>
        <div className="run-actions">
          <Actions engine={engine} state={state} run={run} jobs={jobs} offline={offline} />
          <ExportMenu engine={engine} state={state} run={run} />
        </div>
        <p className="hint run-method">
          {[...(ensemble ? methodOf(ensemble) : []), run.machine].join(' · ')} · started {clockTime(run.started)}
          {reason ? <span className="reason"> · {reason}</span> : null}
        </p>
        <Announcer text={`${run.name}: ${look.word}. ${countSentence(summary)}.`} />
      </header>

      {ensemble ? (
        <Ensemble
          engine={engine}
          state={state}
          run={run}
          ensemble={ensemble}
          offline={offline}
          reading={conformer => {
            const job = running.find(({ key }) => key === conformer || key.startsWith(`${conformer}/`))
            return currentReading(job, readings)
          }}
          course={conformer => {
            const job = optimisations.find(({ key }) => key.startsWith(`${conformer}/`))
            return job ? (currentReading(job, readings)?.course ?? courseOf(job)) : []
          }}
        />
      ) : null}

      {bad.length > 0 ? (
        <section className="card" aria-labelledby="bad-title">
          <h2 id="bad-title">Needs a look</h2>
          <Evidences state={state} jobs={bad} around={around} />
        </section>
      ) : null}

      {running.length > 0 ? (
        <section className="card" aria-labelledby="live-title">
          <h2 id="live-title">Running now</h2>
          <LiveOutput jobs={running} readings={readings} />
        </section>
      ) : null}

      <section className="card" aria-labelledby="jobs-title">
        <h2 id="jobs-title">
          Jobs <span className="count">{jobs.length}</span>
        </h2>
        {jobs.length > 0 ? (
          <JobTable state={state} jobs={jobs} around={around} />
        ) : (
          <p className="hint">None is planned yet.</p>
        )}
      </section>
    </article>
  )
}

/** What was computed, in a line: level, solvent with its model, dispersion. */
function methodOf({ level, solvent, solvent_model, dispersion }: ShownNmr): readonly string[] {
  const inSolvent = solvent_model === 'none' ? solvent : `${solvent} (${solvent_model})`
  return [level, inSolvent, dispersion === 'none' ? 'no dispersion' : dispersion]
}

function holdText(hold: null | 'paused' | 'stopping' | 'cancelling', goesOn: string): string | null {
  switch (hold) {
    case null:
      return null
    case 'paused':
      return `Held by you: nothing new starts; ${goesOn} goes on.`
    case 'stopping':
      return `Stopping: ${goesOn} is finished, then the run ends.`
    case 'cancelling':
      return 'Cancelling: waiting for evidence that nothing is alive.'
  }
}
