import { createInterface } from 'node:readline/promises'
import type { JobId, MachineName, QueueId, RemotePath } from '../../shared/ids.ts'
import { isCleanable, isImported, type Job, lastAttempt, NOT_FETCHED } from '../../shared/model/job.ts'
import { machineNamed, type State } from '../../shared/model/state.ts'
import { values } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { jobsOf } from '../../shared/show/status.ts'
import { ensureEngine, follow, readState } from '../engine-client.ts'
import { badArgument, type CliCommand } from './command.ts'
import { find, readStateWith, readStateWithArchive } from './find.ts'
import { runIdOf } from './ids.ts'
import { columns, EXIT } from './terminal.ts'

/** How long the machine's queue may take to be seen until what is known of it counts. */
const LOOK_MS = 15_000

const adopt: CliCommand = {
  name: 'adopt',
  usage: 'MACHINE QUEUE_ID --dir D',
  summary: "looks after a job of the machine's queue that was submitted by other means",
  options: { dir: { type: 'string' } },
  async run({ home, terminal }, given) {
    const [machine, queue_id, ...more] = given.words as readonly [MachineName, QueueId, ...string[]]
    if (machine === undefined || queue_id === undefined || more.length > 0)
      throw badArgument(
        'arguments',
        'One MACHINE and one QUEUE_ID are wanted.',
        'larmor adopt MACHINE QUEUE_ID --dir D',
      )
    const dir = given.text('dir') as RemotePath | undefined
    if (dir === undefined) throw badArgument('dir', '--dir is missing: the folder on the machine in which it computes.')
    const run = runIdOf(`adopt ${machine} ${queue_id} ${dir}`)
    const engine = await ensureEngine(home)
    try {
      if (!isSeen((await readState(home)).state, machine, queue_id)) {
        orThrow(await engine.send({ type: 'machine.connect', machine }))
        for await (const { state } of follow(home, AbortSignal.timeout(LOOK_MS))) {
          if (isSeen(state, machine, queue_id)) break
        }
      }
      orThrow(await engine.send({ type: 'job.adopt', run, machine, queue_id, dir }))
    } finally {
      engine.detach()
    }
    const document = { run, jobs: [{ job: `${run}.job`, key: 'job' }] }
    terminal.document(document, () => `adopted as ${run}\nlarmor show ${run}`)
    return EXIT.done
  },
}

function isSeen(state: State, machine: MachineName, id: QueueId): boolean {
  return machineNamed(state, machine)?.others.some(({ queue_id }) => queue_id === id) ?? true // decide says what is wrong
}

const clean: CliCommand = {
  name: 'clean',
  usage: '[RUN] [--dry-run | --yes]',
  summary:
    'removes from the machines the folders of jobs that were fetched and verified; asks a person who names no run',
  options: { 'dry-run': { type: 'boolean' }, yes: { type: 'boolean' } },
  async run({ home, terminal }, given) {
    if (given.words.length > 1) throw badArgument('run', `One RUN is wanted, not ${given.words.length}.`)
    const [id] = given.words
    // What lies on a machine lies there however long ago its run ended.
    const { state, unreadable } =
      id === undefined ? await readStateWithArchive(home) : { ...(await readStateWith(home, [id])), unreadable: [] }
    for (const { run, reason } of unreadable)
      terminal.say(`! The archived run ${run} cannot be read, so its folders are kept: ${reason}`)
    const found = id === undefined ? null : find(state, id)
    const jobs = found === null ? [...values(state.jobs)] : found.is === 'run' ? jobsOf(state, found.run) : [found.job]
    const dry = given.flag('dry-run')
    const isKnown = ({ machine }: Job) => machineNamed(state, machine) !== undefined
    const folders = jobs.filter(job => isOver(job) && !isImported(job) && isKnown(job)).flatMap(foldersOf)
    const kept = jobs.filter(
      job =>
        !isImported(job) &&
        (!isOver(job) || (hasFolder(job) && !job.attempts.some(({ clean }) => clean !== undefined))),
    )
    const document = {
      folders,
      kept: kept
        .filter(({ id }) => !folders.some(({ job }) => job === id))
        .map(job => ({ job: job.id, reason: isKnown(job) ? reasonOf(lastAttempt(job).outcome) : forgotten(job) })),
      unreadable,
    }
    const table = (verb: string) =>
      [
        columns(
          ['machine', verb, 'files', 'bytes'],
          folders.map(({ machine, dir, files, bytes }) => [machine, dir, files, bytes]),
        ),
        ...folders
          .filter(({ left }) => left)
          .map(({ dir }) => `keeps ${dir} as long as it holds what was not fetched (larmor show tells)`),
        ...document.kept.map(({ job, reason }) => `keeps ${job}: ${reason}`),
      ].join('\n')
    // Scripts are promised that it acts; a person who named nothing sees first what would go.
    const asks = id === undefined && !dry && !given.flag('yes') && !terminal.json && folders.length > 0
    if (asks && process.stdin.isTTY && process.stdout.isTTY) {
      terminal.say(table('would remove'))
      if (!(await agrees(`Remove ${folders.length} folder${folders.length === 1 ? '' : 's'} of all runs? [y/N] `))) {
        terminal.say('Nothing was removed. larmor clean RUN names one run, --yes asks nothing.')
        return EXIT.done
      }
    }
    if (!dry && folders.length > 0) await send(home, [...new Set(folders.map(({ job }) => job))])
    terminal.document(document, () => table(dry ? 'would remove' : 'removes'))
    return EXIT.done
  },
}

async function agrees(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim())
  } finally {
    terminal.close()
  }
}

function isOver(job: Job): boolean {
  return lastAttempt(job).outcome !== null
}

/** What was taken from an earlier calculation, and what ended before it was sent, never had one. */
function hasFolder({ attempts }: Job): boolean {
  return attempts.some(({ phase }) => 'dir' in phase)
}

function foldersOf({ id, machine, attempts }: Job) {
  return attempts.flatMap(attempt => {
    const { phase } = attempt
    if (!isCleanable(attempt) || !('dir' in phase)) return []
    const { dir } = phase
    const files = 'files' in phase ? phase.files : []
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    const left = files.some(({ name }) => name === NOT_FETCHED) || 'unsettled' in phase
    return [{ job: id, attempt: attempt.n, label: attempt.label, machine, dir, files: files.length, bytes, left }]
  })
}

function reasonOf(outcome: string | null): string {
  return outcome === null ? 'it is not over' : `it is ${outcome}, and nothing of it was fetched`
}

/** Nobody can look there any more. */
function forgotten({ machine }: Job): string {
  return `the machine "${machine}" is not known any more`
}

async function send(home: string, jobs: readonly JobId[]): Promise<void> {
  const engine = await ensureEngine(home)
  try {
    orThrow(await engine.send({ type: 'jobs.clean', jobs }))
  } finally {
    engine.detach()
  }
}

export const remoteCommands: readonly CliCommand[] = [adopt, clean]
