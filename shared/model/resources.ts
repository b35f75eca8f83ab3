import { badInput, ok, type Result } from '../result.ts'
import type { Resources } from './job.ts'

/** A year: Slurm's own limit where a partition has none. */
const MOST_S = 365 * 24 * 3600
/** Slurm keeps it in 32 bits, as megabytes. */
const MOST_MB = 2 ** 31 - 1

/** Whether a scheduler can express what is asked for; whether any machine has it is the scheduler's to say. */
export function checkResources({ memory_mb, seconds }: Pick<Resources, 'memory_mb' | 'seconds'>): Result<void> {
  if (!(memory_mb >= 1 && memory_mb <= MOST_MB))
    return badInput('memory', `${memory_mb} MB is no memory that a job can ask for: from 1 to ${MOST_MB} MB.`)
  if (!(seconds > 0 && seconds <= MOST_S))
    return badInput('time', 'A job can ask for a year at most: 8760:00.', 'What is longer must be cut into parts.')
  return ok(undefined)
}
