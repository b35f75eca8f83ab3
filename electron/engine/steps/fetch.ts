import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'
import type { EventBody } from '../../../shared/model/events.ts'
import { type FetchedFile, isAdopted, type Job } from '../../../shared/model/job.ts'
import { Unreachable } from '../machines/transports/index.ts'
import { around } from '../points.ts'
import { type Here, inPhase, labelOf, perRun, refOf } from './here.ts'

const MANIFEST = 'fetch.sha256'
/** A plain file name: nothing from a machine ever names a path. */
const PLAIN = /^[A-Za-z0-9_+,=@][A-Za-z0-9._+,=@ -]*$/

/**
 * Brings home what came out of all jobs in one tar stream, each file verified by the sum made on the machine, into
 * blobs and the run's readable folder. What did not arrive whole is fetched again at the next turn.
 */
export async function fetch(here: Here, jobs: readonly Job[]): Promise<readonly EventBody[]> {
  for (const job of jobs) await enterAdopted(here, job)
  const arrived = await around('fetch.receive', () => receive(here, jobs))
  const fetched: { job: Job; files: readonly FetchedFile[] }[] = []
  for (const job of jobs) {
    const names = arrived.get(labelOf(job))
    // All arrived, and nothing of this one: its folder is gone from the machine, and so nothing can be fetched.
    const files = names ? await around('fetch.keep', () => keep(here, job, names)) : []
    if (files) fetched.push({ job, files })
  }
  return perRun(
    'jobs.fetched',
    fetched.map(({ job, files }) => ({ job, item: { ...refOf(job), files } })),
  )
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

/** By label, the names of the files that arrived, the manifest among them. Streams: outputs may be gigabytes. */
async function receive(here: Here, jobs: readonly Job[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const folders = new Map<string, string>()
  for (const job of jobs) {
    const folder = arrivalsOf(here, job)
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    folders.set(labelOf(job), folder)
  }
  const arrived = new Map<string, string[]>()
  const { out, done } = here.agent.pack(jobs.map(labelOf))
  const tar = extract()
  const unpacking = pipeline(out, tar)
  unpacking.catch(() => {}) // reported below; the loop over the entries ends with it
  for await (const entry of tar) {
    const [label = '', name = '', ...deeper] = entry.header.name.split('/')
    const folder = folders.get(label)
    if (folder && entry.header.type === 'file' && deeper.length === 0 && PLAIN.test(name)) {
      await pipeline(entry, createWriteStream(join(folder, name)))
      arrived.set(label, [...(arrived.get(label) ?? []), name])
    } else {
      entry.resume()
    }
  }
  await unpacking
  const { exit, err } = await done
  if (exit !== 0) throw new Unreachable(`the results did not arrive: ${err.slice(0, 500)}`)
  return arrived
}

/** The files as they are kept, or null when one of them is not what the machine's own sums say. */
async function keep(here: Here, job: Job, names: readonly string[]): Promise<readonly FetchedFile[] | null> {
  const arrivals = arrivalsOf(here, job)
  if (!names.includes(MANIFEST)) return null
  const sums = readManifest(await readFile(join(arrivals, MANIFEST), 'utf8'))
  const files: FetchedFile[] = []
  for (const [name, sum] of sums) {
    if (!names.includes(name)) return null
    const ref = await here.blobs.putFile(join(arrivals, name))
    if (ref.sha256 !== sum) return null
    files.push({ name, ...ref })
  }
  const folder = here.folderOf(job)
  await mkdir(folder, { recursive: true })
  for (const file of files) await here.blobs.link(file, join(folder, file.name))
  await rm(arrivals, { recursive: true, force: true })
  return files
}

/** sha256sum's lines: the sum, a blank, a blank or "*", and the name (as agent.sh gives it, after "./"). */
function readManifest(text: string): readonly (readonly [name: string, sum: string])[] {
  return text.split('\n').flatMap(line => {
    const found = /^(?<sum>[0-9a-f]{64}) [ *]\.\/(?<name>.+)$/.exec(line)?.groups
    return found?.sum && found.name && PLAIN.test(found.name) ? [[found.name, found.sum] as const] : []
  })
}
