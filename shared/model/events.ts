import type { Instant, JobId, Json, Label, MachineName, QueueId, RemotePath, RunId } from '../ids.ts'
import type { AtomGroups } from '../nmr/atom-classes.ts'
import type { Experiment } from '../nmr/experiment.ts'
import type { ForeignReport } from './foreign.ts'
import type {
  EndRecord,
  Evidence,
  FetchedFile,
  Job,
  JobResult,
  JobSpec,
  Outcome,
  ProcessIdentity,
  Resources,
  Waiting,
} from './job.ts'
import type { Machine } from './machine.ts'
import type { Run, RunOutcome } from './run.ts'
import type { TaskSpec } from './task.ts'
import type { Expected } from './times.ts'

/** Which attempt a fact is about. A fact of an old attempt changes nothing. */
export interface AttemptRef {
  readonly job: JobId
  readonly attempt: number
  readonly label: Label
}

type OfJobs<Type extends string, Item = unknown> = {
  readonly type: Type
  readonly run: RunId
  readonly jobs: readonly (AttemptRef & Item)[]
}
type OfJob<Type extends string, Item = unknown> = { readonly type: Type; readonly run: RunId } & AttemptRef & Item
type OfRun<Type extends string, Item = unknown> = { readonly type: Type; readonly run: RunId } & Item

/** Facts about attempts, each reported on its own; the phase table in attempt.ts says where each may happen. */
export type AttemptFact =
  | OfJobs<'jobs.staged', { readonly dir: RemotePath }>
  | OfJob<'submit.intended'>
  | OfJob<'submit.doubted', { readonly text: string }>
  /** A job that was submitted by other means is looked after from now on; it computes in this folder. */
  | OfJobs<'jobs.adopted', { readonly dir: RemotePath; readonly queue_id: QueueId }>
  | OfJobs<'jobs.submitted', { readonly queue_id: QueueId }>
  /** The scheduler says why it does not start, or (null) that it merely waits for its turn again. */
  | OfJobs<'jobs.waiting', { readonly waiting: Waiting | null }>
  /** What the scheduler recorded of its end, or (null) it was taken back into the queue: no end yet, as a report may come. */
  | OfJobs<'jobs.recorded', { readonly record: EndRecord | null }>
  /** It has left its queue, and nothing tells how it ended: in words what is waited for, or null: it is there again. */
  | OfJobs<'jobs.gone', { readonly text: string | null }>
  | OfJobs<'jobs.running', { readonly started: Instant } & ProcessIdentity>
  | OfJobs<
      'jobs.ended',
      {
        readonly started: Instant | null
        readonly ended: Instant
        readonly exit: number | null
        readonly signal: string | null
        readonly evidence: readonly Evidence[]
      } & ProcessIdentity
    >
  | OfJobs<'jobs.fetched', { readonly files: readonly FetchedFile[]; readonly unsettled?: readonly string[] }>
  | OfJobs<
      'jobs.parsed',
      {
        readonly result: JobResult
        readonly outcome: Outcome
        readonly category: string | null
        readonly reason: string | null
        readonly warning?: string | null
        readonly evidence: readonly Evidence[]
      }
    >
  /** It could not be staged, or the scheduler refused it: nothing runs. */
  | OfJobs<'jobs.refused', { readonly category: string | null; readonly reason: string }>
  | OfJobs<'jobs.lost', { readonly reason: string; readonly evidence: readonly Evidence[] }>
  | OfJob<'cancel.wished'>
  | OfJobs<'jobs.cancelled', { readonly reason: string; readonly evidence: readonly Evidence[] }>
  /** It is out of a queue of Larmor's own, and never begins: its run was stopped, or the computer restarted. */
  | OfJobs<'jobs.withdrawn', { readonly reason: string }>
  | OfJob<'calculation.reused', { readonly calculation: string; readonly from: Label; readonly result: JobResult }>

