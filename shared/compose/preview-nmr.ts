import type { Json, RunId } from '../ids.ts'
import type { Event, EventBody } from '../model/events.ts'
import type { JobSpec } from '../model/job.ts'
import { knownOf } from '../model/known.ts'
import type { Machine } from '../model/machine.ts'
import { reduce } from '../model/reduce.ts'
import { emptyState } from '../model/state.ts'
import { get } from '../model/table.ts'
import type { TaskSpec } from '../model/task.ts'
import { levelAlone } from '../programs/index.ts'
import { otherTask, type ResolvedNmr, workflowOf } from '../workflows/index.ts'

export interface Preview {
  /** The jobs that can be shown before anything runs. */
  readonly jobs: readonly JobSpec[]
  /** What a chemist calls them, by key. */
  readonly names: ReadonlyMap<string, string>
  readonly notes: readonly string[]
}

/**
 * The jobs of the first conformer as they would be sent: made by the plan itself, from a state that nobody keeps. `does`
 * does the run's first task, which gives the conformer.
 */
export function previewNmr(
  { params, name }: Pick<ResolvedNmr, 'params' | 'name'>,
  machine: Machine,
  run: RunId,
  does: (task: TaskSpec) => Json,
): Preview {
  let state = emptyState
  const happen = (body: EventBody) => {
    state = reduce(state, [{ ...body, seq: state.seq + 1, at: '', v: 1 } as Event])
  }
  const runOf = () => {
    const made = get(state.runs, run)
    if (!made) throw new Error('the preview has no run')
    return made
  }
  const workflow = workflowOf('nmr')
  const plan = (without: { readonly pre?: undefined } = {}) => {
    const planned = runOf()
    const { params } = planned
    return workflow.plan(
      knownOf(state, { ...planned, params: { ...(params as Record<string, Json>), ...without } as Json }),
    )
  }
  happen({
    type: 'run.started',
    run,
    name,
    workflow: 'nmr',
    workflow_version: workflow.version,
    params: { ...params, max_conformers: 1 } as unknown as Json,
    machine: machine.name,
  })
  const { tasks } = plan()
  happen({ type: 'tasks.planned', run, tasks })
  for (const task of tasks) happen({ type: 'task.done', run, task: task.key, result: does(task) })
  // Behind xtb stand the same jobs as without it, from its geometries.
  const first = params.pre ? plan().jobs.filter(({ key }) => key.endsWith('/pre')) : []
  const jobs = [...first, ...plan({ pre: undefined }).jobs.flatMap(spec => withShieldings(spec, params))]
  const note =
    'The first conformer only; its shieldings will start from the optimised geometry, here stands the one of the force field.'
  const names = workflow.jobNames?.(knownOf(state, runOf())) ?? new Map()
  return { jobs, names, notes: params.one_job || jobs.length === 0 ? [] : [note] }
}

/** The shielding jobs of an optimisation, which the plan only makes once that has ended. */
function withShieldings(spec: JobSpec, { one_job, other }: ResolvedNmr['params']): readonly JobSpec[] {
  if (one_job || !spec.key.endsWith('/opt')) return [spec]
  const input = { ...(spec.input as Record<string, Json>), task: 'nmr' }
  const own = { ...spec, key: spec.key.replace(/opt$/, 'nmr'), input }
  if (!other) return [spec, own]
  const key = spec.key.replace(/opt$/, otherTask(other))
  return [spec, own, { ...spec, key, input: { ...input, shielding: levelAlone(other) } }]
}
