import type { JobId, Json, MachineName, QueueId, RemotePath, RunId } from '../ids.ts'
import type { AtomGroups } from '../nmr/atom-classes.ts'
import type { Experiment } from '../nmr/experiment.ts'
import type { GivenFile } from '../programs/index.ts'
import type { ImportedOutput } from './events.ts'
import type { Machine } from './machine.ts'

/** Wishes, in the imperative. The sender makes the ids, so sending twice is harmless. */
export type Command =
  | {
      readonly type: 'run.start'
      readonly run: RunId
      readonly name: string
      readonly workflow: string
      /** What the workflow's `resolve` returned. */
      readonly params: Json
      readonly machine: MachineName
      /** At most so many new attempts of each failed job by themselves; none without it. */
      readonly auto_resubmit?: number
      /** Its jobs do not report themselves into the spool, whatever the machine's settings say. */
      readonly no_report?: boolean
      /** A hash of what a person typed: the same words ask for the same, whatever defaults have become meanwhile. */
      readonly asked?: string
    }
  /** Finished outputs of a folder of this computer; those that are known already are left out. */
  | {
      readonly type: 'run.import'
      readonly run: RunId
      readonly name: string
      readonly outputs: readonly (ImportedOutput & { readonly key: string; readonly program: string })[]
    }
  | { readonly type: 'run.pause'; readonly run: RunId }
  | { readonly type: 'run.resume'; readonly run: RunId }
  | { readonly type: 'run.stop'; readonly run: RunId }
  | { readonly type: 'run.cancel'; readonly run: RunId }
  | { readonly type: 'jobs.cancel'; readonly jobs: readonly JobId[] }
  | {
      readonly type: 'jobs.resubmit'
      readonly jobs: readonly JobId[]
      /** The id of a remedy; `none`: unchanged; null or `auto`: the likeliest remedy of each job. */
      readonly fix: string | null
      /** By job, the attempt that the person saw: one with a newer attempt gets no other. */
      readonly seen?: Readonly<Record<JobId, number>>
    }
  /** A new attempt of a job that ended without success, from files that a person has edited: all that is sent. */
  | {
      readonly type: 'job.edit'
      readonly job: JobId
      readonly files: readonly GivenFile[]
      /** The attempt that the person saw: a job with a newer one gets no other. */
      readonly seen: number
    }
  /** Which atoms of its molecule one signal stands for; null: as the symmetry has it. Atoms left out stay as they are. */
  | { readonly type: 'classes.set'; readonly run: RunId; readonly classes: AtomGroups | null }
  /** Measured shifts beside the calculated ones; null: none. */
  | { readonly type: 'experiment.set'; readonly run: RunId; readonly experiment: Experiment | null }
  /** Makes a run of a foreign report. The sender makes the run's id. */
  | { readonly type: 'report.adopt'; readonly machine: MachineName; readonly name: string; readonly run: RunId }
  /** Removes the folders on the machine of all their attempts that were fetched and verified. */
  | { readonly type: 'jobs.clean'; readonly jobs: readonly JobId[] }
  /** Looks after a job of the machine's queue that was submitted by other means, as a run of its own. */
  | {
      readonly type: 'job.adopt'
      readonly run: RunId
      readonly machine: MachineName
      readonly queue_id: QueueId
      /** The folder on the machine in which it computes. */
      readonly dir: RemotePath
    }
  | { readonly type: 'machine.set'; readonly machine: Machine }
  | { readonly type: 'machine.remove'; readonly machine: MachineName }
  /** Log in now, asking whoever listens to `questions`; the reply comes when the machine is reached, or says why not. */
  | { readonly type: 'machine.connect'; readonly machine: MachineName }
  /** The same, and looks what is there: scheduler, partitions, work folder, programs, clock, login shell. */
  | { readonly type: 'machine.test'; readonly machine: MachineName }
