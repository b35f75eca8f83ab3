import type { ContentRef, Instant, JobId, Json, Label, MachineName, QueueId, RemotePath, RunId } from '../ids.ts'
import type { JobWork } from '../progress/time-model.ts'

export interface Resources {
  /** Processes (MPI ranks), one core each. */
  readonly ranks: number
  /** Memory of the whole job in MB; what one rank may use is the program's to say. */
  readonly memory_mb: number
  /** Wall-clock limit in seconds. */
  readonly seconds: number
}

/** What a plan asks for: one calculation, named by chemistry. */
export interface JobSpec {
  /** Stable name inside its run, e.g. `c-3fa9b2/opt`. Planning the same key twice is a no-op. */
  readonly key: string
  readonly machine: MachineName
  readonly program: string
  /** The program's own parameters; files are named by content reference. */
  readonly input: Json
  readonly resources: Resources
  /** What its time goes with; absent where that cannot be told. */
  readonly work?: JobWork
}

/** One file of a job, in the run's readable folder and among the blobs. */
export interface FetchedFile extends ContentRef {
  /** Relative to the job's folder; never leaves it. */
  readonly name: string
}

/** What the program's output said, small enough for the state; geometries are blobs. */
export interface JobResult {
  readonly energy_hartree: number | null
  /** Whether what was asked for converged (SCF, geometry, response); null where the program does not say. */
  readonly converged: boolean | null
  readonly terminated_normally: boolean | null
  readonly version: string | null
  readonly scf_cycles: number | null
  readonly opt_cycles: number | null
  /** Hartree per bohr, of the last optimisation cycle. */
  readonly max_gradient: number | null
  readonly basis_functions: number | null
  /** The dielectric constant that the program really used. */
  readonly dielectric: number | null
  readonly shieldings: readonly Shielding[] | null
  /** The last geometry as XYZ text, in the atom order of the input. */
  readonly geometry: ContentRef | null
  /** The program's other figures (`Figures` of programs/program.ts, as JSON); absent in results that are older than them. */
  readonly figures?: ContentRef | null
  readonly wall_s: number | null
}

export interface Shielding {
  /** 1-based, in the atom order of the input. */
  readonly atom: number
  readonly element: string
  /** Isotropic shielding in ppm. */
  readonly sigma_ppm: number
}

/** What was seen, by whom, where: a verdict is a pure function of these. */
export interface Evidence {
  readonly source: 'output' | 'report' | 'scheduler' | 'user'
  readonly file: string | null
  /** 1-based. */
  readonly line: number | null
  readonly text: string
  /** What a scheduler's record says of the end, where its word has a meaning that is known. */
  readonly cause?: EndCause
}

/** Why a job ended, in the words that schedulers have in common. `cancelled`: by hand, whoever's. */
export type EndCause = 'out-of-memory' | 'time-limit' | 'node-lost' | 'preempted' | 'cancelled'

/** A scheduler's record of an end. */
export interface EndRecord {
  readonly exit: number | null
  /** Without SIG, e.g. TERM. */
  readonly signal: string | null
  /** Why, where its word says more than that it ended. */
  readonly cause: EndCause | null
  /** For evidence, in the scheduler's words. */
  readonly text: string
  /** No report can come any more. */
  readonly final?: boolean
}

export type Outcome = 'completed' | 'failed' | 'timeout' | 'cancelled' | 'lost'

/** What is not known, of a submission or of an end: since when, and what was seen. */
export interface Doubt {
  readonly since: Instant
  readonly text: string
}

/** Why a queued job does not start by itself. `held`: somebody must let it go. `never`: as it was submitted it cannot start. */
export interface Waiting {
  readonly is: 'held' | 'never'
  /** A clause for a person, with the scheduler's own word. */
  readonly text: string
}

interface Staged {
  readonly dir: RemotePath
}
interface Submitted extends Staged {
  /** Null when the job's own report came before the answer to its submission. */
  readonly queue_id: QueueId | null
  readonly submitted: Instant | null
}
/** Who runs it: pid, process group and boot tell a job from a stranger with the same number. */
export interface ProcessIdentity {
  readonly host: string | null
  readonly pid: number | null
  readonly pgid: number | null
  readonly boot_id: string | null
}
interface Running extends Submitted, ProcessIdentity {
  readonly started: Instant
}
interface Ended extends Submitted, ProcessIdentity {
  readonly started: Instant | null
  readonly ended: Instant
  readonly exit: number | null
  readonly signal: string | null
}
/** How what Larmor never submitted has ended: an output that was brought from elsewhere, or a foreign job. */
export const neverSubmitted = {
  queue_id: null,
  submitted: null,
  host: null,
  pid: null,
  pgid: null,
  boot_id: null,
  started: null,
  exit: null,
  signal: null,
} as const satisfies Omit<Ended, 'dir' | 'ended'>

interface Fetched extends Ended {
  readonly files: readonly FetchedFile[]
  /** Files that something was still writing, so that they are here as they were read, by no sum of the machine's, or not at all. */
  readonly unsettled?: readonly string[]
}
interface Parsed extends Fetched {
  readonly result: JobResult
  readonly reused: null
}
/** Nothing ran: the result was taken from an earlier calculation. */
interface Reused {
  /** When it was taken. */
  readonly ended: Instant
  readonly files: readonly []
  readonly result: JobResult
  /** Its name in `calculations/`. */
  readonly reused: string
}

/**
 * How far an attempt is. Each phase carries exactly what is known in it, so an impossible one cannot be written
 * down. Leaving the queue, ending and succeeding are three facts: the outcome stands beside the phase.
 */
