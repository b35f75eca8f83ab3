import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Reading } from '../../shared/contract.ts'
import type { Instant } from '../../shared/ids.ts'
import type { Event } from '../../shared/model/events.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { FaultError } from '../../shared/result.ts'
import { showJob } from '../../shared/show/job.ts'
import { jobName } from '../../shared/show/job-name.ts'
import { showRun } from '../../shared/show/run.ts'
import { archivedStatus, jobsOf, type RunStatus, runState, runsByStart, statusOf } from '../../shared/show/status.ts'
import { hasBegun, waitsFor, waitsForTheSame } from '../../shared/show/waits-for.ts'
import { model } from '../engine/model.ts'
import { openArchive } from '../engine/store/archive.ts'
import { readStore } from '../engine/store/store.ts'
import { attachLiving, type MachineTrouble } from '../engine-client.ts'
import { campaignTables } from './campaign-tables.ts'
import { badArgument, type CliCommand, oneWord, type Surroundings } from './command.ts'
import { folderOf } from './edit-text.ts'
import { find, findRun, followWith, idOf, readStateWith, type SeenHere } from './find.ts'
import { placesOf, remediesShown } from './resubmission.ts'
import { jobText, runText } from './show-text.ts'
import { type DrivenRun, statusText } from './status-text.ts'
import { EXIT } from './terminal.ts'

const status: CliCommand = {
  name: 'status',
  usage: '[RUN] [--watch]',
  summary: 'all runs, or one',
  options: { watch: { type: 'boolean' } },
  async run({ home, terminal }, given) {
    const [id, ...more] = given.words
    if (more.length > 0) throw badArgument('run', `One RUN is wanted, not ${given.words.length}.`)
    const ids = id === undefined ? [] : [id]
    const archived = id === undefined ? await archivedRuns(home) : []
    const document = ({ state, engine, elsewhere, troubles }: SeenHere, only: string | undefined) => {
      const live = only === undefined ? runsByStart(state) : [findRun(state, only)]
      return {
        seq: state.seq,
        engine,
        engine_elsewhere: elsewhere,
        as_of: state.as_of,
        runs: [
          ...live.map(run =>
            drivenRun(state, run, statusOf(state, run, { engine, heldUp: heldUp(run, troubles), now: nowText() })),
          ),
          ...archived,
        ],
        troubles,
      }
    }
    if (!given.flag('watch')) {
      const seen = document(await readStateWith(home, ids), id)
      terminal.document(seen, () => statusText(seen, new Date()))
      return EXIT.done
    }
    // An unknown id is told at once; what the id names now is watched, whatever else gets such a name meanwhile.
    const first = await readStateWith(home, ids)
    const watched = ids.map(given => findRun(first.state, given).id)
    const interrupted = onInterrupt()
    for await (const seen of followWith(home, watched, interrupted)) {
      const now = document(seen, watched[0])
      terminal.line(now, () => statusText(now, new Date()))
    }
    return EXIT.interrupted
  },
}

function nowText(): Instant {
  return new Date().toISOString()
}

/** Since when the work for a run does not go on. */
function heldUp({ id, machine }: Run, troubles: readonly MachineTrouble[]): Instant | null {
  return troubles.find(trouble => trouble.machine === machine && (trouble.runs?.includes(id) ?? true))?.since ?? null
}

function drivenRun(state: State, run: Run, status: RunStatus): DrivenRun {
  const begun = run.phase.is === 'ended' || hasBegun(run, jobsOf(state, run))
  return { ...status, waits_for: waitsFor(state, run), begun }
}

/** The runs of the archive, the one started last first. */
async function archivedRuns(home: string): Promise<readonly DrivenRun[]> {
  const entries = await openArchive(join(home, 'archive')).list()
  return entries.toReversed().map(({ counts: { none: planned = 0, ...outcomes }, ...run }) => {
    return { ...archivedStatus(run, { ...outcomes, planned }), waits_for: null, begun: true }
  })
}

const show: CliCommand = {
  name: 'show',
  usage: 'RUN|JOB',
  summary: 'all that is known of a run or a job',
  options: {},
  async run(surroundings, given) {
    const id = oneWord(given, 'RUN|JOB')
    await printShown(surroundings, await readStateWith(surroundings.home, [id]), id)
    return EXIT.done
  },
}

