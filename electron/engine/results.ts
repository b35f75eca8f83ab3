import { mkdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { exporters } from '../../shared/exports/index.ts'
import { isImported, type Job, lastAttempt } from '../../shared/model/job.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { jobsOf } from '../../shared/show/status.ts'
import { writeAtomic } from './store/atomic-write.ts'
import type { Blobs } from './store/blobs.ts'
import { ifExists } from './store/disk-fault.ts'

const FILES = { 'results.json': 'json', 'results.csv': 'csv', 'structures.xyz': 'xyz' } as const

/** Writes what an ended run found into its readable folder, `runs/RUN/`: the same files that `larmor export` makes. */
export async function writeResults(home: string, state: State, run: Run, blobs: Blobs): Promise<void> {
  const folder = join(home, 'runs', run.id)
  await mkdir(folder, { recursive: true })
  for (const [name, format] of Object.entries(FILES)) {
    const text = await exporters[format](state, run, async ref => (await blobs.read(ref)).toString('utf8'))
    await writeAtomic(join(folder, name), text)
  }
  for (const job of jobsOf(state, run)) if (isImported(job)) await linkImported(folder, job, blobs)
}

/** An imported output lies where those of other jobs do, too: `runs/RUN/JOB/1/`. */
async function linkImported(folder: string, job: Job, blobs: Blobs): Promise<void> {
  const { phase, n } = lastAttempt(job)
  if (phase.is !== 'parsed') return
  const at = join(folder, job.id.slice(job.run.length + 1), String(n))
  await mkdir(at, { recursive: true })
  for (const file of phase.files) await blobs.link(file, join(at, basename(file.name)))
}

/** Whether they are there, of this end of the run: a crash may have come between it and its files. */
export async function hasResults(home: string, run: Run): Promise<boolean> {
  const written = await ifExists(stat(join(home, 'runs', run.id, 'structures.xyz')))
  return written !== undefined && run.phase.is === 'ended' && written.mtimeMs >= Date.parse(run.phase.at)
}
