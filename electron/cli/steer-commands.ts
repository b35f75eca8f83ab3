import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type JobId, type Label, label } from '../../shared/ids.ts'
import type { Command } from '../../shared/model/commands.ts'
import { decide } from '../../shared/model/decide.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import { resubmitRefusal } from '../../shared/model/resubmit.ts'
import { staleInputs } from '../../shared/model/stale.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { chooseFix, remedyIds } from '../../shared/remedies/index.ts'
import { asResult, type Fault, FaultError, orThrow } from '../../shared/result.ts'
import type { ChangeDiff } from '../../shared/show/change-diff.ts'
import { jobsOf, runState, runStateText } from '../../shared/show/status.ts'
import { ensureEngine, sendCommand } from '../engine-client.ts'
import { badArgument, type CliCommand, type Given, oneWord, type Surroundings } from './command.ts'
import { editLines, folderOf } from './edit-text.ts'
import { editedInput } from './edited-input.ts'
import { find, findRun, readStateWith } from './find.ts'
import { diffsOf, placesOf } from './resubmission.ts'
import { EXIT } from './terminal.ts'

function onRun(name: 'pause' | 'resume' | 'stop', summary: string): CliCommand {
  return {
    name,
    usage: 'RUN',
    summary,
    options: {},
    async run({ home, terminal }, given) {
      const id = oneWord(given, 'RUN')
      const { run } = await theRun(home, id)
      if (name === 'resume' && existsSync(join(home, 'runs', run, 'STOP')))
        terminal.say('! A file named STOP is there from before: it is not obeyed until it is made anew.')
      await sendCommand(home, { type: `run.${name}`, run })
      const { state } = await readStateWith(home, [run])
      const now = findRun(state, run)
      const hold = now.phase.is === 'open' ? now.phase.hold : null
      const document = { run: now.id, state: runState(now), state_text: runStateText(state, now), hold }
      terminal.document(document, () => `${now.id}  ${document.state_text}`)
      return EXIT.done
    },
  }
}

async function theRun(home: string, id: string) {
  const { state } = await readStateWith(home, [id])
  return { state, run: findRun(state, id).id }
}

const cancel: CliCommand = {
  name: 'cancel',
  usage: 'RUN|JOB...',
  summary: 'ends it now: what runs is killed',
  options: {},
  async run({ home, terminal }, given) {
    if (given.words.length === 0) throw badArgument('run', 'RUN or JOB is missing.')
    const { state } = await readStateWith(home, given.words)
    const found = given.words.map(id => find(state, id))
    const cancelling: string[] = []
    const refused: Fault[] = []
    // One that cannot be cancelled keeps no other from it.
    for (const one of found) {
      const [id, command]: [string, Command] =
        one.is === 'run'
          ? [one.run.id, { type: 'run.cancel', run: one.run.id }]
          : [one.job.id, { type: 'jobs.cancel', jobs: [one.job.id] }]
      const sent = await asResult(() => sendCommand(home, command))
      if (sent.ok) cancelling.push(id)
      else refused.push(sent.fault)
    }
    const [first, ...more] = refused
    if (first) {
      const others = cancelling.length > 0 ? [`Being cancelled: ${cancelling.join(' ')}.`] : []
      throw new FaultError({
        ...first,
        message: [first.message, ...more.map(each => each.message), ...others].join(' '),
      })
    }
    terminal.document({ cancelling }, () => `cancelling ${cancelling.join(' ')}`)
    return EXIT.done
  },
}

const resubmit: CliCommand = {
  name: 'resubmit',
  usage: 'RUN|JOB... [--failed] [--fix auto|none|ID] [--dry-run], or JOB --input FILE|FOLDER... [--dry-run]',
  summary: 'tries again what did not complete; with --input from files that you edited',
  options: {
    failed: { type: 'boolean' },
    fix: { type: 'string' },
    'dry-run': { type: 'boolean' },
    input: { type: 'string', multiple: true },
  },
  async run(surroundings, given) {
    const { home, terminal } = surroundings
    if (given.words.length === 0) throw badArgument('run', 'RUN or JOB is missing.')
    if (given.texts('input').length > 0) return resubmitEdited(surroundings, given)
    const fix = given.text('fix') ?? 'auto'
    if (fix !== 'auto' && fix !== 'none' && !remedyIds.includes(fix)) {
      throw badArgument('fix', `There is no remedy "${fix}".`, `Known are ${['auto', 'none', ...remedyIds].join(', ')}`)
    }
    const { state } = await readStateWith(home, given.words)
    const { jobs, ...wanted } = wantedJobs(state, given.words, given.flag('failed'), fix)
    const refused = await withPlaces(home, state, wanted.refused)
    const dry = given.flag('dry-run')
    const attempts =
      jobs.length === 0 ? [] : dry ? await previewOf(home, state, jobs, fix) : await resubmitted(home, jobs, fix)
    const document = { attempts, refused }
    terminal.document(document, () =>
      [
        ...attempts.flatMap(attempt => attemptLines(attempt, dry)),
        ...refused.flatMap(({ job, reason, edit, folder }) => {
          const about = get(state.jobs, job)
          const lines = about ? editLines(edit, folder, { ...about, job }) : []
          return [`not ${job}: ${reason}`, ...lines.map(line => `  ${line}`)]
        }),
        ...(attempts.length + refused.length === 0 ? ['Nothing to resubmit: no job of it has failed.'] : []),
      ].join('\n'),
    )
    return EXIT.done
  },
}

function attemptLines({ label, diff }: NewAttempt, dry: boolean): readonly string[] {
  const changes = diff ? [diff.input, diff.resources].filter(Boolean) : []
  return [dry ? `would resubmit as ${label}` : `resubmitted as ${label}`, ...changes]
}