/** Prints the document of `show`; returns it. */
async function printShown(
  { home, terminal }: Surroundings,
  { state, engine, elsewhere }: SeenHere,
  id: string,
): Promise<void> {
  const found = find(state, id)
  const beside = { engine, engine_elsewhere: elsewhere, as_of: state.as_of }
  if (found.is === 'job') {
    const remedies = await remediesShown(home, found.job, state.machines[found.job.machine])
    const waits = waitsForTheSame(state, found.job)
    const shown = showJob(found.job, { remedies, edit: await placesOf(home, found.job), waits })
    const name = jobName(state, found.job)
    const document = { ...shown, name, folder: await folderOf(home, found.job), ...beside }
    terminal.document(document, () => jobText(document))
  } else {
    const document = { ...showRun(state, found.run), waits_for: waitsFor(state, found.run), ...beside }
    terminal.document(document, () => runText(document, statusOf(state, found.run, { engine, now: nowText() })))
  }
}

const wait: CliCommand = {
  name: 'wait',
  usage: 'RUN|JOB [--for ended|PHASE] [--timeout S]',
  summary: 'waits, then prints what show prints',
  options: { for: { type: 'string' }, timeout: { type: 'string' } },
  run: (surroundings, given) =>
    waitFor(surroundings, oneWord(given, 'RUN|JOB'), given.text('for') ?? 'ended', given.number('timeout')),
}

const NOBODY = 'No engine lives: what is submitted goes on, nothing else does. To go on: larmor engine start'

/** 24.8 days: a timer that is asked for more ends at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

const PHASES = ['planned', 'staged', 'submitting', 'queued', 'running', 'ended', 'fetched', 'parsed']

/**
 * Waits until the run or job has ended or is in a phase (or past it), prints it, and returns wait's exit status. A run is
 * running as soon as one of its jobs is, and in any other phase when all of them are.
 */
export async function waitFor(
  surroundings: Surroundings,
  given: string,
  goal: string,
  timeout_s?: number,
): Promise<number> {
  if (goal !== 'ended' && !PHASES.includes(goal))
    throw badArgument('for', `--for wants ended or a phase (${PHASES.join(', ')}), not "${goal}".`)
  const interrupted = onInterrupt()
  const limit = new AbortController()
  const timer =
    timeout_s === undefined ? undefined : setTimeout(() => limit.abort(), Math.min(timeout_s * 1000, LONGEST_TIMER_MS))
  let last = await readStateWith(surroundings.home, [given])
  // What it names now is waited for, whatever else gets such a name meanwhile.
  const id = idOf(find(last.state, given))
  try {
    if (!isReached(last.state, id, goal)) {
      if (last.engine === 'none' && last.elsewhere === null) surroundings.terminal.say(NOBODY)
      for await (const seen of followWith(surroundings.home, [id], AbortSignal.any([limit.signal, interrupted]))) {
        if (seen.engine === 'none' && seen.elsewhere === null && last.engine !== seen.engine)
          surroundings.terminal.say(NOBODY)
        last = seen
        if (isReached(seen.state, id, goal)) break
      }
    }
  } finally {
    clearTimeout(timer)
  }
  if (interrupted.aborted) return EXIT.interrupted
  await tablesOf(surroundings.home, last, id, AbortSignal.any([limit.signal, interrupted]))
  await printShown(surroundings, last, id)
  if (!isReached(last.state, id, goal)) return EXIT.waitedLongEnough
  return endedBadly(last.state, id) ? EXIT.endedBadly : EXIT.done
}

/** A script that has waited for a campaign reads its tables next: they come a moment after the end. */
async function tablesOf(home: string, { state, engine }: SeenHere, id: string, signal: AbortSignal): Promise<void> {
  const found = find(state, id)
  if (found.is === 'run' && found.run.workflow === 'campaign' && engine === 'alive')
    await campaignTables(home, found.run, signal)
}

function isReached(state: State, id: string, goal: string): boolean {
  const found = find(state, id)
  if (found.is === 'job') return jobReached(found.job, goal)
  if (found.run.phase.is === 'ended') return true
  if (goal === 'ended') return false
  const jobs = jobsOf(state, found.run)
  return goal === 'running'
    ? jobs.some(job => jobReached(job, goal))
    : jobs.length > 0 && jobs.every(job => jobReached(job, goal))
}

function jobReached(job: Job, goal: string): boolean {
  const { phase, outcome } = lastAttempt(job)
  return outcome !== null || (goal !== 'ended' && PHASES.indexOf(phase.is) >= PHASES.indexOf(goal))
}