export type Phase =
  | { readonly is: 'planned' }
  | ({ readonly is: 'staged' } & Staged)
  | ({ readonly is: 'submitting'; readonly since: Instant; readonly doubt: Doubt | null } & Staged)
  /** `waiting`: null where it merely waits for its turn. */
  | ({ readonly is: 'queued'; readonly waiting: Waiting | null } & Submitted)
  | ({ readonly is: 'running' } & Running)
  | ({ readonly is: 'ended' } & Ended)
  | ({ readonly is: 'fetched' } & Fetched)
  | ({ readonly is: 'parsed' } & (Parsed | Reused))

export type PhaseName = Phase['is']

/** One try at a job. History is never rewritten: resubmitting adds an attempt. */
export interface Attempt {
  readonly n: number
  readonly label: Label
  readonly phase: Phase
  readonly outcome: Outcome | null
  /** A category (shared/programs/categories.ts), or null. */
  readonly category: string | null
  /** One plain sentence for a person. */
  readonly reason: string | null
  /** It completed, and a witness says otherwise: what to check. */
  readonly warning: string | null
  readonly evidence: readonly Evidence[]
  readonly cancel_wished: Instant | null
  /** It has left its queue, and nothing tells how it ended; null: it was there again. What it means is told by doubtOf. */
  readonly gone?: Doubt | null
  /** It never began, though nobody cancelled it: the attempt after it is the same again. */
  readonly withdrawn?: true
  /** It was taken for lost before it was heard of again. */
  readonly was_lost?: true
  /** How it ended by the scheduler's word, which forgets it soon, while its own report has not come. */
  readonly recorded?: EndRecord | null
  /**
   * Since when its folder on the machine is to be removed, and whether it was. `kept`: it was not, since these files of
   * it were not fetched; a person may wish it again.
   */
  readonly clean?: { readonly wished: Instant; readonly done: boolean; readonly kept?: readonly string[] }
  /** Facts that came and could not be true of it, once each, the first twenty. */
  readonly ignored: readonly { readonly fact: string; readonly why: string }[]
  /** The remedy this attempt was made with; null for the first, `none` for a retry without one. */
  readonly fix: string | null
  /** The run made it by itself; absent: a person wanted it. */
  readonly by?: 'policy'
  readonly input: Json
  readonly resources: Resources
}

/** What nobody knows of an attempt for now: whether it was submitted, or whether and how it ended; null where that is known. */
export function doubtOf({ phase, outcome, gone }: Attempt): (Doubt & { readonly about: 'submitted' | 'ended' }) | null {
  if (outcome !== null) return null
  if (phase.is === 'submitting') return phase.doubt && { ...phase.doubt, about: 'submitted' }
  if (phase.is !== 'queued' && phase.is !== 'running') return null
  return gone ? { ...gone, about: 'ended' } : null
}

/** Whether it waits, and does not begin before somebody lets it go. */
export function isHeld(phase: Phase): boolean {
  return phase.is === 'queued' && phase.waiting?.is === 'held'
}

/**
 * Whether it takes one of the places of its machine (`max_jobs`): from before it is submitted until it ends. Not while it
 * is held in a queue of Larmor's own, where `holds`.
 */
export function takesPlace({ phase, outcome }: Attempt, holds: boolean): boolean {
  if (outcome !== null || (holds && isHeld(phase))) return false
  return phase.is === 'submitting' || phase.is === 'queued' || phase.is === 'running'
}

export interface Job {
  readonly id: JobId
  readonly run: RunId
  readonly key: string
  readonly machine: MachineName
  readonly program: string
  readonly work?: JobWork
  /** Oldest first, never empty; at most the last one is alive. */
  readonly attempts: readonly Attempt[]
}

/** Whether its output came from elsewhere: there is no input to run again. */
export function isImported(job: Job): boolean {
  return (job.attempts[0]?.input as { readonly kind?: Json } | null)?.kind === IMPORTED.kind
}

/** The input of a job of which only the output is known. */
export const IMPORTED = { kind: 'imported' } as const

/** The attempt that counts. */
export function lastAttempt(job: Job): Attempt {
  const attempt = job.attempts.at(-1)
  if (!attempt) throw new Error(`job ${job.id} has no attempt`)
  return attempt
}

/** What to check of a job that completed, as a clause: a witness contradicts it. Null where none does. */
export function contradictionOf(job: Job): string | null {
  return lastAttempt(job).warning?.replace(/^Check: /, '') ?? null
}

/** How often it was tried again; of what never began that is not said. */
export function timesTriedAgain({ attempts }: Job): number {
  return attempts.slice(0, -1).filter(({ withdrawn }) => !withdrawn).length
}

/** A job that was submitted by other means: it is known by its queue id, and tells nothing of itself. */
export function isAdopted({ input }: Pick<Attempt, 'input'>): boolean {
  return typeof input === 'object' && input !== null && 'adopted' in input && input.adopted === true
}

/** In a job's folder, where something stays behind: the files that are not fetched, by path, one a line. */
export const NOT_FETCHED = 'not-fetched.txt'

/** Its folder is on a machine, and everything that was to come home is here, verified by its sums; or it never began. */
export function isCleanable({ phase, outcome, clean, withdrawn }: Attempt): boolean {
  const isHome = (outcome !== null && phase.is === 'parsed' && phase.files.length > 0) || withdrawn === true
  return isHome && (clean === undefined || clean.kept !== undefined)
}

/** What the job's last attempt produced, if it completed. */
export function completedResult(job: Job | undefined): JobResult | null {
  if (!job) return null
  const { phase, outcome } = lastAttempt(job)
  return outcome === 'completed' && phase.is === 'parsed' ? phase.result : null
}
