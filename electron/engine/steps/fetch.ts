import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EventBody } from '../../../shared/model/events.ts'
import { type FetchedFile, isAdopted, type Job } from '../../../shared/model/job.ts'
import { around } from '../points.ts'
import { type Here, inPhase, labelOf, perRun, refOf } from './here.ts'
import { receive, type Sums, sumOf, sumsIn } from './receive.ts'

/**
 * Brings home what came out of all jobs in one tar stream, each file verified by the sum made on the machine, into
 * blobs and the run's readable folder. What did not arrive whole is gone on with at the next turn; what something goes
 * on writing there is after many tries kept as it came, and told as that.
 */
export async function fetch(here: Here, jobs: readonly Job[]): Promise<readonly EventBody[]> {
  for (const job of jobs) await enterAdopted(here, job)
  const folders = new Map(jobs.map(job => [labelOf(job), arrivalsOf(here, job)]))
  const before = new Map<Job, Sums>()
  for (const job of jobs) if (here.takesAsRead(job)) before.set(job, await sumsIn(arrivalsOf(here, job)))
  const arrived = await around('fetch.receive', () => receive(here.agent, folders, here.received))
  const fetched: { job: Job; kept: Kept }[] = []
  for (const job of jobs) {
    const whole = arrived.get(labelOf(job))
    if (whole === false) continue
    const kept = whole
      ? await around('fetch.keep', () => keep(here, job, before.get(job) ?? []))
      : await nothing(here, job)
    if (kept) fetched.push({ job, kept })
  }
  return perRun(
    'jobs.fetched',
    fetched.map(({ job, kept }) => ({ job, item: { ...refOf(job), ...kept } })),
  )
}

interface Kept {
  readonly files: readonly FetchedFile[]
  /** As in Phase: absent where all of them are what the machine's sums say. */
  readonly unsettled?: readonly string[]
}

/** The folder of an adopted job lies where it always was. */
async function enterAdopted(here: Here, job: Job): Promise<void> {
  const attempt = inPhase(job, 'ended')
  if (attempt && isAdopted(attempt)) await here.agent.adopt(attempt.label, attempt.phase.dir)
}

/** Where an attempt's files arrive; it becomes the readable folder's content only when all of them are verified. */
function arrivalsOf(here: Here, job: Job): string {
  return join(dirname(here.folderOf(job)), `.${labelOf(job)}.part`)
}

/** Its own absence: how long the job was absent from its queue before tells nothing of it. */
function folderThere(job: Job): `folder of ${string}` {
  return `folder of ${labelOf(job)}`
}

/**
 * All arrived, and nothing of this one: its folder is not there. For the grace period it may come back, as after somebody
 * moved it, or a disk was not mounted; null until then.
 */
async function nothing(here: Here, job: Job): Promise<Kept | null> {
  if (here.absentFor(folderThere(job)) < here.machine.settings.grace_s * 1000) return null
  await rm(arrivalsOf(here, job), { recursive: true, force: true })
  return { files: [] }
}

/**
 * The files as they are kept, or null when one of them is not what the machine's own sums say: it goes, and comes anew.
 * Where the sum itself is another than `before`, at the last try, something writes into it: then there is no whole one.
 */
async function keep(here: Here, job: Job, before: Sums): Promise<Kept | null> {
  const arrivals = arrivalsOf(here, job)
  const sums = await sumsIn(arrivals)
  const earlier = new Map(before)
  const unsettled: string[] = []
  // Before anything is kept: it would lie in the store for nobody, at its full size, once more with each try.
  for (const [name, sum] of sums) {
    const path = join(arrivals, name)
    if ((await sumOf(path)) === sum) continue
    if (before.length > 0 && earlier.get(name) !== sum) {
      unsettled.push(name)
      continue
    }
    await rm(path, { force: true })
    return null
  }
  const files: FetchedFile[] = []
  for (const [name] of sums) {
    const path = join(arrivals, name)
    // It may have gone away before it was read.
    if (!unsettled.includes(name) || existsSync(path)) files.push({ name, ...(await here.blobs.putFile(path)) })
  }
  const folder = here.folderOf(job)
  await mkdir(folder, { recursive: true })
  for (const file of files) await here.blobs.link(file, join(folder, file.name))
  await rm(arrivals, { recursive: true, force: true })
  return unsettled.length > 0 ? { files, unsettled } : { files }
}