function endedBadly(state: State, id: string): boolean {
  const found = find(state, id)
  if (found.is === 'run') return found.run.phase.is === 'ended' && runState(found.run) !== 'completed'
  const { outcome } = lastAttempt(found.job)
  return outcome !== null && outcome !== 'completed'
}

const FOLLOW_MS = 300

const events: CliCommand = {
  name: 'events',
  usage: '[--since SEQ] [--follow]',
  summary: 'the journal, one event a line',
  options: { since: { type: 'string' }, follow: { type: 'boolean' } },
  async run({ home, terminal }, given) {
    let since = given.number('since') ?? 0
    const interrupted = onInterrupt()
    // Each call of it reads the journal as it is then.
    const { events } = await readStore(home, model)
    do {
      for await (const batch of events(since)) {
        for (const event of batch) terminal.line(event, () => eventText(event))
        since = batch.at(-1)?.seq ?? since
      }
      if (given.flag('follow')) await sleep(FOLLOW_MS, undefined, { signal: interrupted }).catch(() => {})
    } while (given.flag('follow') && !interrupted.aborted)
    return interrupted.aborted ? EXIT.interrupted : EXIT.done
  },
}

function eventText(event: Event): string {
  const { seq, at, v: _, type, ...rest } = event
  return `${seq}  ${at}  ${type}  ${JSON.stringify(rest).slice(0, 300)}`
}

/** A job that computes has told of itself by then, or has printed nothing yet. */
const FIRST_READING_MS = 10_000

const progress: CliCommand = {
  name: 'progress',
  usage: 'RUN [--follow]',
  summary: 'what running jobs show of themselves: once, or until the run has ended',
  options: { follow: { type: 'boolean' } },
  async run({ home, terminal }, given) {
    const follows = given.flag('follow')
    const word = oneWord(given, 'RUN')
    const { state } = await readStateWith(home, [word])
    const run = findRun(state, word)
    if (run.phase.is === 'ended') {
      terminal.say(`The run has ended (${runState(run)}). larmor show ${run.id}`)
      return EXIT.done
    }
    const engine = await attachLiving(home)
    if (!engine) throw nothingLooks('No engine lives, so nothing looks into running jobs.')
    const nothing = `Nothing of it computes and prints just now. larmor status ${run.id}`
    if (!follows && !jobsOf(state, run).some(job => jobComputes(job))) {
      engine.detach()
      terminal.say(nothing)
      return EXIT.done
    }
    const interrupted = onInterrupt()
    const done = new AbortController()
    const timer = follows ? undefined : setTimeout(() => done.abort(), FIRST_READING_MS)
    let told = false
    const leave = engine.readings(readings => {
      if (!follows && told) return
      told = true
      for (const reading of readings) terminal.line(reading, () => readingText(reading))
      if (!follows) done.abort()
    }, run.id)
    let ended = false
    let engineEnded = false
    void engine.closed.then(() => {
      engineEnded = true
      done.abort()
    })
    for await (const { state } of followWith(home, [run.id], AbortSignal.any([interrupted, done.signal]))) {
      ended = findRun(state, run.id).phase.is === 'ended'
      if (ended) break
    }
    clearTimeout(timer)
    leave()
    if (engineEnded && !ended && (follows || !told))
      throw nothingLooks('The engine has ended, so nothing looks into running jobs any more.')
    engine.detach()
    if (!follows && !told) terminal.say(nothing)
    return interrupted.aborted ? EXIT.interrupted : EXIT.done
  },
}

function jobComputes(job: Job): boolean {
  const { phase, outcome } = lastAttempt(job)
  return outcome === null && phase.is === 'running'
}

function nothingLooks(message: string): FaultError {
  return new FaultError({ code: 'not-now', message, hint: 'larmor engine start' })
}

function readingText({ job, energy_hartree, scf_cycle, opt_cycle, max_gradient }: Reading): string {
  const parts = [
    opt_cycle === null ? null : `cycle ${opt_cycle}`,
    scf_cycle === null ? null : `SCF ${scf_cycle}`,
    energy_hartree === null ? null : `E ${energy_hartree} Eh`,
    max_gradient === null ? null : `max gradient ${max_gradient}`,
  ]
  return `${job}  ${parts.filter(Boolean).join('  ')}`
}

/** Aborts at ctrl-C: the work goes on, only the watching ends. */
function onInterrupt(): AbortSignal {
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort())
  return controller.signal
}

export const readCommands: readonly CliCommand[] = [status, show, wait, events, progress]
