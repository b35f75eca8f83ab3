import { type Instant, type Json, jobId, label, type MachineName, type RemotePath, type RunId } from '../ids.ts'
import { unread } from '../programs/program.ts'
import type { Job, JobSpec, Outcome } from './job.ts'
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

/** A report that is adopted, as a run that has ended with one job: its files stay where they are. */
export function adoptedRun(report: ForeignReport, id: RunId): { readonly run: Run; readonly job: Job } {
  const { machine, name, dir, at, host, text, file, line, energy_hartree } = report
  const key = name
  const job = jobId(id, key)
  const input: Json = { files: [], main: '', args: [] }
  const resources = { ranks: 1, memory_mb: 0, seconds: 0 }
  const spec: JobSpec = { key, machine, program: 'command', input, resources }
  const outcome = outcomeOf(report)
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
      phase: {
        is: 'ended',
        outcome: outcome === 'completed' ? 'completed' : 'failed',
        reason: outcome === 'completed' ? null : `the job is ${outcome}`,
        at,
      },
      jobs: [job],
      tasks: {},
      progress: 1,
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
          phase: {
            is: 'parsed',
            ...{ dir, queue_id: null, submitted: null, started: null, ended: at },
            ...{ host, pid: null, pgid: null, boot_id: null, exit: null, signal: null },
            files: [],
            result: { ...unread.result, geometry: null, energy_hartree },
            reused: null,
          },
          outcome,
          category: outcome === 'completed' ? null : (report.category ?? 'crash-unknown'),
          reason: 'as its own report says, adopted by hand; its files are on the machine only',
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

/** What only stops, and what nobody can read, has not completed. */
function outcomeOf({ outcome }: ForeignReport): Outcome {
  return outcome === 'completed' || outcome === 'timeout' ? outcome : 'failed'
}
