import { isRunId, type JobId, type Json, jobId, label, type MachineName, type RunId } from '../ids.ts'
import { readGroups } from '../nmr/atom-classes.ts'
import { readExperiment } from '../nmr/experiment.ts'
import type { MoleculeInfo } from '../nmr/molecule-info.ts'
import { programOf, programs } from '../programs/index.ts'
import { type Change, chooseFix } from '../remedies/index.ts'
import { badInput, fail, ok, type Result } from '../result.ts'
import { moleculeOf, workflowOf } from '../workflows/index.ts'
import type { Command } from './commands.ts'
import type { AttemptRef, EventBody } from './events.ts'
import { adoptedRun, foreignKey } from './foreign.ts'
import { IMPORTED, isAdopted, isCleanable, isImported, type Job, lastAttempt } from './job.ts'
import { knownOf } from './known.ts'
import { LOCAL, localMachine, type Machine, wayTo } from './machine.ts'
import { checkMachine } from './machine-settings.ts'
import type { Run } from './run.ts'
import { startRun } from './run-start.ts'
import { staleInput } from './stale.ts'
import { machineNamed, type State } from './state.ts'
import { get, values } from './table.ts'

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
      if (missing) return fail({ code: 'not-found', message: `There is no job "${missing}".` })
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
    case 'report.adopt': {
      const report = state.foreign?.[foreignKey(command)]
      if (!report)
        return fail({ code: 'not-found', message: `There is no report "${command.name}" of "${command.machine}".` })
      if (report.adopted !== null) return ok([])
      if (!isRunId(command.run) || get(state.runs, command.run))
        return badInput('run', `"${command.run}" is no id for a new run.`)
      const { run, job } = adoptedRun(report, command.run)
      const { machine, name } = report
      return ok([
        { type: 'run.restored', run: run.id, restored: run, jobs: [job] },
        { type: 'report.adopted', machine, name, run: run.id },
      ])
    }
    case 'jobs.clean':
      return ok(cleanable(state, command.jobs))
    case 'job.adopt':
      return adopt(state, command)
    case 'machine.set':
      return setMachine(state, command.machine)
    case 'machine.remove': {
      if (command.machine === LOCAL) return notNow('The machine "local" always exists.')
      if (!machineNamed(state, command.machine)) return noMachine(command.machine)
      const user = userOf(state, command.machine)
      if (user) return notNow(`Run ${user} uses the machine "${command.machine}"; cancel it, or wait for its end.`)
      return ok([{ type: 'machine.removed', machine: command.machine }])
    }
    case 'machine.connect':
    case 'machine.test':
      // What it leads to are facts about the machine, which the engine records as it sees them.
      return machineNamed(state, command.machine) ? ok([]) : noMachine(command.machine)
  }
}

/** What was computed elsewhere asks for nothing here. */
const NOTHING = { ranks: 1, memory_mb: 0, seconds: 0 }

/** The jobs come into being ended: nothing of them is ever sent anywhere. */
function importOutputs(
  state: State,
  { run, name, outputs }: Extract<Command, { readonly type: 'run.import' }>,
): Result<readonly EventBody[]> {
  if (!isRunId(run)) return badInput('run', `"${run}" is no id for a run.`)
  if (get(state.runs, run)) return ok([])
  const unknown = outputs.find(({ program }) => !Object.hasOwn(programs, program))
  if (unknown) return badInput('outputs', `There is no program "${unknown.program}".`)
  const known = new Set([...values(state.jobs)].filter(isImported).map(importedContent))
  const fresh = outputs.filter(({ files }) => !known.has(files[0]?.sha256))
  if (fresh.length === 0) return ok([])
  const jobs = fresh.map(({ key, program }) => ({ key, machine: LOCAL, program, input: IMPORTED, resources: NOTHING }))
  return ok([
    {
      type: 'run.started',
      run,
      name,
      workflow: 'single',
      workflow_version: workflowOf('single').version,
      params: { jobs },
      machine: LOCAL,
    },
    {
      type: 'jobs.imported',
      run,
      jobs: fresh.map(({ key, program, ...output }) => {
        const job = jobId(run, key)
        const spec = { key, machine: LOCAL, program, input: IMPORTED, resources: NOTHING }
        return { job, attempt: 1, label: label(job, 1), ...spec, ...output }
      }),
    },
  ])
}

