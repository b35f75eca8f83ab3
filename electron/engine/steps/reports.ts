import type { Label, QueueId } from '../../../shared/ids.ts'
import type { AttemptRef, EventBody } from '../../../shared/model/events.ts'
import type { ForeignReport } from '../../../shared/model/foreign.ts'
import type { Attempt, Evidence, Job } from '../../../shared/model/job.ts'
import { foreignReport } from './foreign-reports.ts'
import { type Here, perRun } from './here.ts'
import { endOf, type Queue } from './queue.ts'

/** What a job script says of itself (resources/remote/job.sh), as far as it can be understood. */
export interface Report {
  readonly label: Label
  readonly event: 'began' | 'ended' | 'duplicate'
  readonly values: Readonly<Record<string, string>>
}

export interface Look {
  /** The names in the spool. */
  readonly spooled: readonly string[]
  readonly reports: readonly Report[]
  /** Of jobs that Larmor did not submit. They stay in the spool until they are told. */
  readonly foreign: readonly ForeignReport[]
  /** What each asked label's folder holds, e.g. "submit.lock run.lock". */
  readonly folders: ReadonlyMap<string, string>
}

/** The ending of a foreign report's name in the spool. */
export const FOREIGN = '.foreign'

/** All reports of the spool, and those in the folders of `labels`: one question. */
export async function readReports(here: Here, labels: readonly Label[]): Promise<Look> {
  const answers = await here.agent.look(labels)
  const spooled = answers.flatMap(({ word, fields: [name] }) => (word === 'spooled' && name ? [name] : []))
  here.spent(spooled.filter(name => !name.endsWith(FOREIGN)))
  const reports = answers.flatMap(({ word, fields: [label, event], text }): Report[] => {
    if (word !== 'report' || !label || !isEvent(event) || !text.startsWith('larmor-report 1\n')) return []
    const values = valuesOf(text)
    return values.label === label && values.event === event ? [{ label: label as Label, event, values }] : []
  })
  const foreign = answers.flatMap(({ word, fields: [name, event], text }) => {
    if (word !== 'report' || event !== 'foreign' || !name || !text.startsWith('larmor-report 1\n')) return []
    // Of a job of Larmor's own its folder tells, not the spool.
    if (here.byLabel(name)) return []
    return foreignReport(here.machine.name, name, valuesOf(text), here.now())
  })
  return {
    spooled,
    reports,
    foreign,
    folders: new Map(
      answers.flatMap(({ word, fields: [label = '', what = ''] }) => (word === 'folder' ? [[label, what]] : [])),
    ),
  }
}

function valuesOf(text: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = Object.create(null)
  for (const line of text.split('\n').slice(1)) {
    const cut = line.indexOf('=')
    if (cut > 0) values[line.slice(0, cut)] = line.slice(cut + 1)
  }
  return values
}

function isEvent(text: string | undefined): text is Report['event'] {
  return text === 'began' || text === 'ended' || text === 'duplicate'
}

/** The facts in reports, an end with what the queue says of it. One whose queue id is not that of the attempt is kept as ignored: it is of something else. */
export function facts(here: Here, reports: readonly Report[], queue: Queue | null): readonly EventBody[] {
  return reports.flatMap(report => {
    const job = here.byLabel(report.label)
    if (!job) return []
    const attempt = job.attempts.find(({ label }) => label === report.label)
    if (!attempt) return []
    const subject: Subject = { job, attempt, ref: { job: job.id, attempt: attempt.n, label: attempt.label } }
    const known = 'queue_id' in attempt.phase ? attempt.phase.queue_id : null
    const claimed = report.values.queue_id ?? ''
    if (report.event === 'duplicate') return ignored(subject, 'jobs.running', heldBack(claimed))
    if (known !== null && claimed !== known && !isHeldBack(attempt, known, reports)) {
      return ignored(
        subject,
        report.event === 'began' ? 'jobs.running' : 'jobs.ended',
        `a report of ${claimed || 'nobody'}, not of ${known}`,
      )
    }
    return [...ownId(here, subject, claimed), ...factIn(here, subject, report, queue)]
  })
}

/** The attempt that a report is of, which need not be the job's last. */
interface Subject {
  readonly job: Job
  readonly attempt: Attempt
  readonly ref: AttemptRef
}

function heldBack(queueId: string): string {
  return `a second submission (${queueId}) was held back by run.lock`
}

/** The submission that is known is the one that must not run: whoever holds run.lock tells how the job does. */
function isHeldBack({ label, ignored }: Attempt, queueId: string, reports: readonly Report[]): boolean {
  const why = heldBack(queueId)
  return (
    ignored.some(known => known.why === why) ||
    reports.some(({ event, label: of, values }) => event === 'duplicate' && of === label && values.queue_id === queueId)
  )
}

/** A report that comes before the answer to the submission tells the queue id: without it nothing could be cancelled. */
function ownId(here: Here, { job, attempt: { phase }, ref }: Subject, claimed: string): readonly EventBody[] {
  const unknown = phase.is === 'submitting' || ('queue_id' in phase && phase.queue_id === null)
  if (!unknown || claimed === '') return []
  here.present(ref.label)
  return perRun('jobs.submitted', [{ job, item: { ...ref, queue_id: claimed as QueueId } }])
}

function ignored(
  { job, attempt, ref }: Subject,
  fact: 'jobs.running' | 'jobs.ended',
  why: string,
): readonly EventBody[] {
  if (attempt.ignored.length >= 20 || attempt.ignored.some(known => known.why === why)) return []
  return [{ type: 'fact.ignored', run: job.run, ...ref, fact, why }]
}

function factIn(
  here: Here,
  { job, ref }: Subject,
  { event, values }: Report,
  queue: Queue | null,
): readonly EventBody[] {
  const who = {
    host: values.host || null,
    pid: count(values.pid),
    pgid: count(values.pid),
    boot_id: values.boot_id || null,
  }
  const started = instant(values.started)
  if (event === 'began')
    return perRun('jobs.running', [{ job, item: { ...ref, started: started ?? here.now(), ...who } }])
  const exit = count(values.exit)
  const signal = /^[A-Z0-9]{1,10}$/.test(values.signal ?? '') ? (values.signal ?? null) : null
  const evidence: Evidence = { source: 'report', file: 'report.ended', line: null, text: sayEnd(exit, signal) }
  const item = { ...ref, started, ended: instant(values.at) ?? here.now(), exit, signal, ...who }
  return perRun('jobs.ended', [{ job, item: { ...item, evidence: [evidence, ...recordOf(queue, job)] } }])
}

/** The scheduler's own record of a job's end, as evidence. */
export function recordOf(queue: Queue | null, job: Job): readonly Evidence[] {
  const end = endOf(queue, job)
  if (!end) return []
  const { text, cause } = end
  return [{ source: 'scheduler', file: null, line: null, text, ...(cause ? { cause } : {}) }]
}

function sayEnd(exit: number | null, signal: string | null): string {
  return `the job's own report: exit status ${exit ?? 'unknown'}${signal ? `, signal ${signal}` : ''}`
}

function count(text: string | undefined): number | null {
  return text && /^\d{1,10}$/.test(text) ? Number(text) : null
}

function instant(text: string | undefined): string | null {
  const time = text ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}