/** `resubmit JOB --input FILE`: a new attempt of the same job, as from the window's editor. */
async function resubmitEdited(surroundings: Surroundings, given: Given): Promise<number> {
  const { home, terminal } = surroundings
  const id = oneWord(given, 'JOB')
  if (given.flag('failed') || given.text('fix') !== undefined)
    throw badArgument('input', '--input is what is sent: --failed and --fix do not go with it.')
  const { state } = await readStateWith(home, [id])
  const found = find(state, id)
  if (found.is !== 'job') throw badArgument('job', `"${id}" is a run; --input is for one job of it.`)
  const { job } = found
  const dry = given.flag('dry-run')
  const refusal = resubmitRefusal(job)
  const refused = await withPlaces(home, state, refusal === null ? [] : [{ job: job.id, reason: refusal }])
  const attempts: NewAttempt[] = []
  if (refusal === null) {
    const { files, diff, warnings, keep } = await editedInput(surroundings, job, given.texts('input'))
    for (const warning of warnings) terminal.say(`! ${warning}`)
    const { n } = lastAttempt(job)
    const added = { job: job.id, attempt: n + 1, label: label(job.id, n + 1), fix: 'edited' }
    attempts.push(dry ? { ...added, diff } : added)
    if (!dry) {
      const engine = await ensureEngine(home)
      try {
        await keep(engine)
        orThrow(await engine.send({ type: 'job.edit', job: job.id, files, seen: n }))
      } finally {
        engine.detach()
      }
    }
  }
  terminal.document({ attempts, refused }, () =>
    [
      ...attempts.flatMap(attempt => attemptLines(attempt, dry)),
      ...refused.map(({ job, reason }) => `not ${job}: ${reason}`),
    ].join('\n'),
  )
  return EXIT.done
}

/** With the places to edit of those that only an edit helps. */
function withPlaces(home: string, state: State, refused: Wanted['refused']) {
  return Promise.all(
    refused.map(async each => {
      const job = get(state.jobs, each.job)
      return { ...each, edit: job ? await placesOf(home, job) : [], folder: job ? await folderOf(home, job) : null }
    }),
  )
}

interface NewAttempt {
  readonly job: JobId
  readonly attempt: number
  readonly label: Label
  readonly fix: string | null
  /** What would change; only of what was not sent. */
  readonly diff?: ChangeDiff | null
}

function commandOf(jobs: readonly Job[], fix: string): Command {
  const seen = Object.fromEntries(jobs.map(job => [job.id, lastAttempt(job).n]))
  return { type: 'jobs.resubmit', jobs: jobs.map(job => job.id), fix, seen }
}

/** What the engine would decide, decided here on the same state. */
async function previewOf(
  home: string,
  state: State,
  jobs: readonly Job[],
  fix: string,
): Promise<readonly NewAttempt[]> {
  const attempts: NewAttempt[] = []
  for (const event of orThrow(decide(state, commandOf(jobs, fix)))) {
    const job = event.type === 'attempt.added' ? get(state.jobs, event.job) : undefined
    if (event.type !== 'attempt.added' || !job) continue
    const [diff] = await diffsOf(home, job, [event])
    const { attempt, label, fix } = event
    attempts.push({ job: job.id, attempt, label, fix, diff: diff ?? null })
  }
  return attempts
}

async function resubmitted(home: string, jobs: readonly Job[], fix: string): Promise<readonly NewAttempt[]> {
  await sendCommand(home, commandOf(jobs, fix))
  const { state } = await readStateWith(
    home,
    jobs.map(({ id }) => id),
  )
  return jobs.flatMap(({ id }) => {
    const job = get(state.jobs, id)
    if (!job) return []
    const { n, label, fix } = lastAttempt(job)
    return [{ job: id, attempt: n, label, fix }]
  })
}

interface Wanted {
  readonly jobs: readonly Job[]
  readonly refused: readonly { readonly job: JobId; readonly reason: string }[]
}

/** Of a run its jobs that did not complete; of jobs they themselves. With `failed` only those that nobody cancelled. */
function wantedJobs(state: State, ids: readonly string[], failed: boolean, fix: string): Wanted {
  const jobs = new Map<JobId, Job>()
  const refused = new Map<JobId, string>()
  for (const id of ids) {
    const found = find(state, id)
    const stale = found.is === 'job' ? staleInputs(state, [found.job]) : new Map()
    for (const job of found.is === 'job' ? [found.job] : jobsOf(state, found.run).filter(isUnfinished)) {
      if (stale.has(job.id)) {
        jobs.set(job.id, job)
        continue
      }
      const reason = resubmitRefusal(job) ?? (failed ? notFailed(job) : null)
      const chosen = chooseFix(job, fix, state.machines[job.machine])
      if (reason === null && chosen.ok) jobs.set(job.id, job)
      else if (reason === null && !chosen.ok) refused.set(job.id, chosen.fault.message)
      else if (reason !== null && found.is === 'job') refused.set(job.id, reason)
    }
  }
  return { jobs: [...jobs.values()], refused: [...refused].map(([job, reason]) => ({ job, reason })) }
}

/** Over without having completed. */
function isUnfinished(job: Job): boolean {
  return resubmitRefusal(job) === null
}

function notFailed(job: Job): string | null {
  return lastAttempt(job).outcome === 'cancelled' ? 'it was cancelled, it did not fail' : null
}

export const steerCommands: readonly CliCommand[] = [
  onRun('pause', 'starts nothing new; what runs, or waits in the queue of a cluster, goes on'),
  onRun('resume', 'goes on after pause or stop'),
  onRun('stop', 'lets what runs, or waits in the queue of a cluster, finish, then ends'),
  cancel,
  resubmit,
]
