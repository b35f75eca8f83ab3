import { isRunId, type JobId, type Json, jobId, jobIds, label, type MachineName, type RunId } from '../ids.ts'
import { programs } from '../programs/index.ts'
import { badInput, fail, ok, type Result } from '../result.ts'
import { workflowOf } from '../workflows/index.ts'
import type { Command } from './commands.ts'
import type { AttemptRef, EventBody } from './events.ts'
import { adoptedRun, foreignKey } from './foreign.ts'
import { IMPORTED, isImported, type Job, type JobSpec, lastAttempt } from './job.ts'
import { LOCAL } from './machine.ts'
import { noMachine } from './refusals.ts'
import { machineNamed, type State } from './state.ts'
import { get, values } from './table.ts'

/** Runs made of what Larmor did not submit: finished outputs, jobs in a queue, reports of `larmor-report`. */

/** The jobs come into being ended: nothing of them is ever sent anywhere. */
export function importOutputs(
  state: State,
  { run, name, outputs }: Extract<Command, { readonly type: 'run.import' }>,
): Result<readonly EventBody[]> {
  if (!isRunId(run)) return badInput('run', `"${run}" is no id for a run.`)
  if (get(state.runs, run)) return ok([])
  const unknown = outputs.find(({ program }) => !Object.hasOwn(programs, program))
  if (unknown) return badInput('outputs', `There is no program "${unknown.program}".`)
  const known = new Set([...values(state.jobs)].filter(isImported).map(importedContent))
  // Also one of two that are in this import, as plain and packed.
  const fresh = outputs.filter(({ files: [file] }) => {
    if (file && known.has(file.sha256)) return false
    known.add(file?.sha256)
    return true
  })
  if (fresh.length === 0) return ok([])
  const keys = fresh.map(({ key }) => key)
  const ids = jobIds(run, keys, [])
  const jobs = fresh.map(({ key, program, ...output }, i) => {
    const spec: JobSpec = { key, machine: LOCAL, program, input: IMPORTED, resources: NOTHING }
    return { spec, output, ref: firstAttempt(ids[i] as JobId) }
  })
  const specs = jobs.map(({ spec }) => spec)
  return ok([
    singleRunStarted(run, name, LOCAL, specs),
    { type: 'jobs.imported', run, jobs: jobs.map(({ spec, output, ref }) => ({ ...ref, ...spec, ...output })) },
  ])
}

/** What was computed elsewhere asks for nothing here. */
const NOTHING = { ranks: 1, memory_mb: 0, seconds: 0 }

function importedContent(job: Job): string | undefined {
  const { phase } = lastAttempt(job)
  return phase.is === 'parsed' ? phase.files[0]?.sha256 : undefined
}

/** A job of the machine's queue is looked after from now on, as the only one of a run. */
export function adoptJob(
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
  const ref = firstAttempt(jobId(run, 'job'))
  const spec: JobSpec = {
    key: 'job',
    machine: name,
    program: 'command',
    input: { adopted: true, queue_id, name: other.name },
    resources: { ranks: 1, memory_mb: 1, seconds: 60 },
  }
  return ok([
    singleRunStarted(run, other.name, name, [spec]),
    { type: 'jobs.planned', run, jobs: [{ ...ref, ...spec }] },
    { type: 'jobs.adopted', run, jobs: [{ ...ref, dir, queue_id }] },
  ])
}

/** A report becomes a run, once. */
export function adoptReport(
  state: State,
  command: Extract<Command, { readonly type: 'report.adopt' }>,
): Result<readonly EventBody[]> {
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

function firstAttempt(job: JobId): AttemptRef {
  return { job, attempt: 1, label: label(job, 1) }
}

function singleRunStarted(run: RunId, name: string, machine: MachineName, jobs: readonly JobSpec[]): EventBody {
  const { id: workflow, version: workflow_version } = workflowOf('single')
  const params = { jobs } as unknown as Json
  return { type: 'run.started', run, name, workflow, workflow_version, params, machine }
}