function importedContent(job: Job): string | undefined {
  const { phase } = lastAttempt(job)
  return phase.is === 'parsed' ? phase.files[0]?.sha256 : undefined
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

/**
 * What was found by the old way means nothing once it is reached by another one. Where its work lies, and which scheduler
 * knows of it, changes only while nothing is there: elsewhere a job that runs would be absent, and called lost.
 */
function setMachine(state: State, machine: Machine): Result<readonly EventBody[]> {
  const checked = checkMachine(machine.name, machine.settings)
  if (!checked.ok) return checked
  if (machine.name === LOCAL && machine.settings.transport !== 'local')
    return badInput('ssh', 'The machine "local" is this computer.')
  const known = machineNamed(state, machine.name)
  if (!known) return ok([{ type: 'machine.changed', machine }])
  const { settings } = machine
  const moved = (['transport', 'work', 'scheduler'] as const).find(key => known.settings[key] !== settings[key])
  const there = moved && sentTo(state, machine.name)
  if (there)
    return fail({
      code: 'not-now',
      field: moved,
      message: `Run ${there} has jobs on "${machine.name}", which would be looked for elsewhere and taken for lost.`,
      hint: howToFree(get(state.runs, there)),
    })
  const found = wayTo(known) === wayTo(machine) ? known : { ...localMachine, name: known.name }
  return ok([{ type: 'machine.changed', machine: { ...found, settings } }])
}

/** The folders of fetched attempts, one event for each run. */
function cleanable(state: State, ids: readonly JobId[]): readonly EventBody[] {
  const byRun = new Map<RunId, AttemptRef[]>()
  for (const id of ids) {
    const job = get(state.jobs, id)
    if (!job || isImported(job) || lastAttempt(job).outcome === null) continue
    const refs = job.attempts.filter(isCleanable).map(({ n, label }) => ({ job: id, attempt: n, label }))
    if (refs.length > 0) byRun.set(job.run, [...(byRun.get(job.run) ?? []), ...refs])
  }
  return [...byRun].map(([run, jobs]) => ({ type: 'clean.wished', run, jobs }))
}

function adopt(
  state: State,
  { run, machine: name, queue_id, dir }: Extract<Command, { readonly type: 'job.adopt' }>,
): Result<readonly EventBody[]> {
  if (!isRunId(run)) return badInput('run', `"${run}" is no id for a run.`)
  if (get(state.runs, run)) return ok([])
  const machine = machineNamed(state, name)
  if (!machine) return noMachine(name)
  if (!/^\/[^\0\n]*[^\0\n/]/.test(dir)) return badInput('dir', `"${dir}" is no whole path of a folder.`)
  const other = machine.others.find(({ queue_id: id }) => id === queue_id)
  if (!other)
    return fail({
      code: 'not-found',
      message: `There was no job ${queue_id} of yours in the queue of "${name}" when it was last asked.`,
      hint: `larmor machines connect ${name} asks again; a job of Larmor's own needs no adopting`,
    })
  const id = jobId(run, 'job')
  const ref: AttemptRef = { job: id, attempt: 1, label: label(id, 1) }
  const input = { adopted: true, queue_id, name: other.name }
  const spec = {
    key: 'job',
    machine: name,
    program: 'command',
    input,
    resources: { ranks: 1, memory_mb: 1, seconds: 60 },
  }
  return ok([
    {
      type: 'run.started',
      run,
      name: other.name,
      workflow: 'single',
      workflow_version: workflowOf('single').version,
      params: { jobs: [spec] },
      machine: name,
    },
    { type: 'jobs.planned', run, jobs: [{ ...ref, ...spec }] },
    { type: 'jobs.adopted', run, jobs: [{ ...ref, dir, queue_id }] },
  ])
}

/** A run that still needs the machine: without it nobody would look after what may be alive there. */
function userOf(state: State, machine: MachineName): RunId | undefined {
  for (const run of values(state.runs)) if (run.phase.is === 'open' && run.machine === machine) return run.id
  for (const job of values(state.jobs)) if (job.machine === machine && lastAttempt(job).outcome === null) return job.run
  return undefined
}

/** A run of which something lies on the machine, and may run there. */
function sentTo(state: State, machine: MachineName): RunId | undefined {
  for (const job of values(state.jobs)) {
    const { phase, outcome } = lastAttempt(job)
    if (job.machine === machine && outcome === null && phase.is !== 'planned') return job.run
  }
  return undefined
}

/** What a person can do about a run whose jobs keep the settings of a machine: one that has ended cannot be cancelled. */
function howToFree(run: Run | undefined): string {
  const other = 'or add a machine of another name.'
  if (run?.phase.is !== 'ended') return `Cancel it, or wait for its end; ${other}`
  return run.phase.outcome === 'stopped'
    ? `It was stopped: cancel those jobs, or resume it and wait for its end; ${other}`
    : `It has ended: cancel those jobs; ${other}`
}

/** Why a job cannot be resubmitted now, or null. */
export function resubmitRefusal(job: Job): string | null {
  const { outcome } = lastAttempt(job)
  if (outcome === null) return 'its last attempt has not ended'
  if (outcome === 'completed') return 'it completed'
  if (isImported(job)) return 'it was imported: there is no input to run again'
  if (isAdopted(lastAttempt(job))) return 'it was submitted by other means: there is no input to run again'
  return null
}

/**
 * One new attempt of each job that can have one, by the remedy that was chosen. Sent twice it gives one: the second time
 * the last attempt is alive, or, where it has ended meanwhile, it is not the one that was `seen`.
 */
function resubmit(
  state: State,
  { jobs: ids, fix, seen }: Extract<Command, { readonly type: 'jobs.resubmit' }>,
): Result<readonly EventBody[]> {
  const added: EventBody[] = []
  let refused: Result<never> | null = null
  for (const id of new Set(ids)) {
    const job = get(state.jobs, id)
    if (!job) return fail({ code: 'not-found', message: `There is no job "${id}".` })
    const phase = get(state.runs, job.run)?.phase
    if (phase?.is === 'open' && phase.hold === 'cancelling') return busy(phase.hold)
    const { n } = lastAttempt(job)
    if ((seen?.[id] ?? n) !== n) continue
    const fresh = staleInput(state, job)
    if (fresh !== null)
      added.push(newAttempt(job, { fix: 'none', input: fresh, resources: lastAttempt(job).resources }))
    if (fresh !== null || resubmitRefusal(job) !== null) continue
    const chosen = chooseFix(job, fix ?? 'auto', state.machines[job.machine])
    if (chosen.ok) added.push(newAttempt(job, chosen.value))
    else refused ??= notNow(`${id} is not resubmitted: ${chosen.fault.message}`)
  }
  if (added.length === 0 && refused) return refused
  const ended = new Set(added.flatMap(event => ('run' in event ? [event.run] : []))).values()
  return ok([
    ...[...ended]
      .filter(run => get(state.runs, run)?.phase.is === 'ended')
      .map((run): EventBody => ({ type: 'run.reopened', run })),
    ...added,
  ])
}

/** A new attempt from files as a person has edited them; refused where the program could not run them. */
function resubmitEdited(
  state: State,
  { job: id, files, seen }: Extract<Command, { readonly type: 'job.edit' }>,
): Result<readonly EventBody[]> {
  const job = get(state.jobs, id)
  if (!job) return fail({ code: 'not-found', message: `There is no job "${id}".` })
  const phase = get(state.runs, job.run)?.phase
  if (phase?.is === 'open' && phase.hold === 'cancelling') return busy(phase.hold)
  const { n, resources, input: before } = lastAttempt(job)
  if (n !== seen) return ok([])
  const refusal = resubmitRefusal(job)
  if (refusal !== null) return notNow(`${id} is not resubmitted: ${refusal}`)
  const program = programOf(job.program)
  const input = program.edited(before, files)
  const checked = program.check(input, resources)
  if (!checked.ok) return checked
  const added = newAttempt(job, { fix: 'edited', input, resources })
  return ok(phase?.is === 'ended' ? [{ type: 'run.reopened', run: job.run }, added] : [added])
}

/** `attempt.added`, whoever wants it. */
export function newAttempt(
  job: Job,
  change: Change & { readonly fix: string },
): Extract<EventBody, { readonly type: 'attempt.added' }> {
  const n = lastAttempt(job).n + 1
  return { type: 'attempt.added', run: job.run, job: job.id, attempt: n, label: label(job.id, n), ...change }
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

function noRun(id: RunId): Result<never> {
  return fail({ code: 'not-found', message: `There is no run "${id}".` })
}

function noMachine(name: MachineName): Result<never> {
  return fail({ code: 'not-found', message: `There is no machine "${name}".`, hint: 'larmor machines list' })
}

function notNow(message: string): Result<never> {
  return fail({ code: 'not-now', message })
}

function busy(hold: string): Result<never> {
  return notNow(`The run is ${hold}.`)
}
