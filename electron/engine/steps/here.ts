import type { ContentRef, Instant, Label, QueueId } from '../../../shared/ids.ts'
import type { AttemptRef, EventBody } from '../../../shared/model/events.ts'
import {
  type Attempt,
  type EndRecord,
  isAdopted,
  type Job,
  lastAttempt,
  type Phase,
} from '../../../shared/model/job.ts'
import type { Machine, OtherJob } from '../../../shared/model/machine.ts'
import type { Program } from '../../../shared/programs/index.ts'
import type { QueueAnswer, QueueEntry, Scheduler } from '../../../shared/schedulers/index.ts'
import type { RemoteAgent } from '../machines/remote-agent.ts'
import type { Session } from '../machines/transports/index.ts'
import type { Blobs } from '../store/blobs.ts'
import type { Calculations } from '../store/calculations.ts'

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
  /** What was seen of the machine beside its jobs. */
  noticed(seen: Pick<Machine, 'silent'> & Partial<Pick<Machine, 'others'>>): void
  /**
   * Milliseconds since this label was first seen absent from everywhere, or the folder of what has ended from its place; 0 at
   * the first time. Forgotten by a restart.
   */
  absentFor(what: Label | `folder of ${string}`): number
  present(what: Label | `folder of ${string}`): void
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

/** The queue at a moment: what was submitted later is not in it. */
export interface Queue extends QueueAnswer {
  readonly at: Instant
}

/** Whether the queue tells of a job also by its absence: where its cluster did not answer it may stand there unseen. */
export function covers(queue: Queue, job: Job): boolean {
  const { phase } = lastAttempt(job)
  const id = 'queue_id' in phase ? phase.queue_id : null
  // Without the accounts nobody knows which clusters there are.
  if (id === null) return silentOf(queue).length === 0 && !(queue.clusters && queue.accounts === 'silent')
  const [, cluster] = id.split(';')
  if (queue.clusters === null || cluster === undefined) return queue.clusters === null && cluster === undefined
  return queue.clusters.answered.includes(cluster)
}

/** Whether what the queue does not tell of a job may still come by the accounts, which are silent or behind. */
export function mayBeInAccounts(queue: Queue | null, job: Job): boolean {
  return queue?.accounts !== undefined && entryOf(queue, job) === undefined && endOf(queue, job) === null
}

function silentOf({ clusters }: QueueAnswer): readonly string[] {
  return clusters === null ? [] : clusters.asked.filter(name => !clusters.answered.includes(name))
}

/** What the queue says of a job: by its id where that is known, else by its name; of several what is not gone. */
export function entryOf({ entries }: Queue, job: Job): QueueEntry | undefined {
  const { label, phase } = lastAttempt(job)
  const id = 'queue_id' in phase ? phase.queue_id : null
  if (isAdopted(lastAttempt(job))) return entries.find(({ queue_id }) => queue_id === id)
  const named = entries.filter(entry => entry.label === label)
  return named.find(({ queue_id }) => queue_id === id) ?? named.find(({ status }) => status !== 'gone') ?? named[0]
}

/** The scheduler's record of a job's end, now or when it was seen first. */
export function endOf(queue: Queue | null, job: Job): EndRecord | null {
  const entry = queue ? entryOf(queue, job) : undefined
  return entry ? entry.end : (lastAttempt(job).recorded ?? null)
}

/**
 * The scheduler's queue, asked at most once in a turn and only when it may be; null where it may not, or did not
 * answer: then nothing follows, and a person can see since when.
 */
export async function askQueue(here: Here): Promise<Queue | null> {
  if (here.asked.queue) return here.asked.queue
  if (!here.mayAskScheduler()) return null
  const { scheduler, machine, agent } = here
  const { settings } = machine
  const at = here.now()
  const listed = scheduler.list.read(await agent.run(scheduler.list.line({ settings, ids: here.queueIds() })))
  if (!listed.ok) {
    const { message, detail } = listed.fault
    const text = [message, detail?.trim().slice(0, 300)].filter(Boolean).join(' ')
    here.noticed({ silent: { since: machine.silent?.since ?? at, text: `${text} ${again(settings.poll_s)}` } })
    return null
  }
  const { entries } = listed.value
  const text = silenceIn(listed.value, scheduler.label)
  here.noticed({
    silent: text === null ? null : { since: machine.silent?.since ?? at, text: `${text} ${again(settings.poll_s)}` },
    others: othersIn(here, entries),
  })
  const queue = { at, ...listed.value }
  here.asked.queue = queue
  return queue
}

/** What did not answer while the scheduler did, in sentences; null where all of it answered. */
function silenceIn(answer: QueueAnswer, label: string): string | null {
  const silent = silentOf(answer)
  const sentences = [
    ...(answer.accounts
      ? [
          `The accounts of ${label} ${answer.accounts === 'silent' ? 'do not answer' : 'have not been told all yet'}: how a job ended that its queue has forgotten is known by its own report alone until they ${answer.accounts === 'silent' ? 'do' : 'have'}.`,
        ]
      : []),
    ...(silent.length > 0 ? [`Of its clusters did not answer: ${silent.join(', ')}.`] : []),
  ]
  return sentences.join(' ') || null
}

/** What is done about a silence, and what a person can do. */
function again(poll_s: number): string {
  return `Nothing follows from it; it is asked again every ${poll_s} s. If it lasts, those who run the machine may know why.`
}

const MOST_OTHERS = 500

function othersIn(here: Here, entries: readonly QueueEntry[]): readonly OtherJob[] {
  const own = new Set(here.queueIds())
  return entries
    .flatMap(({ queue_id, label: name, status, text, partition }): OtherJob[] =>
      status === 'gone' || own.has(queue_id) || here.byLabel(name) ? [] : [{ queue_id, name, status, text, partition }],
    )
    .slice(0, MOST_OTHERS)
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
