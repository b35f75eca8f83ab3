import { basename } from 'node:path'
import type { EventBody } from '../../../shared/model/events.ts'
import { reportOf } from '../../../shared/model/foreign.ts'
import {
  type EndCause,
  type Evidence,
  type FetchedFile,
  isAdopted,
  type Job,
  type JobResult,
  NOT_FETCHED,
  type Phase,
} from '../../../shared/model/job.ts'
import { type Verdict, verdict } from '../../../shared/model/verdict.ts'
import { printable } from '../../../shared/printable.ts'
import { type OutputReader, type Program, programs, writeXyz } from '../../../shared/programs/index.ts'
import { lineBatches } from '../lines.ts'
import { adoptedOutput } from './adopted-output.ts'
import { type Here, inPhase, perRun, refOf } from './here.ts'
import { calculationOf } from './stage.ts'

/** Reads the fetched outputs line by line and gives each attempt its verdict; a completed calculation is kept for others. */
export async function parse(here: Here, jobs: readonly Job[]): Promise<readonly EventBody[]> {
  const events: EventBody[] = []
  for (const job of jobs) {
    const attempt = inPhase(job, 'fetched')
    if (!attempt) continue
    const program = here.program(job.program)
    const { exit, signal, files, queue_id } = attempt.phase
    const reported = reportOf(attempt)
    // A report names its program and its output; of a job that was adopted from the queue nobody does.
    const adopted = isAdopted(attempt) && reported === null ? await adoptedOutput(here, files, queue_id) : null
    const output = adopted?.reading ?? (await readOutputs(here, job, program)).reading()
    const judged = verdict({
      output,
      exit,
      signal,
      evidence: [...attempt.evidence, ...(await readSchedulerLog(here, attempt.phase.files))],
      cancelWished: attempt.cancel_wished !== null,
      reported,
      exitDecides: program.exitDecides && !adopted?.isRead,
    })
    const notes = await notesOn(here, attempt.phase)
    const geometry = output.geometry ? await here.blobs.put(writeXyz(output.geometry, job.key)) : null
    const figures = await here.blobs.put(JSON.stringify(output.figures))
    const result: JobResult = { ...output.result, geometry, figures }
    // What others are given instead of computing it themselves is what the machine's sums vouch for.
    if (judged.outcome === 'completed' && !attempt.phase.unsettled) await keepCalculation(here, job, result)
    // A program's version is known for certain only from what it printed itself.
    if (program.executable !== null && result.version !== null)
      here.noticed({ versions: { [program.executable]: result.version } })
    events.push(...perRun('jobs.parsed', [{ job, item: { ...refOf(job), result, ...notes.reduce(withNote, judged) } }]))
  }
  return events
}

async function readOutputs(here: Here, job: Job, program: Program): Promise<OutputReader> {
  const attempt = inPhase(job, 'fetched')
  const reported = attempt ? reportOf(attempt) : null
  const wrote = reported?.program && Object.hasOwn(programs, reported.program) ? reported.program : null
  const reader = wrote === null ? program.reader(attempt?.input ?? null) : here.program(wrote).reader(null)
  const names = reported === null ? [program.output, 'stderr.txt'] : [basename(reported.file ?? '')]
  for (const name of names) {
    // Some sites, and some scripts, pack outputs once a job has ended.
    const files = attempt?.phase.files ?? []
    const file = files.find(fetched => fetched.name === name) ?? files.find(fetched => fetched.name === `${name}.gz`)
    if (!file) continue
    for await (const lines of lineBatches(here.blobs.path(file))) reader.lines(lines, file.name)
  }
  return reader
}

/** What the scheduler wrote into the job's folder about its end: the last lines that mean something. */
async function readSchedulerLog(here: Here, files: readonly FetchedFile[]): Promise<readonly Evidence[]> {
  const { log } = here.scheduler
  const file = files.find(({ name }) => name === log?.file)
  if (!log || !file) return []
  const found = new Map<EndCause, Evidence>()
  let line = 0
  for await (const lines of lineBatches(here.blobs.path(file))) {
    for (const text of lines) {
      line += 1
      const cause = log.cause(text)
      if (cause) found.set(cause, { source: 'scheduler', file: log.file, line, text: text.trim().slice(0, 200), cause })
    }
  }
  return [...found.values()]
}

/** What a person should know of the files on the machine, and from which file that is known: `On the machine files were` it. */
interface Note {
  readonly text: string
  readonly file: string | null
}

/** What stays in the job's folder on the machine, and what was read while it was written. */
async function notesOn(
  here: Here,
  { files, unsettled }: Pick<Extract<Phase, { readonly is: 'fetched' }>, 'files' | 'unsettled'>,
): Promise<readonly Note[]> {
  if (files.length === 0)
    return [{ text: 'not fetched, none at all: its folder is gone from there, or empty', file: null }]
  const list = files.find(({ name }) => name === NOT_FETCHED)
  const left = list ? [await leftBehind(here, list)] : []
  if (!unsettled) return left
  const what = 'still being written long after its end, and are here only as they were read then'
  return [...left, { text: `${what}: ${named(unsettled, unsettled.length)}`, file: null }]
}

async function leftBehind(here: Here, list: FetchedFile): Promise<Note> {
  const names: string[] = []
  let count = 0
  for await (const lines of lineBatches(here.blobs.path(list))) {
    for (const line of lines) if (line !== '' && count++ < MOST_NAMES) names.push(line)
  }
  return {
    text: `not fetched, since only plain names beside the output are: ${named(names, count)}`,
    file: NOT_FETCHED,
  }
}

const MOST_NAMES = 5

/** The first of `count` names. */
function named(names: readonly string[], count: number): string {
  const first = names.slice(0, MOST_NAMES).map(name => printable(name).slice(0, 100))
  return `${first.join(', ')}${count > first.length ? ` and ${count - first.length} more` : ''}`
}

/** It says nothing about how the job ended: it is only told. */
function withNote(judged: Verdict, { text, file }: Note): Verdict {
  const evidence: Evidence = { source: 'report', file, line: null, text }
  const told = judged.outcome === 'completed' ? [judged.warning, `On the machine files were ${text}`] : []
  return {
    ...judged,
    warning: told.filter(Boolean).join('; ') || judged.warning,
    evidence: [...judged.evidence, evidence],
  }
}

async function keepCalculation(here: Here, job: Job, result: JobResult): Promise<void> {
  const identity = await calculationOf(here, job)
  if (identity === null) return
  await here.calculations.keep({ identity, version: result.version, result, from: refOf(job).label })
}
