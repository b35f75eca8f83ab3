import type { Label, MachineName } from '../../shared/ids.ts'
import { isAdopted, type Job, lastAttempt } from '../../shared/model/job.ts'
import { type OutputReader, programOf, programs, recognisingReader } from '../../shared/programs/index.ts'
import type { Scheduler } from '../../shared/schedulers/index.ts'

/** What shows how a running job does: a file that grows, and who reads what it says. */
export interface LiveOutput {
  readonly file: string
  readonly reader: OutputReader
  /** Whether it says what wrote it; else a better one may yet come. */
  readonly isNamed: boolean
}

/** Two questions to the machine of a running job; nothing is answered where it is not connected. */
export interface LiveLook {
  /** Part of a file of the job's folder. */
  tail(machine: MachineName, label: Label, file: string, offset: number): Promise<Buffer | null>
  /** Names of the files of an adopted job's folder, what changed last first. */
  newest(machine: MachineName, label: Label, dir: string): Promise<readonly string[]>
}

/** So many of the files that changed last are looked at. */
const MOST = 5

/**
 * Of a job of Larmor's own it is known. Of an adopted one it is the file of its folder that says what wrote it, of several
 * the job's own standard output, then what changed last; where none does, the first of these as it is.
 */
export async function liveOutputOf(
  job: Job,
  { outputOf }: Pick<Scheduler, 'outputOf'>,
  look: LiveLook,
): Promise<LiveOutput | null> {
  const attempt = lastAttempt(job)
  const { phase, label } = attempt
  if (!isAdopted(attempt) || phase.is !== 'running') {
    const program = programOf(job.program)
    return { file: program.output, reader: program.reader(attempt.input), isNamed: true }
  }
  const own = phase.queue_id === null ? undefined : outputOf?.(phase.queue_id)
  const names = await look.newest(job.machine, label, phase.dir)
  const files = own !== undefined && names.includes(own) ? [own, ...names.filter(name => name !== own)] : names
  for (const file of files.slice(0, MOST)) {
    const recognising = recognisingReader(programs)
    recognising.lines(((await look.tail(job.machine, label, file, 0)) ?? '').toString().split('\n'), file)
    const id = recognising.recognised().program?.id ?? ''
    if (Object.hasOwn(programs, id)) return { file, reader: programOf(id).reader(null), isNamed: true }
  }
  const [file] = files
  return file === undefined ? null : { file, reader: programOf('command').reader(null), isNamed: false }
}
