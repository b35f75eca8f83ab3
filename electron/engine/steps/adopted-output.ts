import type { QueueId } from '../../../shared/ids.ts'
import type { FetchedFile } from '../../../shared/model/job.ts'
import { type OutputReading, programs, type Recognised } from '../../../shared/programs/index.ts'
import { readOutput } from '../read-output.ts'
import type { Here } from './here.ts'

/** An output says in its first lines what wrote it; other files of a folder may be big. */
const NAMELESS = 1 << 20

export interface AdoptedOutput {
  readonly reading: OutputReading
  /** Whether Larmor reads the outputs of what wrote it: then its exit status alone proves nothing. */
  readonly isRead: boolean
}

/**
 * The output of a job of which nobody said what it runs: the one file of its folder that says what wrote it, the job's own
 * standard output before others. Null where none does, or several do: an old output must not be taken for this job's.
 */
export async function adoptedOutput(
  here: Here,
  files: readonly FetchedFile[],
  id: QueueId | null,
): Promise<AdoptedOutput | null> {
  const named: { readonly file: FetchedFile; readonly recognised: Recognised }[] = []
  for (const file of files) {
    const recognised = await readOutput(here.blobs.path(file), { nameless: NAMELESS })
    if (recognised.program !== null) named.push({ file, recognised })
  }
  const output = id === null ? null : here.scheduler.outputOf?.(id)
  const own = named.find(({ file: { name } }) => name === output)
  const [only, another] = own ? [own] : named
  if (!only || another || only.recognised.program === null) return null
  const { program, reading } = only.recognised
  const { name } = only.file
  return {
    isRead: Object.hasOwn(programs, program.id),
    reading: {
      ...reading,
      reason: reading.reason ?? `by ${name}, which ${program.label} wrote`,
      evidence: reading.evidence.map(each => ({ ...each, file: name })),
    },
  }
}
