import type { Instant, Label } from '../../../shared/ids.ts'
import { type EndRecord, isAdopted, type Job, lastAttempt } from '../../../shared/model/job.ts'
import type { OtherJob } from '../../../shared/model/machine.ts'
import type { QueueAnswer, QueueEntry } from '../../../shared/schedulers/index.ts'
import type { Here } from './here.ts'

/** The queue at a moment: what was submitted later is not in it. */
export interface Queue extends QueueAnswer {
  readonly at: Instant
  /** Its entries by the names of their jobs: thousands of jobs are looked up in it. */
  readonly byLabel: ReadonlyMap<Label, readonly QueueEntry[]>
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
export function entryOf({ entries, byLabel }: Queue, job: Job): QueueEntry | undefined {
  const { label, phase } = lastAttempt(job)
  const id = 'queue_id' in phase ? phase.queue_id : null
  if (isAdopted(lastAttempt(job))) return entries.find(({ queue_id }) => queue_id === id)
  const named = byLabel.get(label) ?? []
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
  const queue: Queue = { at, ...listed.value, byLabel: groupedByLabel(entries) }
  here.asked.queue = queue
  return queue
}

function groupedByLabel(entries: readonly QueueEntry[]): ReadonlyMap<Label, readonly QueueEntry[]> {
  const groups = new Map<Label, QueueEntry[]>()
  for (const entry of entries) {
    const group = groups.get(entry.label)
    if (group) group.push(entry)
    else groups.set(entry.label, [entry])
  }
  return groups
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
