import { join } from 'node:path'
import type { JobId, Label } from '../../shared/ids.ts'
import type { Command } from '../../shared/model/commands.ts'
import { decide, resubmitRefusal } from '../../shared/model/decide.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { jobsOf, runState } from '../../shared/show/status.ts'
import { type BlobsReader, openBlobs } from '../engine/store/blobs.ts'
import { ensureEngine } from '../engine-client.ts'
import { badArgument, type CliCommand, oneWord } from './command.ts'
import { find, findRun, readStateWith } from './find.ts'
import { attemptDiff } from './resubmission.ts'
import { EXIT } from './terminal.ts'

/** Sends a command to the engine, which is started where none lives: it must be there to carry it out. */
async function send(home: string, command: Command): Promise<void> {
  const engine = await ensureEngine(home)
  try {
    orThrow(await engine.send(command))
  } finally {
    engine.detach()
  }
}

function onRun(name: 'pause' | 'resume' | 'stop', summary: string): CliCommand {
  return {
    name,
    usage: 'RUN',
    summary,
    options: {},
    async run({ home, terminal }, given) {
      const id = oneWord(given, 'RUN')
      const { run } = await theRun(home, id)
      await send(home, { type: `run.${name}`, run })
      const { state } = await readStateWith(home, [id])
      const now = findRun(state, id)
      const document = { run: now.id, state: runState(now) }
      terminal.document(document, () => `${now.id}  ${document.state}`)
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
    for (const one of found) {
      await send(
        home,
        one.is === 'run' ? { type: 'run.cancel', run: one.run.id } : { type: 'jobs.cancel', jobs: [one.job.id] },
      )
    }
    const document = { cancelling: found.map(one => (one.is === 'run' ? one.run.id : one.job.id)) }
    terminal.document(document, () => `cancelling ${document.cancelling.join(' ')}`)
    return EXIT.done
  },
}

const resubmit: CliCommand = {
  name: 'resubmit',
  usage: 'RUN|JOB... [--failed] [--fix auto|none|ID] [--dry-run]',
  summary: 'tries again what did not complete',
  options: { failed: { type: 'boolean' }, fix: { type: 'string' }, 'dry-run': { type: 'boolean' } },
  async run(surroundings, given) {
    const { home, terminal } = surroundings
    if (given.words.length === 0) throw badArgument('run', 'RUN or JOB is missing.')
    const fix = given.text('fix') ?? 'auto'
    if (fix !== 'auto' && fix !== 'none') {
      throw badArgument(
        'fix',
        `The fix "${fix}" is not in this version.`,
        '--fix auto goes on from the last geometry, --fix none changes nothing',
      )
    }
    const { state } = await readStateWith(home, given.words)
    const { jobs, refused } = wantedJobs(state, given.words, given.flag('failed'))
    const command: Resubmit = {
      type: 'jobs.resubmit',
      jobs: jobs.map(job => job.id),
      fix: fix === 'none' ? 'none' : null,
    }
    const dry = given.flag('dry-run')
    if (!dry && jobs.length > 0) await send(home, command)
    const attempts = dry
      ? await previewOf(state, command, openBlobs(join(home, 'blobs')))
      : await lastAttemptsOf(home, command)
    const document = { attempts, refused }
    terminal.document(document, () =>
      [
        ...attempts.flatMap(({ label, diff }) => [
          dry ? `would resubmit as ${label}` : `resubmitted as ${label}`,
          ...(diff ? [diff.input, diff.resources].filter(Boolean) : []),
        ]),
        ...refused.map(({ job, reason }) => `not ${job}: ${reason}`),
        ...(attempts.length + refused.length === 0 ? ['Nothing to resubmit: no job of it has failed.'] : []),
      ].join('\n'),
    )
    return EXIT.done
  },
}

interface NewAttempt {
  readonly job: JobId
  readonly attempt: number
  readonly label: Label
  readonly fix: string | null
  /** What would change; only of what was not sent. */
  readonly diff?: { readonly input: string; readonly resources: string }
}

type Resubmit = Extract<Command, { readonly type: 'jobs.resubmit' }>

/** What the engine would decide, decided here on the same state. */
async function previewOf(state: State, command: Resubmit, blobs: BlobsReader): Promise<readonly NewAttempt[]> {
  const attempts: NewAttempt[] = []
  for (const event of orThrow(decide(state, command))) {
    const job = event.type === 'attempt.added' ? get(state.jobs, event.job) : undefined
    if (event.type !== 'attempt.added' || !job) continue
    const { attempt, label, fix } = event
    attempts.push({ job: job.id, attempt, label, fix, diff: await attemptDiff(job, event, blobs) })
  }
  return attempts
}

async function lastAttemptsOf(home: string, { jobs }: Resubmit): Promise<readonly NewAttempt[]> {
  const { state } = await readStateWith(home, jobs)
  return jobs.flatMap(id => {
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
function wantedJobs(state: State, ids: readonly string[], failed: boolean): Wanted {
  const jobs = new Map<JobId, Job>()
  const refused = new Map<JobId, string>()
  for (const id of ids) {
    const found = find(state, id)
    for (const job of found.is === 'job' ? [found.job] : jobsOf(state, found.run).filter(isUnfinished)) {
      const reason = resubmitRefusal(job) ?? (failed ? notFailed(job) : null)
      if (reason === null) jobs.set(job.id, job)
      else if (found.is === 'job') refused.set(job.id, reason)
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
  onRun('pause', 'starts nothing new; what runs goes on'),
  onRun('resume', 'goes on after pause or stop'),
  onRun('stop', 'lets what runs finish, then ends'),
  cancel,
  resubmit,
]