/** What a finished output from elsewhere says, and the content under which it is kept. */
export interface ImportedOutput {
  /** The folder on this computer in which it was found. */
  readonly dir: RemotePath
  /** When it last grew. */
  readonly ended: Instant
  /** The output first. */
  readonly files: readonly FetchedFile[]
  readonly result: JobResult
  readonly outcome: Outcome
  readonly category: string | null
  readonly reason: string | null
  readonly evidence: readonly Evidence[]
}

/** Facts, in the past tense. Plural where it can be: an ensemble of 500 is one event, one flush, one repaint. */
export type EventBody =
  | OfRun<
      'run.started',
      {
        readonly name: string
        readonly workflow: string
        readonly workflow_version: number
        readonly params: Json
        readonly machine: MachineName
        readonly auto_resubmit?: number
        readonly no_report?: boolean
        readonly asked?: string
        /** What its jobs will take, by what was remembered of the machine; absent: nothing was. */
        readonly expected?: Expected
      }
    >
  /** `reason` and the mark of Plan.pause where the run's own rule paused it; without them a person did. */
  | OfRun<'run.paused', { readonly reason?: string; readonly mark?: number }>
  | OfRun<'run.resumed'>
  | OfRun<'run.stopping'>
  | OfRun<'run.cancelling'>
  | OfRun<'run.reopened'>
  | OfRun<'run.ended', { readonly outcome: RunOutcome; readonly reason: string | null }>
  | OfRun<'run.archived'>
  /** An archived run was wanted again: it comes back as it was. */
  | OfRun<'run.restored', { readonly restored: Run; readonly jobs: readonly Job[] }>
  | OfRun<'run.progressed', { readonly progress: number; readonly plan_version: number }>
  /** A person grouped the atoms of its molecule otherwise, or (null) as the symmetry has them again. */
  | OfRun<'classes.changed', { readonly classes: AtomGroups | null }>
  /** A person gave measured shifts, or (null) took them away. */
  | OfRun<'experiment.changed', { readonly experiment: Experiment | null }>
  | OfRun<'jobs.planned', { readonly jobs: readonly (AttemptRef & JobSpec)[] }>
  /** Outputs of jobs that Larmor did not run: each with its verdict, as it was read where it lies. */
  | OfRun<'jobs.imported', { readonly jobs: readonly (AttemptRef & JobSpec & ImportedOutput)[] }>
  | OfRun<'tasks.planned', { readonly tasks: readonly TaskSpec[] }>
  | OfRun<'task.done', { readonly task: string; readonly result: Json }>
  | OfRun<'task.failed', { readonly task: string; readonly reason: string }>
  | OfJob<
      'attempt.added',
      {
        readonly fix: string | null
        readonly input: Json
        readonly resources: Resources
        /** The run made it by itself; absent: a person wanted it. */
        readonly by?: 'policy'
      }
    >
  | AttemptFact
  /** Folders on the machine are to be removed, of these attempts; and they are gone, or stay for what is `kept` in them. */
  | OfJobs<'clean.wished'>
  | OfJobs<'jobs.cleaned', { readonly kept?: readonly string[] }>
  /** A fact that the model forbids where the attempt is: kept, and without effect. */
  | OfJob<'fact.ignored', { readonly fact: AttemptFact['type']; readonly why: string }>
  | { readonly type: 'report.received'; readonly report: ForeignReport }
  /** A person made a run of it (run.restored brings that). */
  | { readonly type: 'report.adopted'; readonly machine: MachineName; readonly name: string; readonly run: RunId }
  | { readonly type: 'machine.changed'; readonly machine: Machine }
  | { readonly type: 'machine.removed'; readonly machine: MachineName }

/** An EventBody that has happened: numbered from 1 without gaps, by the journal and nobody else. */
export type Event = EventBody & {
  readonly seq: number
  readonly at: Instant
  /** Version of the event's shape; older ones are brought up to date on reading (upcast.ts). */
  readonly v: number
}
