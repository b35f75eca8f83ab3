import type { Command } from '../../shared/model/commands.ts'
import { resubmitRefusal } from '../../shared/model/decide.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { FaultError, orThrow } from '../../shared/result.ts'
import { jobsOf, runState } from '../../shared/show/status.ts'
import { ensureEngine } from '../engine-client.ts'
import { badArgument, type CliCommand, oneWord } from './command.ts'
import { find, findRun, readStateWith } from './find.ts'
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
    const wanted = wantedJobs(state, given.words)
    const refused = wanted.flatMap(job => {
      const reason = resubmitRefusal(job)
      return reason === null ? [] : [{ job: job.id, reason }]
    })
    const jobs = wanted.filter(job => resubmitRefusal(job) === null)
    const command: Command = {
      type: 'jobs.resubmit',
      jobs: jobs.map(job => job.id),
      fix: fix === 'none' ? 'none' : null,
    }
    if (given.flag('dry-run')) {
      const document = {
        attempts: jobs.map(job => ({ ...nextAttempt(job), fix: command.fix, diff: { input: '', resources: '' } })),
        refused,
      }
      terminal.document(document, () => document.attempts.map(({ job }) => `would resubmit ${job}`).join('\n'))
      return EXIT.done
    }
    if (jobs.length > 0) await send(home, command)
    const document = { attempts: jobs.map(job => ({ ...nextAttempt(job), fix: command.fix })), refused }
    terminal.document(document, () =>
      [
        ...document.attempts.map(({ label }) => `resubmitted as ${label}`),
        ...refused.map(({ job, reason }) => `not ${job}: ${reason}`),
      ].join('\n'),
    )
    return EXIT.done
  },
}

function nextAttempt(job: Job) {
  const attempt = lastAttempt(job).n + 1
  return { job: job.id, attempt, label: `${job.id}.${attempt}` }
}

/** Of a run its jobs that did not complete; of jobs they themselves. */
function wantedJobs(state: State, ids: readonly string[]): readonly Job[] {
  const wanted = new Map<string, Job>()
  for (const id of ids) {
    const found = find(state, id)
    const jobs =
      found.is === 'job'
        ? [found.job]
        : jobsOf(state, found.run).filter(job => {
            const { outcome } = lastAttempt(job)
            return outcome !== null && outcome !== 'completed'
          })
    for (const job of jobs) wanted.set(job.id, job)
    if (found.is === 'run' && jobs.length === 0 && get(state.runs, found.run.id)) {
      throw new FaultError({ code: 'not-now', message: `Nothing of run ${found.run.id} has failed.` })
    }
  }
  return [...wanted.values()]
}

export const steerCommands: readonly CliCommand[] = [
  onRun('pause', 'starts nothing new; what runs goes on'),
  onRun('resume', 'goes on after pause or stop'),
  onRun('stop', 'lets what runs finish, then ends'),
  cancel,
  resubmit,
]
