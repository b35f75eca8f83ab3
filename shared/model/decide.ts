import type { JobId, Json, RunId } from '../ids.ts'
import { readGroups } from '../nmr/atom-classes.ts'
import { readExperiment } from '../nmr/experiment.ts'
import type { MoleculeInfo } from '../nmr/molecule-info.ts'
import { ok, type Result } from '../result.ts'
import { moleculeOf } from '../workflows/index.ts'
import type { Command } from './commands.ts'
import type { AttemptRef, EventBody } from './events.ts'
import { isCleanable, isImported, type Job, lastAttempt } from './job.ts'
import { knownOf } from './known.ts'
import { removeMachine, setMachine } from './machine-change.ts'
import { adoptJob, adoptReport, importOutputs } from './outside-work.ts'
import { busy, noJob, noMachine, noRun, notNow } from './refusals.ts'
import { resubmit, resubmitEdited } from './resubmit.ts'
import type { Run } from './run.ts'
import { startRun } from './run-start.ts'
import { machineNamed, type State } from './state.ts'
import { get } from './table.ts'

/**
 * What would happen if this command were sent now: the events, or why not. The engine obeys it; the window greys out
 * its buttons with it. A command that was sent before, or whose wish holds already, gives no events.
 */
export function decide(state: State, command: Command): Result<readonly EventBody[]> {
  switch (command.type) {
    case 'run.start':
      return startRun(state, command)
    case 'run.import':
      return importOutputs(state, command)
    case 'run.pause':
      return onOpenRun(state, command.run, run =>
        run.hold === null
          ? ok([{ type: 'run.paused', run: command.run }])
          : run.hold === 'paused'
            ? ok([])
            : busy(run.hold),
      )
    case 'run.resume': {
      const run = get(state.runs, command.run)
      if (!run) return noRun(command.run)
      if (run.phase.is === 'ended') {
        if (run.phase.outcome === 'stopped') return ok([{ type: 'run.reopened', run: run.id }])
        return notNow(`The run has ended (${run.phase.outcome}); resubmit what failed instead.`)
      }
      if (run.phase.hold === null) return ok([])
      if (run.phase.hold === 'cancelling') return busy('cancelling')
      return ok([{ type: 'run.resumed', run: run.id }])
    }
    case 'run.stop':
      return onOpenRun(state, command.run, run => {
        if (run.hold === 'stopping') return ok([])
        return run.hold === 'cancelling' ? busy(run.hold) : ok([{ type: 'run.stopping', run: command.run }])
      })
    case 'run.cancel':
      return onOpenRun(state, command.run, ({ hold, jobs }) => {
        const wishes = jobs.flatMap(id => cancelJob(get(state.jobs, id)))
        return ok(hold === 'cancelling' ? wishes : [{ type: 'run.cancelling', run: command.run }, ...wishes])
      })
    case 'jobs.cancel': {
      const missing = command.jobs.find(id => !get(state.jobs, id))
      if (missing) return noJob(missing)
      const events = command.jobs.flatMap(id => cancelJob(get(state.jobs, id)))
      const over = command.jobs.every(id => lastAttempt(get(state.jobs, id) as Job).outcome !== null)
      return over ? notNow('These jobs have already ended.') : ok(events)
    }
    case 'jobs.resubmit':
      return resubmit(state, command)
    case 'job.edit':
      return resubmitEdited(state, command)
    case 'classes.set':
      return analysis(state, command.run, molecule => {
        const read = readGroups(command.classes as Json, molecule)
        return read.ok ? ok({ type: 'classes.changed', run: command.run, classes: read.value }) : read
      })
    case 'experiment.set':
      return analysis(state, command.run, molecule => {
        const read = readExperiment(command.experiment as Json, molecule)
        return read.ok ? ok({ type: 'experiment.changed', run: command.run, experiment: read.value }) : read
      })
    case 'report.adopt':
      return adoptReport(state, command)
    case 'jobs.clean':
      return ok(cleanable(state, command.jobs))
    case 'job.adopt':
      return adoptJob(state, command)
    case 'machine.set':
      return setMachine(state, command.machine)
    case 'machine.remove':
      return removeMachine(state, command.machine)
    case 'machine.connect':
    case 'machine.test':
      // What it leads to are facts about the machine, which the engine records as it sees them.
      return machineNamed(state, command.machine) ? ok([]) : noMachine(command.machine)
  }
}

/** About the spectrum of a run, open or ended: refused until its molecule is known. */
function analysis(
  state: State,
  id: RunId,
  then: (molecule: MoleculeInfo) => Result<EventBody>,
): Result<readonly EventBody[]> {
  const run = get(state.runs, id)
  if (!run) return noRun(id)
  const molecule = moleculeOf(knownOf(state, run))
  if (!molecule) return notNow('The molecule of this run is not known, or not yet.')
  const event = then(molecule)
  return event.ok ? ok([event.value]) : event
}

/** The folders of fetched attempts on machines that are known, one event for each run. */
function cleanable(state: State, ids: readonly JobId[]): readonly EventBody[] {
  const byRun = new Map<RunId, AttemptRef[]>()
  for (const id of ids) {
    const job = get(state.jobs, id)
    if (!job || isImported(job) || lastAttempt(job).outcome === null || !machineNamed(state, job.machine)) continue
    const refs = job.attempts.filter(isCleanable).map(({ n, label }) => ({ job: id, attempt: n, label }))
    if (refs.length > 0) byRun.set(job.run, [...(byRun.get(job.run) ?? []), ...refs])
  }
  return [...byRun].map(([run, jobs]) => ({ type: 'clean.wished', run, jobs }))
}

/**
 * A job that was never intended to be submitted is cancelled here and now: nothing can run. Otherwise it is a wish,
 * and `cancelled` needs evidence that nothing is alive.
 */
function cancelJob(job: Job | undefined): readonly EventBody[] {
  if (!job) return []
  const { n, label, phase, outcome, cancel_wished } = lastAttempt(job)
  if (outcome !== null || cancel_wished !== null) return []
  if (phase.is === 'ended' || phase.is === 'fetched' || phase.is === 'parsed') return []
  const ref = { run: job.run, job: job.id, attempt: n, label }
  const wish: EventBody = { type: 'cancel.wished', ...ref }
  if (phase.is !== 'planned' && phase.is !== 'staged') return [wish]
  const reason = 'cancelled before it was submitted'
  return [
    wish,
    { type: 'jobs.cancelled', run: job.run, jobs: [{ job: job.id, attempt: n, label, reason, evidence: [] }] },
  ]
}

type OpenRun = Extract<Run['phase'], { readonly is: 'open' }> & Pick<Run, 'jobs'>

function onOpenRun(
  state: State,
  id: RunId,
  then: (run: OpenRun) => Result<readonly EventBody[]>,
): Result<readonly EventBody[]> {
  const run = get(state.runs, id)
  if (!run) return noRun(id)
  if (run.phase.is === 'ended') return notNow(`The run has ended (${run.phase.outcome}).`)
  return then({ ...run.phase, jobs: run.jobs })
}
