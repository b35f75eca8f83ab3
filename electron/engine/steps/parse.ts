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
    const left = await leftBehind(here, attempt.phase.files)
    const geometry = output.geometry ? await here.blobs.put(writeXyz(output.geometry, job.key)) : null
    const figures = await here.blobs.put(JSON.stringify(output.figures))
    const result: JobResult = { ...output.result, geometry, figures }
    if (judged.outcome === 'completed') await keepCalculation(here, job, result)
    events.push(...versionFound(here, program, result.version))
    const told = left === null ? judged : withLeft(judged, left, files.length > 0 ? NOT_FETCHED : null)
    events.push(...perRun('jobs.parsed', [{ job, item: { ...refOf(job), result, ...told } }]))
  }
  return events
}

/** A program's version is known for certain only from what it printed itself. */
function versionFound({ machine }: Here, { executable }: Program, version: string | null): readonly EventBody[] {
  const found = executable === null ? undefined : machine.found[executable]
  if (executable === null || version === null || !found || found.version === version) return []
  return [
    {
      type: 'machine.changed',
      machine: { ...machine, found: { ...machine.found, [executable]: { ...found, version } } },
    },
  ]
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

/** What stays in the job's folder on the machine, as a sentence; null where all was fetched that may be of use. */
async function leftBehind(here: Here, files: readonly FetchedFile[]): Promise<string | null> {
  if (files.length === 0) return 'not fetched, none at all: its folder is gone from there, or empty'
  const list = files.find(({ name }) => name === NOT_FETCHED)
  if (!list) return null
  const names: string[] = []
  let count = 0
  for await (const lines of lineBatches(here.blobs.path(list))) {
    for (const line of lines) if (line !== '' && count++ < 5) names.push(printable(line).slice(0, 100))
  }
  const more = count > names.length ? ` and ${count - names.length} more` : ''
  return `not fetched, since only plain names beside the output are: ${names.join(', ')}${more}`
}

/** It says nothing about how the job ended: it is only told. */
function withLeft(judged: Verdict, text: string, file: string | null): Verdict {
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
