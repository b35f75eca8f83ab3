import { useState } from 'react'
import type { Engine } from '../../shared/contract.ts'
import type { Command } from '../../shared/model/commands.ts'
import { decide } from '../../shared/model/decide.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import type { Fault } from '../../shared/result.ts'
import { goesOn } from '../../shared/show/goes-on.ts'
import { plural } from '../../shared/show/number.ts'
import { Confirm } from '../ui/confirm.tsx'
import { withoutSuccess } from './job-acts.ts'
import { notePause, pauseOrResume } from './pause.ts'

interface ActionsProps {
  readonly engine: Engine
  readonly state: State
  readonly run: Run
  readonly jobs: readonly Job[]
  /** Null while commands can be sent; else why not. */
  readonly offline: string | null
}

/** What can be done with a run now. Each button asks `decide`, so it offers what the engine would really do. */
export function Actions({ engine, state, run, jobs, offline }: ActionsProps) {
  const [fault, setFault] = useState<Fault | null>(null)
  const [asking, ask] = useState(false)

  async function send(command: Command): Promise<void> {
    const answer = await engine.send(command)
    setFault(answer.ok ? null : answer.fault)
    if (answer.ok && (command.type === 'run.pause' || command.type === 'run.resume'))
      notePause(engine, run, command.type)
  }
  /** Why a command would do nothing now, or null. */
  function refusal(command: Command): string | null {
    if (offline !== null) return offline
    const decided = decide(state, command)
    if (!decided.ok) return decided.fault.message
    return decided.value.length === 0 ? 'This is already so.' : null
  }
  const ended = run.phase.is === 'ended'
  const pause = pauseOrResume(run)
  const { failed, cancelled } = withoutSuccess(jobs)
  const again = failed.length > 0 ? failed : cancelled
  const alive = jobs.filter(job => isAlive(job)).length
  const cancel: Command = { type: 'run.cancel', run: run.id }
  const button = (label: string, command: Command, why: string) => (
    <Action label={label} refusal={refusal(command)} why={why} onAct={() => send(command)} />
  )

  return (
    <div className="actions">
      <fieldset className="row">
        <legend className="only-read">Actions on this run</legend>
        {pause === null
          ? null
          : pause.type === 'run.pause'
            ? button('Pause', pause, `Starts nothing new; ${goesOn(state, run)} goes on.`)
            : button('Resume', pause, 'Starts again what was held back.')}
        {ended ? null : (
          <>
            {button(
              'Stop after current',
              { type: 'run.stop', run: run.id },
              `Finishes ${goesOn(state, run).replace(/,$/, '')}, then ends.`,
            )}
            <Action label="Cancel…" refusal={refusal(cancel)} why="Kills what runs." onAct={() => ask(true)} />
          </>
        )}
        {again.length > 0 ? (
          <Action
            label={`Resubmit ${again.length} ${failed.length > 0 ? 'failed' : 'cancelled'}`}
            refusal={offline}
            why="A new attempt of each; the old ones stay as history."
            primary
            onAct={() => send({ type: 'jobs.resubmit', jobs: again.map(({ id }) => id), fix: null })}
          />
        ) : null}
      </fieldset>
      {fault ? (
        <p className="error" role="alert">
          {fault.message} {fault.hint ?? ''}
        </p>
      ) : null}
      {asking ? (
        <Confirm
          question={`Cancel ${run.name}?`}
          verb={alive === 0 ? 'Cancel run' : `Cancel run, kill ${plural(alive, 'job')}`}
          keep="Keep running"
          onConfirm={() => send(cancel)}
          onClose={() => ask(false)}
        >
          {alive === 0 ? 'No job of it is alive.' : `${plural(alive, 'job')} of it may be alive; their work is lost.`}{' '}
          What is finished stays.
        </Confirm>
      ) : null}
    </div>
  )
}

function isAlive(job: Job): boolean {
  const { phase, outcome } = lastAttempt(job)
  return outcome === null && (phase.is === 'submitting' || phase.is === 'queued' || phase.is === 'running')
}

interface ActionProps {
  readonly label: string
  /** Why it cannot be done now; null when it can. */
  readonly refusal: string | null
  readonly why: string
  readonly primary?: boolean
  onAct(): void
}

/** Not `disabled` but `aria-disabled`: the reason can then be reached by keyboard, too. */
function Action({ label, refusal, why, primary, onAct }: ActionProps) {
  return (
    <button
      type="button"
      className={primary ? 'primary' : undefined}
      aria-disabled={refusal !== null}
      title={refusal ?? why}
      onClick={() => {
        if (refusal === null) onAct()
      }}
    >
      {label}
    </button>
  )
}
