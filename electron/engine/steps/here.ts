import type { ContentRef, Instant, Label, QueueId } from '../../../shared/ids.ts'
import type { AttemptRef, EventBody } from '../../../shared/model/events.ts'
import { type Attempt, type Job, lastAttempt, type Phase } from '../../../shared/model/job.ts'
import type { Machine } from '../../../shared/model/machine.ts'
import type { Program } from '../../../shared/programs/index.ts'
import type { Fault } from '../../../shared/result.ts'
import type { Scheduler } from '../../../shared/schedulers/index.ts'
import type { RemoteAgent } from '../machines/remote-agent.ts'
import type { Session } from '../machines/transports/index.ts'
import type { Blobs } from '../store/blobs.ts'
import type { Calculations } from '../store/calculations.ts'
import type { Queue } from './queue.ts'

/** What a step sees of a machine beside its jobs; versions are those that programs printed, by their executables. */
export interface Noticed extends Partial<Pick<Machine, 'silent' | 'others'>> {
  readonly versions?: Readonly<Record<string, string>>
}

/** Everything a step may touch: one machine, and the store's content. */
export interface Here {
  readonly machine: Machine
  readonly session: Session
  readonly agent: RemoteAgent
  readonly scheduler: Scheduler
  readonly blobs: Blobs
  readonly calculations: Calculations
  /** Text of resources/remote/job.sh. */
  readonly jobBody: string
  /** The readable folder of an attempt on this computer: runs/RUN/<job>/<attempt>. */
  folderOf(job: Job): string
  program(id: string): Program
  now(): Instant
  /** Any job of this machine, by the label of one of its attempts. */
  byLabel(label: string): Job | undefined
  /** Whether this job reports itself into the spool: by the machine's settings, if its run was not started without. */
  reportsItself(job: Job): boolean
  /** Whether the scheduler may be asked now: rarely, however many jobs. Asking is noted. */
  mayAskScheduler(): boolean
  /** Queue ids of all jobs here that may be in the queue. */
  queueIds(): readonly QueueId[]
  /** What the scheduler said in this turn, for all steps of it. */
  readonly asked: { queue: Queue | null }
  /** What was seen of the machine beside its jobs: it becomes a fact about the machine as it is then. */
  noticed(seen: Noticed): void
  /**
   * Milliseconds since this label was first seen absent from everywhere, or the folder of what has ended from its place; 0 at
   * the first time. Forgotten by a restart.
   */
  absentFor(what: Label | `folder of ${string}`): number
  present(what: Label | `folder of ${string}`): void
  /** The machine did not do what these jobs need of it: a person is told, and it is tried again. */
  refused(fault: Fault, jobs: readonly Job[]): void
  /** Whether its files were asked for so often in vain that those which something goes on writing are kept as they come. */
  takesAsRead(job: Job): boolean
  /** So many bytes of results came, whether they are kept or not. */
  received(bytes: number): void
  /** Names in the spool whose reports were read: removed from there once what they said is on disk. */
  spent(names: readonly string[]): void
}

/** A step takes every job of one machine that needs it and returns what happened; it is safe to run twice. */
export type StepFunction = (here: Here, jobs: readonly Job[]) => Promise<readonly EventBody[]>

export function refOf(job: Job): AttemptRef {
  const { n, label } = lastAttempt(job)
  return { job: job.id, attempt: n, label }
}

export function labelOf(job: Job): Label {
  return lastAttempt(job).label
}

/** The last attempt with its phase, when that is one of `names`. */
export function inPhase<Name extends Phase['is']>(
  job: Job,
  ...names: readonly Name[]
): (Attempt & { readonly phase: Extract<Phase, { readonly is: Name }> }) | null {
  const attempt = lastAttempt(job)
  return (names as readonly string[]).includes(attempt.phase.is) ? (attempt as never) : null
}

type PluralType = Extract<EventBody, { readonly jobs: readonly AttemptRef[] }>['type']
type ItemOf<Type extends PluralType> =
  Extract<EventBody, { readonly type: Type }> extends {
    readonly jobs: readonly (infer Item)[]
  }
    ? Item
    : never

/** One event per run, since each event belongs to one run; none for no items. */
export function perRun<Type extends PluralType>(
  type: Type,
  items: readonly { readonly job: Job; readonly item: ItemOf<Type> }[],
): readonly EventBody[] {
  return [...groupByRun(items)].map(
    ([run, of]) => ({ type, run, jobs: of.map(({ item }) => item) }) as unknown as EventBody,
  )
}

function groupByRun<T extends { readonly job: Job }>(items: readonly T[]): Map<Job['run'], T[]> {
  const runs = new Map<Job['run'], T[]>()
  for (const item of items) {
    const of = runs.get(item.job.run)
    if (of) of.push(item)
    else runs.set(item.job.run, [item])
  }
  return runs
}

/** Reads all contents that a program will ask for, as text. */
export async function loadContents(blobs: Blobs, refs: readonly ContentRef[]): Promise<(ref: ContentRef) => string> {
  const texts = new Map<string, string>()
  for (const ref of refs) texts.set(ref.sha256, (await blobs.read(ref)).toString('utf8'))
  return ref => {
    const text = texts.get(ref.sha256)
    if (text === undefined) throw new Error(`content ${ref.sha256} was not named`)
    return text
  }
}
