import type { Instant, Json, MachineName, RemotePath, RunId } from '../../../shared/ids.ts'
import { jobId, label } from '../../../shared/ids.ts'
import type { Event, EventBody } from '../../../shared/model/events.ts'
import type { Attempt, Job, JobResult, JobSpec, Outcome, Shielding } from '../../../shared/model/job.ts'
import { reduce } from '../../../shared/model/reduce.ts'
import type { Run } from '../../../shared/model/run.ts'
import { emptyState, type State } from '../../../shared/model/state.ts'
import { draftOf, get } from '../../../shared/model/table.ts'
import type { Task } from '../../../shared/model/task.ts'
import { unread } from '../../../shared/programs/program.ts'
import type { Known, Plan, Workflow } from '../../../shared/workflows/workflow.ts'

const at: Instant = '2026-01-01T00:00:00.000Z'
const nothing: JobResult = { ...unread.result, geometry: null }

/** A run as a table of facts that a test sets by hand; its plan is asked for after each. */
export function fakeRun(workflow: Workflow, params: Json) {
  const id = 'r-1' as RunId
  const jobs = new Map<string, Job>()
  const tasks = new Map<string, Task>()
  /** What events have changed of the run itself. */
  let changed: Pick<Run, 'phase' | 'progress' | 'plan_version' | 'pause_mark'> = {
    phase: { is: 'open', hold: null },
    progress: 0,
    plan_version: 1,
  }

  function known(): Known {
    const run: Run = {
      id,
      name: 'a run',
      workflow: workflow.id,
      workflow_version: workflow.version,
      params,
      machine: 'local' as MachineName,
      started: at,
      updated: at,
      jobs: [...jobs.values()].map(job => job.id),
      tasks: Object.fromEntries(tasks),
      phase: changed.phase,
      progress: changed.progress,
      plan_version: changed.plan_version,
      ...(changed.pause_mark === undefined ? {} : { pause_mark: changed.pause_mark }),
    }
    return { run, job: key => jobs.get(key), task: key => tasks.get(key) }
  }

  /** Plans, and writes down what was planned, as the engine does. */
  function plan(): Plan {
    const next = workflow.plan(known())
    for (const spec of next.jobs) if (!jobs.has(spec.key)) jobs.set(spec.key, newJob(spec))
    for (const spec of next.tasks) {
      if (!tasks.has(spec.key)) tasks.set(spec.key, { ...spec, state: { is: 'planned' } })
    }
    return next
  }

  function newJob(spec: JobSpec): Job {
    const job = jobId(id, spec.key)
    return { id: job, run: id, ...spec, attempts: [newAttempt(spec, job, 1)] }
  }

  function newAttempt(spec: Pick<JobSpec, 'input' | 'resources'>, job: Job['id'], n: number): Attempt {
    return {
      n,
      label: label(job, n),
      phase: { is: 'planned' },
      outcome: null,
      category: null,
      reason: null,
      warning: null,
      evidence: [],
      cancel_wished: null,
      ignored: [],
      fix: null,
      input: spec.input,
      resources: spec.resources,
    }
  }

  function change(key: string, with_: Partial<Attempt>): void {
    const job = jobs.get(key)
    const last = job?.attempts.at(-1)
    if (!job || !last) throw new Error(`no job ${key}; there are ${[...jobs.keys()].join(', ')}`)
    jobs.set(key, { ...job, attempts: [...job.attempts.slice(0, -1), { ...last, ...with_ }] })
  }

  const submitted = {
    dir: '/w' as RemotePath,
    queue_id: null,
    submitted: at,
    host: null,
    pid: null,
    pgid: null,
    boot_id: null,
    started: at,
  }
  const parsed = (result: JobResult) => ({
    is: 'parsed' as const,
    ...submitted,
    ended: at,
    exit: 0,
    signal: null,
    files: [],
    result,
    reused: null,
  })

  function state(): State {
    const runs = draftOf<Run>(emptyState.runs)
    runs.set(id, known().run)
    const all = draftOf<Job>(emptyState.jobs)
    for (const job of jobs.values()) all.set(job.id, job)
    return { ...emptyState, as_of: at, runs: runs.done(), jobs: all.done() }
  }

  return {
    plan,
    state,
    run: () => known().run,
    /** What the reducer makes of the run; jobs stay as the test has set them. */
    happen(...events: readonly EventBody[]): void {
      const numbered = events.map((event, i) => ({ ...event, seq: i + 1, at, v: 2 }) as Event)
      const run = get(reduce(state(), numbered).runs, id)
      if (run) changed = run
    },
    show: () => workflow.show(known()),
    keys: () => [...jobs.keys()],
    taskKeys: () => [...tasks.keys()],
    task(key: string): Task {
      const task = tasks.get(key)
      if (!task) throw new Error(`no task ${key}`)
      return task
    },
    job(key: string): Job {
      const job = jobs.get(key)
      if (!job) throw new Error(`no job ${key}`)
      return job
    },
    doneTask(key: string, result: unknown): void {
      tasks.set(key, { ...this.task(key), state: { is: 'done', result: result as Json } })
    },
    failTask(key: string, reason: string): void {
      tasks.set(key, { ...this.task(key), state: { is: 'failed', reason } })
    },
    running(key: string, started: Instant = at): void {
      change(key, { phase: { is: 'running', ...submitted, started } })
    },
    complete(key: string, result: Partial<JobResult>, warning: string | null = null): void {
      change(key, { phase: parsed({ ...nothing, ...result }), outcome: 'completed', warning })
    },
    /** It was lost, and its report came after all. */
    found(key: string, result: Partial<JobResult>): void {
      change(key, { phase: parsed({ ...nothing, ...result }), outcome: 'completed', was_lost: true })
    },
    end(key: string, outcome: Outcome, reason: string | null = null, ended: Instant = at, category?: string): void {
      change(key, { phase: { ...parsed(nothing), ended }, outcome, reason, category: category ?? null })
    },
    /** Out of its queue, without having begun. */
    withdraw(key: string): void {
      change(key, { phase: parsed(nothing), outcome: 'cancelled', withdrawn: true })
    },
    retry(key: string, by?: 'policy'): void {
      const job = this.job(key)
      const n = job.attempts.length + 1
      const last = job.attempts[0] as Attempt
      jobs.set(key, { ...job, attempts: [...job.attempts, { ...newAttempt(last, job.id, n), ...(by ? { by } : {}) }] })
    },
  }
}

/** A reference that is told apart by its name. */
export function ref(name: string): { readonly sha256: string; readonly bytes: number } {
  return { sha256: Buffer.from(name).toString('hex').padEnd(64, '0'), bytes: name.length }
}

export function shieldings(elements: readonly string[], sigma: readonly number[]): readonly Shielding[] {
  return elements.map((element, i) => ({ atom: i + 1, element, sigma_ppm: sigma[i] ?? 0 }))
}
