import type { Instant, JobId, Label, MachineName, QueueId, RemotePath, RunId } from '../ids.ts'
import {
  type Attempt,
  doubtOf,
  type Evidence,
  type Job,
  type JobResult,
  lastAttempt,
  type Outcome,
  type PhaseName,
} from '../model/job.ts'
import type { EditPlace } from '../programs/index.ts'
import type { ChangeDiff } from './change-diff.ts'

/** What `larmor show JOB --json` prints. */
export interface JobDocument {
  readonly job: JobId
  readonly run: RunId
  readonly key: string
  readonly machine: MachineName
  readonly program: string
  readonly attempts: readonly AttemptDocument[]
  readonly outcome: Outcome | null
  readonly category: string | null
  readonly reason: string | null
  /** It completed, and a witness says otherwise: what to check. */
  readonly warning: string | null
  readonly evidence: readonly Evidence[]
  /** What may help, the likeliest first (shared/remedies); none where only an edit of the input does. */
  readonly remedies: readonly ShownRemedy[]
  /** Where to edit the input, if only that helps: lines of the files as they were sent (edit-places.ts). */
  readonly edit: readonly EditPlace[]
  /** Empty until its output was read. */
  readonly metrics: JobResult | Record<string, never>
}

export interface ShownRemedy {
  /** For `resubmit --fix ID`. */
  readonly id: string
  readonly title: string
  readonly tried: boolean
  /** Null where the files that it is told from are not here. */
  readonly diff: ChangeDiff | null
}

export interface AttemptDocument {
  readonly attempt: number
  readonly label: Label
  readonly queue_id: QueueId | null
  readonly phase: PhaseName
  readonly outcome: Outcome | null
  readonly dir: RemotePath | null
  /** Its folder on the machine was removed, after what it held was fetched. */
  readonly cleaned: boolean
  /** It was to be removed, and stays for these files of it, which were not fetched. */
  readonly kept: readonly string[]
  readonly submitted: Instant | null
  readonly started: Instant | null
  readonly ended: Instant | null
  readonly exit: number | null
  readonly signal: string | null
  readonly pid: number | null
  readonly pgid: number | null
  readonly boot_id: string | null
  /** Why it is not known whether the submission arrived; null when there is no doubt. */
  readonly doubt: string | null
  /** Why a queued job does not start by itself, or a planned one is not sent; null where it merely waits for its turn. */
  readonly waiting: string | null
  readonly reused: string | null
  readonly fix: string | null
  /** The run made it by itself. */
  readonly by: 'policy' | null
  readonly ignored: Attempt['ignored']
}

/**
 * `remedies` and `edit` are shown by who can read the files that they are about (change-diff.ts, edit-places.ts), `waits`
 * by who sees the other jobs (waitsForTheSame).
 */
export function showJob(
  job: Job,
  {
    remedies = [],
    edit = [],
    waits = null,
  }: Partial<Pick<JobDocument, 'remedies' | 'edit'>> & { readonly waits?: string | null } = {},
): JobDocument {
  const { n, outcome, category, reason, warning, evidence, phase } = lastAttempt(job)
  return {
    job: job.id,
    run: job.run,
    key: job.key,
    machine: job.machine,
    program: job.program,
    attempts: job.attempts.map(attempt => showAttempt(attempt, attempt.n === n ? waits : null)),
    outcome,
    category,
    reason,
    warning,
    evidence,
    remedies,
    edit,
    metrics: phase.is === 'parsed' ? phase.result : {},
  }
}

const nothing = {
  queue_id: null,
  dir: null,
  submitted: null,
  started: null,
  ended: null,
  exit: null,
  signal: null,
  pid: null,
  pgid: null,
  boot_id: null,
}

function showAttempt(attempt: Attempt, waits: string | null): AttemptDocument {
  const { n, label, phase, outcome, clean, fix, by, ignored } = attempt
  const { is, ...known } = { ...nothing, ...phase }
  return {
    attempt: n,
    label,
    phase: is,
    outcome,
    queue_id: known.queue_id,
    dir: known.dir || null,
    cleaned: clean?.done ?? false,
    kept: clean?.kept ?? [],
    submitted: known.submitted,
    started: known.started,
    ended: known.ended,
    exit: known.exit,
    signal: known.signal,
    pid: known.pid,
    pgid: known.pgid,
    boot_id: known.boot_id,
    doubt: doubtOf(attempt)?.text ?? null,
    waiting: phase.is === 'queued' ? (phase.waiting?.text ?? null) : waits,
    reused: phase.is === 'parsed' ? phase.reused : null,
    fix,
    by: by ?? null,
    ignored,
  }
}
