import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pack } from 'tar-stream'
import type { RemotePath } from '../../../shared/ids.ts'
import { executableOf, jobFiles } from '../../../shared/job-folder.ts'
import type { EventBody } from '../../../shared/model/events.ts'
import { type Job, type JobResult, lastAttempt } from '../../../shared/model/job.ts'
import type { InputFile } from '../../../shared/programs/index.ts'
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
    const answers = await around('stage.send', () => here.agent.stage(tarOf(here, ready)))
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

interface Ready {
  readonly job: Job
  readonly files: readonly InputFile[]
}

async function filesOf(
  here: Here,
  job: Job,
): Promise<Pick<Ready, 'files'> | { readonly why: string; readonly category?: string }> {
  const { input, resources } = lastAttempt(job)
  const program = here.program(job.program)
  const checked = program.check(input, resources)
  if (!checked.ok) return { why: checked.fault.message }
  const contents = await loadContents(here.blobs, program.contents(input))
  const files = jobFiles({
    label: labelOf(job),
    dir: dirOf(here, job),
    spool: posix.join(here.agent.work, 'spool') as RemotePath,
    program,
    executable: executableOf(here.machine.settings, program, here.agent.probe.programs),
    scheduler: here.scheduler,
    settings: { ...here.machine.settings, report: here.reportsItself(job) },
    input,
    resources,
    contents,
    body: here.jobBody,
  })
  for (const file of files) {
    if (!('content' in file)) continue
    if (!(await here.blobs.has(file.content)))
      return { why: `${file.name} is gone from this computer`, category: 'missing-file' }
    await here.blobs.check(file.content) // the other side would only say that it did not arrive whole
  }
  return { files }
}

function dirOf(here: Here, job: Job): RemotePath {
  return posix.join(here.agent.work, 'jobs', labelOf(job)) as RemotePath
}

/** The files of all jobs as one stream; what a person gave comes straight from the blobs, however big it is. */
function tarOf(here: Here, jobs: readonly Ready[]) {
  const tar = pack()
  const packing = async () => {
    for (const { job, files } of jobs) {
      const sums = files.map(file => `${sumOf(file)}  ${file.name}\n`)
      for (const file of [...files, { name: 'SHA256SUMS', text: sums.join('') }]) {
        const head = { name: `${labelOf(job)}/${file.name}`, mode: 0o600 }
        if ('text' in file) tar.entry(head, file.text)
        else {
          const entry = tar.entry({ ...head, size: file.content.bytes })
          await pipeline(createReadStream(here.blobs.path(file.content)), entry)
        }
      }
    }
    tar.finalize()
  }
  packing().catch((error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))))
  return Readable.from(inBlocks(tar as AsyncIterable<Buffer>))
}

/** Enough for two packets of SSH, which takes 32 kB at most. */
const BLOCK = 1 << 16

/** tar-stream writes each head, text and filling by itself: over SSH thousands of packets, each encrypted alone. */
async function* inBlocks(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let block: Buffer[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    block.push(chunk)
    bytes += chunk.length
    if (bytes < BLOCK) continue
    yield Buffer.concat(block)
    block = []
    bytes = 0
  }
  yield Buffer.concat(block)
}

function sumOf(file: InputFile): string {
  return 'text' in file ? createHash('sha256').update(file.text).digest('hex') : file.content.sha256
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
