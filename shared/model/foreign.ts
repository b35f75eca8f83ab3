import { type Instant, type Json, jobId, label, type MachineName, type RemotePath, type RunId } from '../ids.ts'
import { type Attempt, isAdopted, type Job, type JobSpec, neverSubmitted, type Outcome } from './job.ts'
import type { Run } from './run.ts'

/**
 * What `larmor-report` said of a job that Larmor did not submit, in its words. It is listed, and nothing follows from it
 * until a person adopts it: whoever can write into a spool can write this.
 */
export interface ForeignReport {
  readonly machine: MachineName
  /** LARMOR_JOB of its script. */
  readonly name: string
  readonly outcome: 'completed' | 'failed' | 'timeout' | 'incomplete' | 'unknown'
  readonly category: string | null
  readonly program: string | null
  /** The output, in `dir` on the machine, with the line that it was read from. */
  readonly file: string | null
  readonly line: number | null
  readonly text: string
  readonly energy_hartree: number | null
  readonly dir: RemotePath
  readonly host: string | null
  readonly queue_id: string | null
  readonly at: Instant
  /** The run that a person made of it. */
  readonly adopted: RunId | null
}

/** The key of a report among those of the state. */
export function foreignKey({ machine, name }: Pick<ForeignReport, 'machine' | 'name'>): string {
  return `${machine}/${name}`
}

/**
 * A report that is adopted, as a run with one job that has ended and is to be fetched: its folder is linked, and what
 * lies in it is copied. What the report says of the end counts where no output says it (verdict.ts).
 */
export function adoptedRun(report: ForeignReport, id: RunId): { readonly run: Run; readonly job: Job } {
  const { machine, name, dir, at, host, text, file, line } = report
  const key = name
  const job = jobId(id, key)
  const outcome = outcomeOf(report)
  const category = outcome === 'completed' ? null : (report.category ?? 'crash-unknown')
  const { program } = report
  const input: Json = { adopted: true, queue_id: report.queue_id, name, report: { outcome, category, program, file } }
  const resources = { ranks: 1, memory_mb: 0, seconds: 0 }
  const spec: JobSpec = { key, machine, program: 'command', input, resources }
  return {
    run: {
      id,
      name,
      workflow: 'single',
      workflow_version: 1,
      params: { jobs: [spec] } as unknown as Json,
      machine,
      started: at,
      updated: at,
      phase: { is: 'open', hold: null },
      jobs: [job],
      tasks: {},
      progress: 0,
      plan_version: 1,
    },
    job: {
      id: job,
      run: id,
      ...spec,
      attempts: [
        {
          n: 1,
          label: label(job, 1),
          phase: { is: 'ended', ...neverSubmitted, dir, host, ended: at },
          outcome: null,
          category: null,
          reason: null,
          warning: null,
          evidence: [{ source: 'report', file, line, text: `${report.outcome}: ${text}` }],
          cancel_wished: null,
          ignored: [],
          fix: null,
          input,
          resources,
        },
      ],
    },
  }
}

/** What `larmor-report` said of an attempt that was adopted by its report; null of any other. */
export function reportOf({ input }: Pick<Attempt, 'input'>): {
  readonly outcome: Outcome
  readonly category: string | null
  /** What wrote the file; its output has any name. */
  readonly program: string | null
  readonly file: string | null
} | null {
  const { report } = (input ?? {}) as { readonly report?: ReturnType<typeof reportOf> }
  return isAdopted({ input }) && report ? report : null
}

/** What only stops, and what nobody can read, has not completed. */
function outcomeOf({ outcome }: ForeignReport): Outcome {
  return outcome === 'completed' || outcome === 'timeout' ? outcome : 'failed'
}
