import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { pack } from 'tar-stream'
import type { RemotePath } from '../../../shared/ids.ts'
import { executableOf, jobFiles } from '../../../shared/job-folder.ts'
import type { EventBody } from '../../../shared/model/events.ts'
import { type Job, type JobResult, lastAttempt } from '../../../shared/model/job.ts'
import { around } from '../points.ts'
import { type Here, labelOf, loadContents, perRun, refOf } from './here.ts'

/**
 * Sends the files of all jobs in one tar stream, checked by their sums on the other side, then renamed. A job whose
 * very calculation was done before is not sent at all: its result is taken from there.
 */
export async function stage(here: Here, jobs: readonly Job[]): Promise<readonly EventBody[]> {
  const reused: EventBody[] = []
  const refused: { job: Job; why: string; category?: string }[] = []
  const ready: Ready[] = []
  for (const job of jobs) {
    const hit = await findCalculation(here, job)
    if (hit) {
      reused.push({ type: 'calculation.reused', run: job.run, ...refOf(job), ...hit })
      continue
    }
    const files = await filesOf(here, job)
    if ('why' in files) refused.push({ job, ...files })
    else ready.push({ job, files: files.files })
  }

  const staged: { job: Job; item: ReturnType<typeof refOf> & { dir: RemotePath } }[] = []
  if (ready.length > 0) {
    const answers = await around('stage.send', () => here.agent.stage(tarOf(ready)))
    for (const { job } of ready) {
      const answer = answers.find(({ fields }) => fields[0] === labelOf(job))
      if (answer?.word === 'staged') staged.push({ job, item: { ...refOf(job), dir: dirOf(here, job) } })
      if (answer?.word === 'conflict')
        refused.push({ job, why: 'another job of this name has its folder on the machine' })
      // "bad" or no answer: it did not arrive whole, and is sent again at the next turn.
    }
  }
  return [
    ...reused,
    ...perRun('jobs.staged', staged),
    ...perRun(
      'jobs.refused',
      refused.map(({ job, why, category = 'bad-input' }) => ({ job, item: { ...refOf(job), category, reason: why } })),
    ),
  ]
}

interface SentFile {
  readonly name: string
  readonly content: string | Buffer
}

interface Ready {
  readonly job: Job
  readonly files: readonly SentFile[]
}

async function filesOf(
  here: Here,
  job: Job,
): Promise<Pick<Ready, 'files'> | { readonly why: string; readonly category?: string }> {
  const { input, resources } = lastAttempt(job)
  const program = here.program(job.program)
  const checked = program.check(input, resources)
  if (!checked.ok) return { why: checked.fault.message }
  const carried: SentFile[] = []
  for (const file of program.carried?.(input) ?? []) {
    // Nothing of it may be guessed: the remedy against a missing file begins without it.
    if (!(await here.blobs.has(file)))
      return { why: `${file.name}, of the last attempt, is gone from this computer`, category: 'missing-file' }
    carried.push({ name: file.name, content: await here.blobs.read(file) })
  }
  const contents = await loadContents(here.blobs, program.contents(input))
  const files = jobFiles({
    label: labelOf(job),
    dir: dirOf(here, job),
    spool: posix.join(here.agent.work, 'spool') as RemotePath,
    program,
    executable: executableOf(here.machine.settings, program, here.agent.probe.programs),
    scheduler: here.scheduler,
    settings: here.machine.settings,
    input,
    resources,
    contents,
    body: here.jobBody,
  })
  return { files: [...files.map(({ name, text }) => ({ name, content: text })), ...carried] }
}

function dirOf(here: Here, job: Job): RemotePath {
  return posix.join(here.agent.work, 'jobs', labelOf(job)) as RemotePath
}

function tarOf(jobs: readonly Ready[]) {
  const tar = pack()
  for (const { job, files } of jobs) {
    const sums = files.map(({ name, content }) => `${createHash('sha256').update(content).digest('hex')}  ${name}\n`)
    for (const { name, content } of [...files, { name: 'SHA256SUMS', content: sums.join('') }]) {
      tar.entry({ name: `${labelOf(job)}/${name}`, mode: 0o600 }, content)
    }
  }
  tar.finalize()
  return Readable.from(tar)
}

async function findCalculation(
  here: Here,
  job: Job,
): Promise<{
  readonly calculation: string
  readonly from: ReturnType<typeof labelOf>
  readonly result: JobResult
} | null> {
  const identity = await calculationOf(here, job)
  if (identity === null) return null
  const entry = await here.calculations.find(identity, here.machine.found[job.program]?.version ?? null)
  return entry ? { calculation: entry.key, from: entry.from, result: entry.result } : null
}

/** What makes this job's calculation the same as another's; null when its result must not be reused. */
export async function calculationOf(here: Here, job: Job) {
  const program = here.program(job.program)
  const { input } = lastAttempt(job)
  return program.calculation(input, await loadContents(here.blobs, program.contents(input)))
}
