import type { Label, QueueId } from '../ids.ts'
import type { EndCause, EndRecord, Resources, Waiting } from '../model/job.ts'
import type { MachineSettings, Partition } from '../model/machine.ts'
import type { Result } from '../result.ts'
import type { ShLine } from '../sh.ts'

/** What a command printed, and how it exited; `exit` null when the line was cut and nobody knows. */
export interface Printed {
  readonly exit: number | null
  readonly out: string
  readonly err: string
}

/** A question to a command-line tool: what to type, and how to read the answer. Both halves are pure. */
export interface Ask<In, Out> {
  line(input: In & { readonly settings: MachineSettings }): ShLine
  read(printed: Printed): Result<Out>
}

/** `gone`: the scheduler answered and does not know it (any more), which is not yet `ended`. */
export type QueueStatus = 'queued' | 'held' | 'running' | 'gone' | 'unclear'

export interface QueueEntry {
  readonly queue_id: QueueId
  readonly label: Label
  readonly status: QueueStatus
  /** The scheduler's own word and reason, verbatim. */
  readonly text: string
  /** Where it runs or is to run, as the scheduler names it. */
  readonly partition: string | null
  /** Why it does not start by itself; null where it merely waits for its turn. */
  readonly waiting: Waiting | null
  /** How it ended, where the scheduler still knows. */
  readonly end: EndRecord | null
  /** It is certain that it never began, and never will. */
  readonly unbegun?: boolean
}

/** What a scheduler says of its queue. */
export interface QueueAnswer {
  readonly entries: readonly QueueEntry[]
  /** Where ids are those of a cluster (`number;name`): which were asked, and which of them told of their queue. */
  readonly clusters: { readonly asked: readonly string[]; readonly answered: readonly string[] } | null
  /**
   * The site keeps accounts, which did not answer, or are behind: they have not got all that there is to tell. Of what its
   * queue has forgotten, and they do not know, nothing is known for now.
   */
  readonly accounts?: 'silent' | 'behind'
}

/** What a scheduler says of itself. */
export interface Survey {
  readonly version: string | null
  readonly partitions: readonly Partition[]
}

/** A queueing system, as a value without state or I/O. The engine runs the lines; the window previews the script. */
export interface Scheduler {
  readonly id: string
  readonly label: string
  /** The directives at the head of the batch script, e.g. #SBATCH lines. */
  header(job: {
    readonly label: Label
    readonly resources: Resources
    readonly settings: MachineSettings
  }): readonly string[]
  /** The sh expression by which the running script knows its own queue id, e.g. $SLURM_JOB_ID. */
  ownId(settings: MachineSettings): string
  /** Seconds after which the job script itself says that its time is up; null where the scheduler warns it. */
  warnAfter(resources: Resources): number | null
  /** Whether it may take a job that runs back into the queue, by its own will: its script is then ended by TERM. */
  readonly requeues: boolean
  /** Whether a job that was begun to be submitted, and is absent after the grace period, certainly never ran. */
  readonly absenceProves: boolean
  /**
   * Submits `job.sh` of the present folder under its label: staged as `submit.sh` and run there once, under the
   * submit lock (resources/remote/agent/submission.sh). Its standard output is kept on the machine as the id file.
   */
  readonly submit: {
    line(job: { readonly label: Label; readonly resources: Resources; readonly settings: MachineSettings }): ShLine
    read(printed: Printed, settings: MachineSettings): Result<QueueId>
  }
  /**
   * All jobs of the user on the machine in one question, and how those of `ids` ended that have left its queue. What is
   * absent from the answer is `gone`, unless its cluster did not answer.
   */
  readonly list: Ask<{ readonly ids: readonly QueueId[] }, QueueAnswer>
  /**
   * The file of the job's folder into which the scheduler itself writes when it ends a job, and what such a line says of
   * the end; null for a line of anybody else.
   */
  readonly log?: { readonly file: string; cause(line: string): EndCause | null }
  /** The file of a job's folder into which goes what it prints, where its owner did not name another. */
  outputOf?(id: QueueId): string
  /** Ends the jobs and all their processes; the ids of which it is proven that nothing is alive any more. */
  readonly cancel: Ask<{ readonly ids: readonly QueueId[] }, readonly QueueId[]>
  /**
   * Keeps jobs that wait from beginning, or lets them go again; the ids of those that are held now, or let go. Only of a
   * queue that is Larmor's own: in another one a job that goes on waiting loses nothing.
   */
  readonly hold?: Ask<{ readonly ids: readonly QueueId[]; readonly held: boolean }, readonly QueueId[]>
  /** Takes jobs that wait out of such a queue for good, where they have not begun: the labels of those that never will. */
  readonly withdraw?: Ask<
    { readonly jobs: readonly { readonly label: Label; readonly queue_id: QueueId }[] },
    readonly Label[]
  >
  /** What there is, for `machines test`; a scheduler without partitions has none. */
  readonly survey?: Ask<object, Survey>
}
