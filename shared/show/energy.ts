import type { JobResult } from '../model/job.ts'

/**
 * The energy of a result as people read it, `-76.41 Eh`, with what it is not: one that did not converge, or of a job that
 * did not complete, is nobody's result. Null where the output holds none.
 */
export function energyText(
  { energy_hartree, converged }: Pick<JobResult, 'energy_hartree' | 'converged'>,
  completed: boolean,
): string | null {
  if (energy_hartree === null) return null
  const not = notFinal(converged, completed)
  return `${energy_hartree} Eh${not === null ? '' : ` (${not})`}`
}

/** Why an energy is not the one that was asked for; null where it is. */
export function notFinal(converged: boolean | null, completed: boolean): string | null {
  if (converged === false) return 'not converged'
  return completed ? null : 'the last before it ended'
}
