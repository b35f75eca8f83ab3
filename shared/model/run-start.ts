import { isRunId } from '../ids.ts'
import { programs } from '../programs/index.ts'
import { badInput, fail, ok, type Result } from '../result.ts'
import { workflowOf, workflows } from '../workflows/index.ts'
import type { Known, Plan } from '../workflows/workflow.ts'
import type { Command } from './commands.ts'
import type { EventBody } from './events.ts'
import { newRun, type Run } from './run.ts'
import { machineNamed, type State } from './state.ts'
import { get, values } from './table.ts'
import { expectedOf } from './times.ts'

type RunStart = Extract<Command, { readonly type: 'run.start' }>

/** More than this is no remedy any more. */
const MOST_AUTOMATIC = 10

/** The event that starts a run, or why it cannot be. Asked for again it gives none; asked for other work it is refused. */
export function startRun(state: State, command: RunStart): Result<readonly EventBody[]> {
  if (!isRunId(command.run)) return badInput('run', `"${command.run}" is no id for a run.`)
  const before = get(state.runs, command.run)
  if (before) return isSameWork(before, command) ? ok([]) : otherWork(before)
  if (!Object.hasOwn(workflows, command.workflow))
    return badInput('workflow', `There is no workflow "${command.workflow}".`)
  const machine = machineNamed(state, command.machine)
  if (!machine) return badInput('machine', `There is no machine "${command.machine}".`)
  const { auto_resubmit = 0 } = command
  if (!Number.isInteger(auto_resubmit) || auto_resubmit < 0 || auto_resubmit > MOST_AUTOMATIC)
    return badInput('auto-resubmit', `0 to ${MOST_AUTOMATIC} attempts can be made by themselves.`)
  const { type: _, ...given } = command
  const expected = expectedOf(state.times, machine)
  const started = {
    ...given,
    workflow_version: workflowOf(command.workflow).version,
    ...(expected ? { expected } : {}),
  }
  // Kept, it would fail whoever looks at it, for ever.
  const jobs = firstJobs(newRun(started, ''))
  if (jobs === null) return badInput('params', `These are no parameters of the workflow "${command.workflow}".`)
  // Nobody would ever send it, and the run would stay open for ever.
  const astray = jobs.find(job => !machineNamed(state, job.machine))
  if (astray)
    return badInput(
      'machine',
      `There is no machine "${astray.machine}", which the job "${astray.key}" is for.`,
      Object.keys(state.machines).join(', '),
    )
  const twin = twinOf(state, command)
  return twin ? alreadyRuns(twin) : ok([{ type: 'run.started', ...started }])
}

/** The very same work on the same machine, still open: of two that are started at once the second finds the first. */
function twinOf(state: State, { workflow, params, machine }: RunStart): Run | undefined {
  const { essence } = workflowOf(workflow)
  if (!essence) return undefined
  const wanted = essence(params)
  return [...values(state.runs)].find(
    run =>
      run.workflow === workflow && run.machine === machine && run.phase.is === 'open' && essence(run.params) === wanted,
  )
}

function alreadyRuns({ id, workflow, phase }: Run): Result<never> {
  const hold = phase.is === 'open' && phase.hold !== null ? ` (${phase.hold})` : ''
  return fail({
    code: 'not-now',
    field: 'set',
    message: `This ${workflow} already runs: ${id}${hold}.`,
    hint: `larmor status ${id}; larmor resume ${id}; or cancel it first`,
  })
}

/** Whether the run is what this command asked for: by a person's own words where they are known, else by the params. */
function isSameWork(run: Run, command: RunStart): boolean {
  if (run.workflow !== command.workflow || run.machine !== command.machine) return false
  if (run.asked !== undefined && command.asked !== undefined) return run.asked === command.asked
  return JSON.stringify(run.params) === JSON.stringify(command.params)
}

function otherWork({ id, name }: Run): Result<never> {
  return fail({
    code: 'bad-input',
    field: 'request-id',
    message: `This request has started ${id} (${name}) already, and that is other work.`,
    hint: 'Another request id starts another run.',
  })
}

/** What a run plans first; null where it cannot be planned and shown by its params: they come from outside, as any JSON. */
function firstJobs(run: Run): Plan['jobs'] | null {
  const known: Known = { run, job: () => undefined, task: () => undefined }
  try {
    const workflow = workflowOf(run.workflow)
    workflow.show(known)
    const { jobs } = workflow.plan(known)
    const can = jobs.every(({ key, program }) => Object.hasOwn(programs, program) && typeof key === 'string')
    return can ? jobs : null
  } catch {
    return null
  }
}
